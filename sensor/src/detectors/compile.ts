import { KEYWORD_BYTES_MAX, KEYWORD_RUN_MAX, PREFIX_BYTES_MAX, RUN_MIN, TRAITS_ALL } from '../memory/index.ts';
import { type Literal, literals } from './literals.ts';
import type { Expression, Pattern, Rule } from './rule.ts';

/** A rule as it is looked for at the places of one kind of anchor. Most are never tried, so the expression is made for the first look. */
export class CompiledRule {
  readonly rule: Rule;
  /** Its place in the rule set: the last word where two matches are otherwise alike. */
  readonly order: number;
  readonly before: number;
  readonly after: number;
  /** Tried at one place; else searched. */
  readonly sticky: boolean;
  /** Every match in the window counts, not only those that cover the anchor. */
  readonly whole: boolean;
  #expression: Expression | undefined;

  constructor(rule: Rule, order: number, { sticky = false, whole = false }: { readonly sticky?: boolean; readonly whole?: boolean }) {
    const [before, after] = rule.around ?? [BEFORE_USUAL, AFTER_USUAL];
    if (before > BEFORE_MAX || after > AFTER_MAX)
      throw new RangeError(`rule ${rule.id} looks further than ${BEFORE_MAX} and ${AFTER_MAX} bytes`);
    this.rule = rule;
    this.order = order;
    this.before = whole ? 0 : before;
    this.after = after;
    this.sticky = sticky;
    this.whole = whole;
  }

  get expression(): Expression {
    this.#expression ??= expressionOf(this.rule.pattern, this.sticky);
    return this.#expression;
  }
}

/** What pass 1 knows by a number, and the rules that look at it. */
export interface Anchor {
  readonly text: string;
  readonly rules: readonly CompiledRule[];
  /** Shortest and longest run that a keyword's rules look at. */
  readonly run: readonly [number, number];
  /** Every kind of character that a keyword's rules take. */
  readonly traits: number;
  readonly whole: boolean;
}

export interface CompiledRules {
  readonly prefixes: readonly Anchor[];
  /** By a prefix's first 3 bytes: pass 1 names one of them, the others may begin there too. */
  readonly alike: ReadonlyMap<string, readonly Anchor[]>;
  readonly keywords: readonly Anchor[];
  /** By the literal's number. */
  readonly literals: readonly Anchor[];
  /** A path that concerns one of the rules below, and those rules. */
  readonly files: { readonly any: RegExp; readonly rules: readonly CompiledRule[] };
  /** What pass 1 must know of them, in the same order. */
  readonly literalTable: readonly Literal[];
}

/** A window's usual reach around an anchor, in bytes: longer than nearly all tokens. */
const BEFORE_USUAL = 128;
const AFTER_USUAL = 1024;
/** Window bounds of any rule; together they fit the carry. */
export const BEFORE_MAX = 2048;
export const AFTER_MAX = 28 * 1024;

