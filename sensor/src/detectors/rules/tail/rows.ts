import type { Rule } from '../../rule.ts';
import { type NearSpec, near } from '../near.ts';
import { standalone } from '../standalone.ts';

type Several = string | readonly string[];
const list = (texts: Several): readonly string[] => (typeof texts === 'string' ? [texts] : texts);

/** A token that its beginning gives away (StandaloneSpec); the facts are lines of docs/detectors.tsv. */
type PrefixRow = readonly [id: string, name: string, value: RegExp, facts: Several];

export function withPrefix(rows: readonly PrefixRow[]): Rule[] {
  return standalone(rows.map(([id, name, value, facts]) => ({ id, name, value, facts: list(facts) })));
}

/** A value beside the provider's word (NearSpec); undefined where the provider does not state its form. */
type WordRow = readonly [id: string, name: string, words: Several, value: RegExp | undefined, facts: Several];

const specOf = ([id, name, words, value, facts]: WordRow): NearSpec => ({
  id,
  name,
  words: list(words),
  facts: list(facts),
  ...(value === undefined ? {} : { value }),
});

export function besideWord(rows: readonly WordRow[]): Rule[] {
  return near(rows.map(specOf));
}

/** The word is one of everyday English. */
export function besideEveryday(rows: readonly WordRow[]): Rule[] {
  return near(rows.map((row) => ({ ...specOf(row), everyday: true })));
}
