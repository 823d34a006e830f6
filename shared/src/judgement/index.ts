// What may be said of findings, as pure functions. Nothing here loads the schema library at run time: the sensor's layer workers, each of
// which would load it anew, use these.
export { type Confidence, confidences, isAtLeast } from './confidence.ts';
export { emptyCoverage, GAPS_MAX, sumCoverage } from './coverage.ts';
export { gapOfUnread } from './unread.ts';
export { type Verdict, verdictOf, verdicts } from './verdict.ts';
export { type KeySet, type PathIndex, type PlacedFinding, type Visibility, visibilities, visibilityOf } from './visibility.ts';
