import { RUN_MIN } from '../memory/index.ts';
import type { Rng } from './rule.ts';

/**
 * What a value's expression says of it, for pass 1 and for examples. Read are: characters, classes, groups of alternatives, and the
 * repetitions {n}, {n,m} and ?; all else is refused when the rules are compiled, so that no rule's time can be more than linear.
 */
export interface Shape {
  readonly least: number;
  readonly most: number;
  /** The TRAIT_ bits of its token characters. */
  readonly traits: number;
  /** All its characters are token characters. */
  readonly isToken: boolean;
  /** Shortest and longest run of token characters that pass 1 may see of it. */
  readonly run: readonly [number, number];
  /** One such value. */
  readonly make: (rng: Rng) => string;
}

/** A class of characters, and what all who ask want to know of it. */
interface CharClass {
  readonly kind: 'class';
  readonly chars: string;
  readonly kinds: CharKinds;
}

/** The characters that some nodes stand for: the TRAIT_ bits of the token characters, and whether there are others. */
interface CharKinds {
  readonly traits: number;
  readonly hasOthers: boolean;
}

type Node =
  | CharClass
  | { readonly kind: 'choice'; readonly options: readonly (readonly Node[])[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly least: number; readonly most: number };

/** The TRAIT_ bits' characters, in their order. */
const traitChars = ['abcdef', 'ghijklmnopqrstuvwxyz', 'ABCDEF', 'GHIJKLMNOPQRSTUVWXYZ', '0123456789', '-', '_'] as const;
const traitOf = new Map(traitChars.flatMap((chars, place) => chars.split('').map((char) => [char, 1 << place] as const)));

const shapes = new Map<string, Shape>();
const read = new Map<string, readonly Node[]>();

export function shapeOf(pattern: RegExp): Shape {
  const { source } = pattern;
  const known = shapes.get(source) ?? readShape(source);
  shapes.set(source, known);
  return known;
}

/** Each expression is read once, whatever is asked of it. */
function nodesOf(source: string): readonly Node[] {
  const nodes = read.get(source) ?? new ShapeReader(source).read();
  read.set(source, nodes);
  return nodes;
}

function readShape(source: string): Shape {
  const nodes = nodesOf(source);
  const [least, most] = lengthOf(nodes);
  const { traits, hasOthers } = kindsOfAll(nodes);
  const whole = !hasOthers;
  return {
    least,
    most,
    traits,
    isToken: whole,
    run: [whole ? Math.max(least, RUN_MIN) : RUN_MIN, most],
    make: (rng) => nodes.map((node) => sample(node, rng)).join(''),
  };
}

/**
 * Shortest and longest stretch of token characters that a value begins with, when what follows the value is none: up to the first place
 * that must be another character. Without an upper bound where the expression leaves it open.
 */
export function stretchOf({ source }: { readonly source: string }): readonly [number, number] {
  let [least, most] = [0, 0];
  for (const node of nodesOf(source)) {
    const { traits, hasOthers } = kindsOf(node);
    const [from, to] = lengthOfNode(node);
    if (!hasOthers) [least, most] = [least + from, most + to];
    else if (from > 0 && node.kind === 'class' && traits === 0) return [least, most];
    else return [least, Number.POSITIVE_INFINITY];
  }
  return [least, most];
}

/** The prefixes all values begin with: each of `least` to `most` characters that the expression fixes, over classes of a few characters. */
export function prefixesOf(pattern: RegExp, most: number): readonly string[] {
  let prefixes = [''];
  for (const node of nodesOf(pattern.source)) {
    const options = fixedTexts(node);
    if (options === undefined || prefixes.length * options.length > PREFIXES_OF_RULE_MAX) break;
    prefixes = prefixes.flatMap((prefix) => options.map((option) => prefix + option));
  }
  return [...new Set(prefixes.map((prefix) => prefix.slice(0, most)))];
}

/** More would fill the table of prefixes; a class of hexadecimal digits fits. */
const PREFIXES_OF_RULE_MAX = 16;

function fixedTexts(node: Node): readonly string[] | undefined {
  if (node.kind === 'class') return node.chars.split('');
  if (node.kind === 'repeat') return node.least === 0 && node.most === 1 ? withNothing(fixedTexts(node.node)) : undefined;
  const texts = node.options.map((option) => option.map(fixedTexts).reduce<readonly string[] | undefined>(joined, ['']));
  return texts.some((text) => text === undefined) ? undefined : texts.flatMap((text) => text ?? []);
}

const withNothing = (texts: readonly string[] | undefined): readonly string[] | undefined =>
  texts === undefined ? undefined : [...texts, ''];

function joined(left: readonly string[] | undefined, right: readonly string[] | undefined): readonly string[] | undefined {
  if (left === undefined || right === undefined || left.length * right.length > PREFIXES_OF_RULE_MAX) return undefined;
  return left.flatMap((one) => right.map((other) => one + other));
}

function lengthOf(nodes: readonly Node[]): [number, number] {
  return nodes.reduce<[number, number]>(
    ([least, most], node) => {
      const [from, to] = lengthOfNode(node);
      return [least + from, most + to];
    },
    [0, 0],
  );
}

function lengthOfNode(node: Node): [number, number] {
  if (node.kind === 'class') return [1, 1];
  if (node.kind === 'repeat') {
    const [from, to] = lengthOfNode(node.node);
    return [from * node.least, to * node.most];
  }
  const lengths = node.options.map(lengthOf);
  return [Math.min(...lengths.map(([from]) => from)), Math.max(...lengths.map(([, to]) => to))];
}

function kindsOf(node: Node): CharKinds {
  if (node.kind === 'class') return node.kinds;
  if (node.kind === 'repeat') return kindsOf(node.node);
  return kindsOfAll(node.options.flat());
}

function kindsOfAll(nodes: readonly Node[]): CharKinds {
  let [traits, hasOthers] = [0, false];
  for (const node of nodes) {
    const kinds = kindsOf(node);
    [traits, hasOthers] = [traits | kinds.traits, hasOthers || kinds.hasOthers];
  }
  return { traits, hasOthers };
}

const classes = new Map<string, CharClass>();

/** Of a class as it is written; a few dozen serve every rule. */
function classOf(written: string, chars: () => string): CharClass {
  const known = classes.get(written) ?? classOfChars(chars());
  classes.set(written, known);
  return known;
}

function classOfChars(chars: string): CharClass {
  let [traits, hasOthers] = [0, false];
  for (const char of chars) {
    const trait = traitOf.get(char);
    if (trait === undefined) hasOthers = true;
    else traits |= trait;
  }
  return { kind: 'class', chars, kinds: { traits, hasOthers } };
}

function sample(node: Node, rng: Rng): string {
  if (node.kind === 'class') return rng.chars(node.chars, 1);
  if (node.kind === 'choice') return (node.options[rng.below(node.options.length)] ?? []).map((part) => sample(part, rng)).join('');
  const times = node.least + rng.below(node.most - node.least + 1);
  return Array.from({ length: times }, () => sample(node.node, rng)).join('');
}

class ShapeReader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): readonly Node[] {
    const options = this.#choice();
    if (this.#at < this.#source.length) throw this.#refused();
    return options.length === 1 ? (options[0] ?? []) : [{ kind: 'choice', options }];
  }

