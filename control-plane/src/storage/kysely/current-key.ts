import type { Fingerprint } from '@tidewaiter/shared/findings';

/**
 * @internal What is compared of a finding: all but its fingerprint under the key before. A fact is keyed by the current key alone, and while
 * a key is rotated some sensors have the one before as well and some do not: both tell the same fact.
 */
export const underCurrentKey = <T extends { readonly fingerprints: readonly Fingerprint[] }>(finding: T): T => ({
  ...finding,
  fingerprints: finding.fingerprints.slice(0, 1),
});
