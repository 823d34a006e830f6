import type { Confidence } from '@tidewaiter/shared/findings';
import { type AlphabetName, alphabets, classes, LEFT } from '../alphabets.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { stretchOf } from '../shape.ts';
import { isChancePrefix, weighedByNeighbours } from './amid-base64.ts';

/** A token that is a fixed prefix and a body of one alphabet: what most providers issue today. */
export interface TokenSpec {
  readonly id: string;
  readonly name: string;
  /** As in Rule. */
  readonly facts?: readonly string[];
  /** One or more prefixes; the first is shown in previews. */
  readonly prefix: string | readonly string[];
  readonly body: AlphabetName;
  readonly length: number | readonly [least: number, most: number];
  /** An expression and a text that must follow the body. */
  readonly tail?: string;
  readonly confidence?: Confidence;
  readonly check?: (candidate: Candidate) => Found | null;
  /** For bodies the check wants to be of a certain form. */
  readonly example?: (rng: Rng) => string;
  readonly rank?: number;
}

/** The rule of such a token, with its examples and near misses. */
export function token(spec: TokenSpec): Rule {
  const prefixes = typeof spec.prefix === 'string' ? [spec.prefix] : spec.prefix;
  const [least, most] = typeof spec.length === 'number' ? [spec.length, spec.length] : spec.length;
  const tail = spec.tail ?? '';
  const head = prefixes.map((prefix) => prefix.replaceAll(/[.$+*?()[\]{}|\\^/-]/g, String.raw`\$&`)).join('|');
  // A token that goes on in any token character is another token, or noise.
  const right = spec.body === 'base64' ? '(?![A-Za-z0-9+/])' : '(?![A-Za-z0-9_-])';
  const [shortest, longest] = stretchOf({ source: `(?:${head})${classes[spec.body]}{${least},${most}}` });
  const check = spec.check ?? (isChancePrefix(prefixes) ? weighedByNeighbours : undefined);
  const body = (rng: Rng, length: number): string => rng.chars(alphabets[spec.body], length);
  const make = (rng: Rng, prefix: string): string => spec.example?.(rng) ?? prefix + body(rng, least + rng.below(most - least + 1)) + tail;
  return {
    id: spec.id,
    name: spec.name,
    ...(spec.facts === undefined ? {} : { facts: spec.facts }),
    anchors: {
      prefixes: prefixes.map((prefix) => prefix.slice(0, 28)),
      span: [shortest, tail === '' && spec.body !== 'base64' ? longest : Number.POSITIVE_INFINITY],
    },
    pattern: { source: `${LEFT}(?:${head})${classes[spec.body]}{${least},${most}}${tail}${right}`, flags: '' },
    confidence: spec.confidence ?? 'likely',
    prefix: prefixes[0] ?? '',
    ...(most > 900 ? { around: [128, most + 124] as const } : {}),
    ...(check === undefined ? {} : { check }),
    ...(spec.rank === undefined ? {} : { rank: spec.rank }),
    examples: (rng) => prefixes.map((prefix) => make(rng, prefix)),
    nearMisses: (rng) =>
      prefixes.flatMap((prefix) => [
        prefix + body(rng, least - 1),
        `${prefix}${'x'.repeat(least)}`,
        `${prefix}${body(rng, Math.floor(least / 2))} ${body(rng, Math.floor(least / 2))}`,
        `A${prefix}${body(rng, least)}${tail}`,
      ]),
  };
}
