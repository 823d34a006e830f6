import type { Confidence } from '@tidewaiter/shared/findings';
import { PREFIX_BYTES_MAX } from '../../memory/index.ts';
import { LEFT } from '../alphabets.ts';
import { looksIssued } from '../issued.ts';
import type { Candidate, Found, Rule } from '../rule.ts';
import { prefixesOf, shapeOf, stretchOf } from '../shape.ts';
import { isChancePrefix, weighedByNeighbours } from './amid-base64.ts';

/** A token that its beginning gives away. One line of data. */
export interface StandaloneSpec {
  readonly id: string;
  readonly name: string;
  /** Begins with at least 3 fixed characters; see shapeOf for what it may hold. */
  readonly value: RegExp;
  readonly facts: readonly string[];
  readonly confidence?: Confidence;
  readonly check?: (candidate: Candidate) => Found | null;
  readonly rank?: number;
}

/** The rules of such tokens, with their examples and near misses. */
export function standalone(specs: readonly StandaloneSpec[]): Rule[] {
  return specs.map(standaloneRule);
}

const TOKEN_ENDS = '(?![A-Za-z0-9_-])';

function standaloneRule(spec: StandaloneSpec): Rule {
  const { source } = spec.value;
  const { most, make } = shapeOf(spec.value);
  const [shortest, longest] = stretchOf(spec.value);
  const prefixes = prefixesOf(spec.value, PREFIX_BYTES_MAX);
  const shown = prefixes[0] ?? '';
  const right = /\[[^[\]/]*\/[^[\]]*\]/.test(source) ? '(?![A-Za-z0-9+/])' : TOKEN_ENDS;
  return {
    id: spec.id,
    name: spec.name,
    facts: spec.facts,
    anchors: { prefixes, span: [shortest, right === TOKEN_ENDS ? longest : Number.POSITIVE_INFINITY] },
    pattern: { source: `${LEFT}(?:${source})${right}`, flags: '' },
    confidence: spec.confidence ?? 'likely',
    prefix: shown,
    ...(most > 900 ? { around: [128, most + 124] as const } : {}),
    check: spec.check ?? issuedCheck(prefixes),
    ...(spec.rank === undefined ? {} : { rank: spec.rank }),
    examples: (rng) => [make(rng), make(rng)],
    nearMisses: (rng) => [`${shown}${rng.chars('xyz', 4)}`, `A${make(rng)}`],
  };
}

function issuedCheck(prefixes: readonly string[]): (candidate: Candidate) => Found | null {
  const byChance = isChancePrefix(prefixes);
  return (candidate) => {
    const { secret } = candidate;
    if (!looksIssued(secret.slice(prefixes.find((prefix) => secret.startsWith(prefix))?.length ?? 0))) return null;
    return byChance ? weighedByNeighbours(candidate) : {};
  };
}
