export { createAssignments } from './assignments.ts';
export type { Assignments } from './face.ts';
