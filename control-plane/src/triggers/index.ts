export type { ManualTarget, Triggers } from './face.ts';
export { createTriggers } from './triggers.ts';
