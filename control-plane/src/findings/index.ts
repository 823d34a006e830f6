export type { Findings, ScanEnd } from './face.ts';
