import { looksIssued } from '../issued.ts';
import type { Candidate, Found } from '../rule.ts';

/** In base64 a prefix of n characters stands by chance every 64^n places: one of 4 six times in 100 MB, a longer one not once in 1 GB as a rule. */
const CHANCE_PREFIX_MAX = 4;

/** What is looked at on each side: a line of base64 has 64 characters (RFC 7468) or 76 (RFC 2045). */
const SIDE_MAX = 76;

/** So much beside it tells base64 from the names of a path; a token that is longer than its line leaves less. */
const REST_MIN = 16;

const before = new RegExp(`[A-Za-z0-9+/_-]{0,${SIDE_MAX}}$`);
const after = new RegExp(`^[A-Za-z0-9+/_-]{0,${SIDE_MAX}}`);

/** May chance have made what begins with one of these? */
export function isChancePrefix(prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => prefix.length <= CHANCE_PREFIX_MAX);
}

/** `possible` for what stands in a stretch of base64, with a `+` or `/` where a token would begin or end; as the rule has it otherwise. */
export function weighedByNeighbours({ start, end, window: { text } }: Candidate): Found {
  const left = before.exec(text.slice(Math.max(0, start - SIDE_MAX), start))?.[0] ?? '';
  const right = after.exec(text.slice(end, end + SIDE_MAX))?.[0] ?? '';
  const rest = left + right;
  const isRandom = rest.length >= REST_MIN && /[a-z]/.test(rest) && /[A-Z]/.test(rest) && looksIssued(rest);
  return isRandom ? { confidence: 'possible' } : {};
}