/** Compiles a rule set once; the engine's speed in pass 1 does not depend on its size. */
export function compileRules(rules: readonly Rule[]): CompiledRules {
  const prefixes = new Map<string, CompiledRule[]>();
  const keywords = new Map<string, CompiledRule[]>();
  const words = new Map<string, CompiledRule[]>();
  const byLiteral = new Map<string, CompiledRule[]>();
  const files: CompiledRule[] = [];
  rules.forEach((rule, order) => {
    const { prefixes: own = [], literals: ownLiterals = [], keywords: ownKeywords = [], words: ownWords = [], texts = [] } = rule.anchors;
    const places = own.length + ownLiterals.length + ownKeywords.length + ownWords.length + texts.length;
    if (places === 0 && rule.anchors.files === undefined) throw new RangeError(`rule ${rule.id} has no anchor`);
    const searched = new CompiledRule(rule, order, {});
    const atPrefix = rule.anywhere === true || own.length === 0 ? searched : new CompiledRule(rule, order, { sticky: true });
    for (const prefix of own) add(prefixes, checked(rule, prefix, PREFIX_BYTES_MAX), atPrefix);
    for (const keyword of ownKeywords) add(keywords, checked(rule, keyword, KEYWORD_BYTES_MAX), searched);
    for (const word of ownWords) add(words, checked(rule, word, KEYWORD_BYTES_MAX), searched);
    for (const text of texts) add(byLiteral, keyOfText(text), searched);
    for (const literal of ownLiterals) add(byLiteral, literal, searched);
    if (rule.anchors.files !== undefined) files.push(new CompiledRule(rule, order, { whole: true }));
  });
  const prefixAnchors = anchorsOf(prefixes, false);
  const table = [
    ...Object.entries<Literal>(literals),
    ...[...new Set(rules.flatMap(({ anchors }) => anchors.texts ?? []))].map(ownLiteral),
  ];
  return {
    prefixes: prefixAnchors,
    alike: byBeginning(prefixAnchors),
    // Pass 1 meets the last first, and at one place those of four letters and more before those of three.
    keywords: [...anchorsOf(keywords, false), ...anchorsOf(words, true)].sort(
      (a, b) => Number(a.text.length > 3) - Number(b.text.length > 3),
    ),
    literals: table.map(([name, { text, spells }]) => ({
      text,
      rules: byLiteral.get(spells ?? name) ?? [],
      run: [0, 0],
      traits: 0,
      whole: false,
    })),
    // No path matches an expression without alternatives that is not there: (?!) never does.
    files: { any: new RegExp(files.map(({ rule }) => rule.anchors.files?.source).join('|') || '(?!)'), rules: files },
    literalTable: table.map(([, literal]) => literal),
  };
}

/** No name of a literal has a space. */
const keyOfText = (text: string): string => `text ${text}`;

/** A user's literal, by the three of its bytes that are rarest in files: what is no letter first. */
function ownLiteral(text: string, place: number): [string, Literal] {
  const rare = (at: number): number => text.slice(at, at + 3).replaceAll(/[a-z ]/g, '').length;
  let best = 0;
  for (let at = 1; at + 3 <= text.length; at++) if (rare(at) > rare(best)) best = at;
  return [keyOfText(text), { text, at: best, bucket: place % 8 }];
}

function byBeginning(anchors: readonly Anchor[]): Map<string, Anchor[]> {
  const groups = new Map<string, Anchor[]>();
  for (const anchor of anchors) {
    const key = anchor.text.slice(0, 3);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [anchor]);
    else known.push(anchor);
  }
  return groups;
}

function add<K>(map: Map<K, CompiledRule[]>, key: K, rule: CompiledRule): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [rule]);
  else known.push(rule);
}

const RUN_USUAL = [RUN_MIN, KEYWORD_RUN_MAX] as const;

function anchorsOf(map: ReadonlyMap<string, readonly CompiledRule[]>, whole: boolean): Anchor[] {
  return Array.from(map, ([text, rules]) => {
    let [least, most, traits] = [Number.POSITIVE_INFINITY, 0, 0];
    for (const { rule } of rules) {
      const [shortest, longest] = rule.anchors.run ?? RUN_USUAL;
      [least, most, traits] = [Math.min(least, shortest), Math.max(most, longest), traits | (rule.anchors.traits ?? TRAITS_ALL)];
    }
    return { text, rules, run: [least, most], traits, whole };
  });
}

function checked(rule: Rule, text: string, most: number): string {
  if (text.length < 3 || text.length > most) throw new RangeError(`rule ${rule.id}: anchor ${text} must have 3 to ${most} bytes`);
  return text;
}

const expressions = new Map<string, RegExp>();

/** Hundreds of rules look for values of a few shapes: an expression that V8 has compiled serves all of them. */
function expressionOf({ source, flags, linear }: Pattern, sticky: boolean): Expression {
  const used = `${flags.replaceAll(/[dgy]/g, '')}${sticky ? 'y' : 'g'}`;
  if (linear !== undefined) return linear(used);
  const key = `${used}/${source}`;
  const known = expressions.get(key) ?? new RegExp(source, used);
  expressions.set(key, known);
  return known;
}
