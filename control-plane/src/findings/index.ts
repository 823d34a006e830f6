export type { ExcludedCounts, Scan } from '../storage/index.ts';
export type { Findings } from './face.ts';
export { createFindings } from './findings.ts';
