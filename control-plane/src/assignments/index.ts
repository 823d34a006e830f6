export type { Assignment } from '../storage/index.ts';
export { createAssignments } from './assignments.ts';
export type { Assignments, Work } from './face.ts';
export { REFUSALS_SHOWN_MAX, SCANS_PER_BATCH } from './limits.ts';
