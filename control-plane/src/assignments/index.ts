export type { Accepted, Assignments, Queued, ScanTarget } from './face.ts';
