export { type Explanation, type FoundCopy, judgedCopy } from './explanation.ts';
export { explanationText } from './explanation-text.ts';
export { PathHashes } from './path-hashes.ts';
export { buildReport, type ReportOptions } from './report.ts';
export { sarifOf } from './sarif.ts';
export type { ScannedImage, ScannedLayer, ScannedManifest, Shown } from './scanned-image.ts';
export { openSpool } from './open-spool.ts';
export type { Spool, SpoolEntry, SpoolOptions } from './spool.ts';
export { tableOf } from './table.ts';
