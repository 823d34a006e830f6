import { mentionOf, standingOf } from '../assignment.ts';
import type { Rule } from '../rule.ts';
import { nearSpecOf, spellingsOf } from './near.ts';

/** More words than this have no provider's name. */
const NAME_WORDS_MAX = 4;

/** A provider's word as it is looked up: `app optics`, `app_optics` and `AppOptics` are one. */
export const folded = (word: string): string => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** The words of a text, and up to four of them together: what may be a provider's name in it. */
export function* namesIn(text: string): Generator<string> {
  const parts = text
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  for (let from = 0; from < parts.length; from++) {
    for (let to = from + 1; to <= from + NAME_WORDS_MAX && to <= parts.length; to++) yield parts.slice(from, to).join('');
  }
}

/** What a provider's keys look like. */
export interface KeyShape {
  readonly whole: RegExp;
  /** The provider's word is one of everyday English. */
  readonly everyday: boolean;
  /** The provider's words as texts spell them. */
  readonly words: readonly string[];
}

/** By a provider's word, folded: what its keys look like, where that is stated. */
export type KeyShapes = ReadonlyMap<string, readonly KeyShape[]>;

export function keyShapesOf(rules: readonly Rule[]): KeyShapes {
  const shapes = new Map<string, KeyShape[]>();
  for (const spec of rules.map(nearSpecOf)) {
    if (spec?.value === undefined || spec.namesMore === true) continue;
    const shape = { whole: new RegExp(`^(?:${spec.value.source})$`), everyday: spec.everyday === true, words: spellingsOf(spec) };
    for (const word of spec.words) shapes.set(folded(word), [...(shapes.get(folded(word)) ?? []), shape]);
  }
  return shapes;
}

/**
 * Is a value said to be the key of a provider whose keys look otherwise: cut, lengthened, made up? Its name or the level above says the
 * provider. A token whose form is known by its beginning goes by `prefixes`.
 */
export function isMalformed(value: string, before: string, { shapes, prefixes }: Owners): boolean {
  if (prefixes.some((prefix) => value.startsWith(prefix))) return true;
  for (const name of new Set(namesIn(before))) {
    const own = shapes.get(name);
    if (own === undefined || own.some(({ whole }) => whole.test(value))) continue;
    const words = own.flatMap((shape) => shape.words);
    const mention = mentionOf(before, words);
    if (mention === null) continue;
    const standings = own.some(({ everyday }) => everyday) ? ['named'] : ['named', 'inside', 'beside'];
    if (standings.includes(standingOf(mention))) return true;
  }
  return false;
}

/** Shorter ones begin other values too. */
const TELLING_PREFIX = 4;

/** The beginnings of tokens that say whose they are. */
export const tokenPrefixes = (rules: readonly Rule[]): readonly string[] =>
  rules
    .filter(({ prefix, anywhere }) => prefix !== undefined && anywhere !== true)
    .flatMap(({ anchors }) => anchors.prefixes ?? [])
    .filter(({ length }) => length >= TELLING_PREFIX);

/** What is known of the providers' keys. */
export interface Owners {
  readonly shapes: KeyShapes;
  /** The beginnings of tokens that say whose they are. */
  readonly prefixes: readonly string[];
}

export const ownersOf = (rules: readonly Rule[]): Owners => ({ shapes: keyShapesOf(rules), prefixes: tokenPrefixes(rules) });
