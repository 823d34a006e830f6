import { createHash } from 'node:crypto';
import type { Rule } from './rule.ts';

/**
 * SHA-256 (hex) of what the rules say, whatever their order. The code of their checks is not part of it: that is what
 * ENGINE_VERSION stands for.
 */
export function ruleSetHash(rules: readonly Rule[]): string {
  const lines = rules.map(({ id, anchors, pattern, confidence, around, rank, prefix }) =>
    JSON.stringify([id, anchors, pattern.source, pattern.flags, confidence, around ?? null, rank ?? 0, prefix ?? '']),
  );
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}