  #choice(): (readonly Node[])[] {
    const options: Node[][] = [[]];
    for (; this.#at < this.#source.length && this.#source[this.#at] !== ')'; ) {
      if (this.#source[this.#at] === '|') {
        this.#at++;
        options.push([]);
      } else options.at(-1)?.push(this.#repeated(this.#one()));
    }
    return options;
  }

  #one(): Node {
    if (this.#source.startsWith('(?:', this.#at)) {
      this.#at += 3;
      const options = this.#choice();
      if (this.#source[this.#at++] !== ')') throw this.#refused();
      return { kind: 'choice', options };
    }
    if (this.#source[this.#at] === '[') return this.#class();
    if (/[()^$.*+?{}|\]]/.test(this.#source.charAt(this.#at))) throw this.#refused();
    const char = this.#char();
    return classOf(char, () => char);
  }

  #class(): CharClass {
    const end = this.#endOfClass();
    const found = classOf(this.#source.slice(this.#at, end), () => this.#charsUntil(end));
    this.#at = end;
    return found;
  }

  /** Behind the first `]` that is not escaped. */
  #endOfClass(): number {
    for (let at = this.#at + 1; at < this.#source.length; at++) {
      if (this.#source[at] === '\\') at++;
      else if (this.#source[at] === ']') return at + 1;
    }
    throw this.#refused();
  }

  #charsUntil(end: number): string {
    let chars = '';
    this.#at++;
    if (this.#source[this.#at] === '^') throw this.#refused();
    while (this.#at < end - 1) {
      const from = this.#char();
      if (this.#source[this.#at] === '-' && this.#at + 1 < end - 1 && from.length === 1) {
        this.#at++;
        const to = this.#char();
        for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code++) chars += String.fromCharCode(code);
      } else chars += from;
    }
    return [...new Set(chars)].join('');
  }

  #char(): string {
    const char = this.#source[this.#at++];
    if (char === undefined) throw this.#refused();
    if (char !== '\\') return char;
    const escaped = this.#source[this.#at++] ?? '';
    if (escaped === 'd') return '0123456789';
    if (escaped === 'w') return `${traitChars.slice(0, 5).join('')}_`;
    if (/[A-Za-z0-9]/.test(escaped)) throw this.#refused();
    return escaped;
  }

  #repeated(node: Node): Node {
    if (this.#source[this.#at] === '?') {
      this.#at++;
      return { kind: 'repeat', node, least: 0, most: 1 };
    }
    const [all, least, comma = '', most = ''] = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#source.slice(this.#at, this.#at + 12)) ?? [];
    if (all === undefined) return node;
    if (comma !== '' && most === '') throw this.#refused();
    this.#at += all.length;
    return { kind: 'repeat', node, least: Number(least), most: comma === '' ? Number(least) : Number(most) };
  }

  #refused(): RangeError {
    return new RangeError(
      `a value's shape may hold characters, classes, (?:a|b), {n}, {n,m} and ?, not what is at ${this.#at} of ${this.#source}`,
    );
  }
}
