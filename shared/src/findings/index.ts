export {
  type Coverage,
  CoverageSchema,
  emptyCoverage,
  GAPS_MAX,
  type Gap,
  type GapReason,
  GapSchema,
  gapReasons,
  sumCoverage,
} from './coverage.ts';
export {
  type Confidence,
  ConfidenceSchema,
  confidences,
  type Fingerprint,
  FingerprintSchema,
  type ImageFinding,
  ImageFindingSchema,
  imageFindingKinds,
  isAtLeast,
  type LayerFinding,
  LayerFindingSchema,
} from './finding.ts';
export {
  compressions,
  type EngineIdentity,
  EngineIdentitySchema,
  engineKey,
  type LayerSummary,
  LayerSummarySchema,
} from './layer-result.ts';
export { SCAN_REPORT_SCHEMA_VERSION, type ScanReport, ScanReportSchema } from './report.ts';
export { type Verdict, verdictOf, verdicts } from './verdict.ts';
export { type KeySet, type PathIndex, type PlacedFinding, type Visibility, visibilities, visibilityOf } from './visibility.ts';
