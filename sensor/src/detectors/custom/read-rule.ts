import { RE2JS } from 're2js';
import { KEYWORD_BYTES_MAX, KEYWORD_RUN_MAX, PREFIX_BYTES_MAX, RUN_MIN } from '../../memory/index.ts';
import type { Examples } from './examples.ts';
import type { Faults, Fields } from './faults.ts';
import {
  ANCHOR_BYTES_MIN,
  type CustomRule,
  EXAMPLE_CHARACTERS_MAX,
  EXAMPLES_MAX,
  PATTERN_CHARACTERS_MAX,
  PATTERN_REPEATS_MAX,
  WINDOW_MAX,
  WINDOW_USUAL,
} from './spec.ts';

const fieldNames = ['id', 'name', 'confidence', 'prefix', 'literal', 'keyword', 'run', 'pattern', 'window', 'examples'];
const anchorKinds = ['prefix', 'literal', 'keyword'] as const;
const anchorMax = { prefix: PREFIX_BYTES_MAX, literal: PREFIX_BYTES_MAX, keyword: KEYWORD_BYTES_MAX } as const;

/** One rule of the file; null when it cannot be used, all reasons told. */
export function readRule(fields: Fields, where: string, faults: Faults): { readonly rule: CustomRule; readonly examples: Examples } | null {
  const reader = new RuleReader(fields, where, faults);
  for (const name of fields.entries.keys()) if (!fieldNames.includes(name)) reader.fault(name, 'an unknown field', fieldNames.join(', '));
  const id = reader.text('id', /^[a-z0-9][a-z0-9-]{1,63}$/, '2 to 64 of [a-z0-9-]');
  const name = reader.text('name', /^.{1,128}$/, 'a text of 1 to 128 characters');
  const anchor = reader.anchor();
  const pattern = reader.pattern();
  const confidence = reader.confidence();
  const window = reader.pair('window', [0, 1], WINDOW_MAX, WINDOW_USUAL);
  const examples = reader.examples();
  if (id === null || name === null || anchor === null || pattern === null || confidence === null || window === null || examples === null)
    return null;
  return { rule: { id, name, confidence, anchor, pattern, window }, examples };
}

class RuleReader {
  readonly #fields: Fields;
  readonly #where: string;
  readonly #faults: Faults;

  constructor(fields: Fields, where: string, faults: Faults) {
    this.#fields = fields;
    this.#where = where;
    this.#faults = faults;
  }

  fault(field: string, got: string, want: string): null {
    this.#faults.add(this.#fields.entries.get(field)?.line ?? this.#fields.line, `${this.#where}.${field}`, got, want);
    return null;
  }

  text(field: string, form: RegExp, want: string): string | null {
    const value = this.#value(field);
    return typeof value === 'string' && form.test(value) ? value : this.fault(field, shown(value), want);
  }

  confidence(): CustomRule['confidence'] | null {
    const value = this.#value('confidence') ?? 'likely';
    return value === 'likely' || value === 'possible'
      ? value
      : this.fault('confidence', shown(value), 'likely or possible (certain needs a proof)');
  }

  anchor(): CustomRule['anchor'] | null {
    const kinds = anchorKinds.filter((kind) => this.#fields.entries.has(kind));
    const [kind] = kinds;
    if (kind === undefined || kinds.length > 1) {
      const reason = 'one of prefix, literal or keyword: a rule without one would have to try its pattern on every byte';
      return this.fault(kinds[1] ?? 'prefix', kinds.length === 0 ? 'none' : kinds.join(' and '), reason);
    }
    const value = this.#value(kind);
    const isPlain =
      typeof value === 'string' && /^[\x20-\x7e]+$/.test(value) && value.length >= ANCHOR_BYTES_MIN && value.length <= anchorMax[kind];
    if (!isPlain)
      return this.fault(kind, shown(value), `${ANCHOR_BYTES_MIN} to ${anchorMax[kind]} ASCII characters, which the first pass can find`);
    if (kind !== 'keyword')
      return this.#fields.entries.has('run') ? this.fault('run', 'one', 'none: it belongs to a keyword') : { kind, text: value };
    if (!/^[A-Za-z]/.test(value)) return this.fault(kind, shown(value), 'a word that begins with a letter');
    const run = this.pair('run', [RUN_MIN, RUN_MIN], [KEYWORD_RUN_MAX, KEYWORD_RUN_MAX], [RUN_MIN, KEYWORD_RUN_MAX]);
    return run && { kind, text: value, run };
  }

  pattern(): string | null {
    const value = this.#value('pattern');
    if (typeof value !== 'string' || value === '' || value.length > PATTERN_CHARACTERS_MAX)
      return this.fault('pattern', shown(value), `1 to ${PATTERN_CHARACTERS_MAX} characters`);
    if (!/^[\x20-\x7e]+$/.test(value) || /\\[pP]/.test(value))
      return this.fault('pattern', 'characters outside ASCII', 'ASCII: files are matched as bytes');
    const repeats = [...value.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].reduce((sum, [, least, most]) => sum + Number(most || least), 0);
    if (repeats > PATTERN_REPEATS_MAX) return this.fault('pattern', `repetitions that sum to ${repeats}`, `at most ${PATTERN_REPEATS_MAX}`);
    return this.#compilable(value);
  }

  pair(
    field: string,
    least: readonly [number, number],
    most: readonly [number, number],
    usual: readonly [number, number],
  ): readonly [number, number] | null {
    const value = this.#value(field);
    if (value === undefined) return usual;
    const [one, two] = Array.isArray(value) && value.length === 2 ? (value as readonly unknown[]) : [];
    const fits = (number: unknown, at: 0 | 1): number is number =>
      Number.isInteger(number) && Number(number) >= least[at] && Number(number) <= most[at];
    const isRange = field !== 'run' || Number(one) <= Number(two);
    if (fits(one, 0) && fits(two, 1) && isRange) return [one, two];
    return this.fault(field, shown(value), `[${least[0]} to ${most[0]}, ${least[1]} to ${most[1]}]`);
  }

  examples(): Examples | null {
    const value = this.#value('examples');
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return this.fault('examples', shown(value), 'a mapping of `match` and `miss`');
    const { match, miss, ...rest } = value as { readonly match?: unknown; readonly miss?: unknown };
    const areTexts = (list: unknown): list is readonly string[] =>
      Array.isArray(list) &&
      list.length >= 1 &&
      list.length <= EXAMPLES_MAX &&
      list.every((text) => typeof text === 'string' && text.length <= EXAMPLE_CHARACTERS_MAX);
    if (areTexts(match) && areTexts(miss) && Object.keys(rest).length === 0) return { match, miss };
    return this.fault('examples', 'something else', `\`match\` and \`miss\`, each a list of 1 to ${EXAMPLES_MAX} texts`);
  }

  #compilable(pattern: string): string | null {
    try {
      if (RE2JS.compile(pattern).matches('')) return this.fault('pattern', 'one that matches nothing at all', 'one that needs a character');
      return pattern;
    } catch (error) {
      return this.fault(
        'pattern',
        error instanceof Error ? error.message : 'no expression',
        'RE2 syntax (no look-around, no back-reference)',
      );
    }
  }

  #value(field: string): unknown {
    return this.#fields.entries.get(field)?.value;
  }
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80));
