import { alphabets } from '../alphabets.ts';
import { isDocumented, isPiece, mentionOf, standingOf, textBefore } from '../assignment.ts';
import { looksIssued } from '../issued.ts';
import { lazy } from '../lazy.ts';
import type { Candidate, Found, Rule } from '../rule.ts';
import { type KeyShape, type KeyShapes, keyShapesOf, namesIn } from './owners.ts';

/** Names of secrets that say no provider. */
const words = ['key', 'token', 'secret', 'api', 'access', 'auth', 'client', 'private', 'app', 'bearer', 'authorization'];
/** Names of texts that could be anything. */
const plainWords = ['pattern', 'valid', 'value'];
const plainly = /(?<![A-Za-z])(?:[A-Za-z_]{0,24}(?:pattern|value)|valid[A-Za-z_]{0,24})["']?\s{0,8}(?::=|[=:])\s{0,4}["'`]$/i;
/** How far a provider's word may stand: a URL two lines above, the call in which the value ends, a comment behind it. */
const [BEFORE, AFTER] = [224, 112];
/** How much of a value may stand before and behind the run of token characters that was found. */
const [LEFT_MAX, RIGHT_MAX] = [40, 96];
const leftPart = /[A-Za-z0-9_+/.~!$-]{0,40}$/;
const rightPart = /^[A-Za-z0-9_+/.~!$=:-]{0,96}/;
/** The servers and packages that a text names: `https://api.front.com`, `@front/sdk`. */
const hosts = /(?:\/\/|["'@])((?:[a-z0-9-]{1,63}\.){0,4}[a-z0-9-]{2,63}(?:\.[a-z]{2,8}|\/))/gi;
/** As many digits as a commit or a digest has: a name for keys may be a cache's. */
const hashLike = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Digests and names of requests. */
const common = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** All of a value: what was found is its longest stretch of letters and digits. Without what ends a sentence, and up to a colon too. */
function wholesOf({ start, end, window: { text } }: Candidate): readonly { readonly value: string; readonly from: number }[] {
  const from = start - (leftPart.exec(text.slice(Math.max(0, start - LEFT_MAX), start))?.[0].length ?? 0);
  const right = rightPart.exec(text.slice(end, end + RIGHT_MAX))?.[0] ?? '';
  if (text.charAt(end + right.length) === '(') return [];
  const value = (text.slice(from, end) + right).replace(/[.:!]$/, '');
  const colon = value.indexOf(':');
  return (colon < 0 ? [value] : [value, value.slice(0, colon)]).map((one) => ({ value: one, from }));
}

/** A value of a telling name, of the very form of a provider's keys, where the provider is named on the lines around. */
function checkNearby(candidate: Candidate, shapes: KeyShapes): Found | null {
  const { secret, start, end, window } = candidate;
  if (isPiece(window.text, start, end)) return null;
  if (!looksIssued(secret) || secret.startsWith('eyJ') || isDocumented(window.text, start)) return null;
  const wholes = wholesOf(candidate);
  const last = wholes.reduce((most, { value, from }) => Math.max(most, from + value.length), 0);
  const first = wholes[0]?.from ?? start;
  const before = textBefore(window.text, first);
  const mention = mentionOf(before, words);
  const standing = mention === null ? 'none' : standingOf(mention);
  const isNamed = standing === 'named' || standing === 'inside';
  if (!isNamed && !plainly.test(before)) return null;
  const behind = window.text.slice(last, last + AFTER);
  // What stands before a value of another name its provider's own rule has seen.
  const around = isNamed ? `${window.text.slice(Math.max(0, first - BEFORE), first)} ${behind}` : behind;
  const servers = [...around.matchAll(hosts)].map(([, host = '']) => host).join(' ');
  for (const { value, from } of wholes) {
    const isOne = ({ whole, everyday }: KeyShape, inServer: boolean): boolean => (inServer || !everyday) && whole.test(value);
    const fits = (text: string, inServer: boolean): boolean =>
      [...namesIn(text)].some((name) => shapes.get(name)?.some((shape) => isOne(shape, inServer)) === true);
    if (hashLike.test(value) && standing !== 'named') return null;
    if (!fits(servers, true) && !fits(around, false)) continue;
    const isSure = !hashLike.test(value) && (isNamed || !common.test(value));
    return { start: from, end: from + value.length, ...(isSure ? {} : { confidence: 'possible' }) };
  }
  return null;
}

/** @param others the rules of providers. */
export function nearbyRules(others: readonly Rule[]): readonly Rule[] {
  const shapes = lazy(() => keyShapesOf(others));
  return [
    {
      id: 'provider-key-nearby',
      name: 'Key of a provider that is named on the lines around',
      facts: ['Generic/API key / token assignment (high-entropy with key name)'],
      anchors: { words: [...words, ...plainWords], run: [16, 150], digitEvery: 20 },
      pattern: /(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{16,150}(?![A-Za-z0-9_(-])/,
      lead: 0,
      around: [BEFORE + LEFT_MAX, AFTER + RIGHT_MAX],
      confidence: 'likely',
      rank: -3,
      check: (candidate) => checkNearby(candidate, shapes()),
      examples: (rng) => [
        `curl -H "X-Key: k7${rng.chars(alphabets.lowerAlnum, 30)}" https://app.atera.com/api/v3/agents\n`,
        `key = "4f${rng.chars(alphabets.hex, 28)}7e"  # Algolia\n`,
        `value = "4f${rng.chars(alphabets.hex, 28)}7e"\nurl = "https://api.algolia.com/1"\n`,
      ],
      nearMisses: (rng) => [
        `key = "4f${rng.chars(alphabets.hex, 28)}7e"  # of the shop\n`,
        `key = "4f${rng.chars(alphabets.hex, 27)}7e"  # Algolia\n`,
        `key_sha256 = "4f${rng.chars(alphabets.hex, 28)}7e"  # Algolia\n`,
      ],
    },
  ];
}
