export type { Findings } from './face.ts';
export { createFindings } from './findings.ts';
