export type { Assignment } from '../storage/index.ts';
export { createAssignments } from './assignments.ts';
export type { Assignments } from './face.ts';
export { SCANS_PER_BATCH } from './limits.ts';
