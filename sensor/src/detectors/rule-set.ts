import { createHash } from 'node:crypto';
import { knownKeysHash } from './known-keys.ts';
import type { Rule } from './rule.ts';

/**
 * SHA-256 (hex) of what the rules say, in their order, and of the keys that are no finding: of two matches that are otherwise alike the earlier rule's is reported. The code
 * of their checks is not part of it: that is what ENGINE_VERSION stands for.
 */
export function ruleSetHash(rules: readonly Rule[]): string {
  const lines = rules.map(({ id, anchors, pattern, anywhere, confidence, around, rank, prefix, follows, requires, lead }) =>
    JSON.stringify([
      id,
      { ...anchors, files: anchors.files?.source },
      pattern.source,
      pattern.flags,
      anywhere ?? false,
      confidence,
      around ?? null,
      rank ?? 0,
      prefix ?? '',
      String(follows ?? ''),
      String(requires ?? ''),
      lead ?? null,
    ]),
  );
  return createHash('sha256')
    .update([...lines, knownKeysHash].join('\n'))
    .digest('hex');
}
