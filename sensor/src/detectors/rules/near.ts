import type { Confidence } from '@tidewaiter/shared/findings';
import { isPiece, type Mention, mentionOf, standingOf, textBefore } from '../assignment.ts';
import { looksIssued } from '../issued.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { shapeOf } from '../shape.ts';

/** A secret without a mark of its own: a value of exact shape beside the provider's word. One line of data. */
export interface NearSpec {
  readonly id: string;
  readonly name: string;
  /**
   * In lower case, at least 3 letters; found in any case as a word of a name (ATERA_KEY, ateraKey, x-atera-key). A space in one stands
   * for nothing, `_`, `-`, `.` or a space.
   */
  readonly words: readonly string[];
  /** See shapeOf for what it may hold. Without one the provider says nothing of the form. */
  readonly value?: RegExp;
  readonly facts: readonly string[];
  /** Of a value that a telling name is assigned; likely unless given. */
  readonly confidence?: Confidence;
  /** The word is one of everyday English (`front`, `copper`): only a name that holds both it and a word for secrets counts. */
  readonly everyday?: true;
  /** Values of this form beside the word are something else as a rule (commits beside `github.com/`): a mention does not count. */
  readonly namesMore?: true;
}

/** What tokens without a documented form are made of. */
const ANY_TOKEN = /[A-Za-z0-9_-]{20,80}/;
/** A shell's `${NAME:-value}` is none of the values that go on. */
const LEFT = String.raw`(?<![A-Za-z0-9_+/.~]|(?<!:)-)`;
const RIGHT = String.raw`(?![A-Za-z0-9_+/=(-]|\.[A-Za-z0-9])`;
const separators = ['', '_', '-', '.', ' '];

const specs = new WeakMap<Rule, NearSpec>();

/** The rules of such secrets. They share the engine's first pass, the expressions of like shapes, and one reading of what stands before a value. */
export function near(rows: readonly NearSpec[]): Rule[] {
  return rows.map((spec) => {
    const rule = nearRule(spec);
    specs.set(rule, spec);
    return rule;
  });
}

/** What a rule of `near` was made of; undefined of others. */
export const nearSpecOf = (rule: Rule): NearSpec | undefined => specs.get(rule);

/** Each of a provider's words in every way its parts are joined. */
export const spellingsOf = ({ words }: NearSpec): readonly string[] =>
  words.flatMap((word) => (word.includes(' ') ? separators.map((one) => word.replaceAll(' ', one)) : [word]));

function nearRule(spec: NearSpec): Rule {
  const value = spec.value ?? ANY_TOKEN;
  const { run, traits, most, isToken } = shapeOf(value);
  const words = spellingsOf(spec);
  return {
    id: spec.id,
    name: spec.name,
    facts: spec.facts,
    anchors: { words, run, traits },
    lead: isToken ? 0 : most,
    pattern: { source: `${LEFT}(?:${value.source})${RIGHT}`, flags: '' },
    around: [128, Math.max(4, most + 4)],
    confidence: spec.confidence ?? 'likely',
    rank: spec.value === undefined ? -2 : -1,
    check: (candidate) => checkNear(candidate, words, spec),
    examples: (rng) => examplesOf(spec, issued(value, rng), issued(value, rng)),
    nearMisses: (rng) => [
      `other_api_key=${issued(value, rng)}\n`,
      `${nameOf(spec)}_api_key=${'x'.repeat(shapeOf(value).least)}\n`,
      `${nameOf(spec)}_sha256=${issued(value, rng)}\n`,
    ],
  };
}

const nameOf = ({ words }: NearSpec): string => (words[0] ?? '').replaceAll(/[ .]/g, '_');

function examplesOf(spec: NearSpec, first: string, second: string): string[] {
  const name = nameOf(spec);
  return [`${name.toUpperCase()}_API_KEY=${first}\n`, `{"${name}ApiKey": "${second}"}`];
}

/** A value of a shape as chance nearly always makes it. */
function issued(value: RegExp, rng: Rng): string {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const text = shapeOf(value).make(rng);
    if (looksIssued(text) && (value !== ANY_TOKEN || /[0-9]/.test(text))) return text;
  }
  throw new RangeError(`${value.source} makes no value that looks issued`);
}
const TRIES_MAX = 100;

function checkNear({ secret, start, end, window }: Candidate, words: readonly string[], spec: NearSpec): Found | null {
  if (!looksIssued(secret) || (spec.value === undefined && !/[0-9]/.test(secret)) || isPiece(window.text, start, end)) return null;
  const mention = mentionOf(textBefore(window.text, start), words);
  return mention === null ? null : confidenceOf(mention, spec, secret);
}

/** The address of an account in a chain. */
const isAddress = (value: string): boolean => /^0x[0-9a-f]{40}$/i.test(value);
/** Digests, commits and names of requests look like these; a digest of 32 characters as a key does as often. */
const common = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
/** Nothing but the way from the word to the value. */
const adjacent = /^["'`]?[\s:=,]{1,4}["'`]?$/;
/** A sentence speaks of the provider, not of the value. */
const sentence = /[A-Za-z]{2} [A-Za-z]{2,24} [A-Za-z]{2}/;
/** Fewer characters or digits are a name's in a program too often. */
const TELLING_LENGTH = 20;
const TELLING_DIGITS = 3;

const POSSIBLE: Found = { confidence: 'possible' };

function confidenceOf(mention: Mention, spec: NearSpec, secret: string): Found | null {
  const { everyday = false, value, namesMore } = spec;
  switch (standingOf(mention)) {
    case 'named':
      return {};
    case 'inside':
      return everyday && value === undefined ? POSSIBLE : {};
    case 'beside':
      return everyday && (value === undefined || common.test(secret)) ? POSSIBLE : {};
    case 'mentioned':
      if (namesMore === true || (everyday && value === undefined)) return null;
      return everyday || (value === undefined && common.test(secret)) ? POSSIBLE : {};
    case 'around':
      if (value === undefined || everyday || namesMore === true || isAddress(secret)) return null;
      return tellsItself(mention, secret) ? {} : POSSIBLE;
    case 'none':
      return null;
  }
}

/** Is a value near the provider's word alone unlike all else that stands near words? */
function tellsItself({ span, identifier, word }: Mention, secret: string): boolean {
  if (common.test(secret)) return secret.length === 32 && identifier === word && adjacent.test(span.slice(word.length));
  return secret.length >= TELLING_LENGTH && !sentence.test(span) && (secret.match(/[0-9]/g)?.length ?? 0) >= TELLING_DIGITS;
}
