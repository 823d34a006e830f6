export type { Findings, ScanEnd } from './face.ts';
export { createFindings } from './findings.ts';
