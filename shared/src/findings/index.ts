export {
  type Confidence,
  confidences,
  emptyCoverage,
  GAPS_MAX,
  gapOfUnread,
  isAtLeast,
  type KeySet,
  type PathIndex,
  type PlacedFinding,
  sumCoverage,
  type Verdict,
  type Visibility,
  verdictOf,
  verdicts,
  visibilities,
  visibilityOf,
} from '../judgement/index.ts';
export {
  type Coverage,
  CoverageSchema,
  type Gap,
  type GapReason,
  GapSchema,
  gapReasons,
} from './coverage.ts';
export {
  ConfidenceSchema,
  type Fingerprint,
  FingerprintSchema,
  type ImageFinding,
  ImageFindingSchema,
  imageFindingKinds,
  type LayerFinding,
  LayerFindingSchema,
} from './finding.ts';
export {
  compressions,
  type EngineIdentity,
  EngineIdentitySchema,
  engineKey,
  engineOfKey,
  type LayerSummary,
  LayerSummarySchema,
} from './layer-result.ts';
export { SCAN_REPORT_SCHEMA_VERSION, type ScanReport, ScanReportSchema } from './report.ts';
