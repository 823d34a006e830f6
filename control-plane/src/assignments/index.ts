export { createAssignments } from './assignments.ts';
export type { Accepted, Assignments, Queued, ScanTarget } from './face.ts';
export { ATTEMPTS_MAX, OFFER_MS } from './limits.ts';
