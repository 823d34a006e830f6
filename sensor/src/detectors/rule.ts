import type { Confidence } from '@tidewaiter/shared/findings';
import type { LiteralName } from './literals.ts';

/** A source of seeded random choices, for the examples a rule makes of itself. */
export interface Rng {
  /** A whole number in [0, below). */
  below(limit: number): number;
  /** `length` characters drawn from `alphabet`. */
  chars(alphabet: string, length: number): string;
}

/** A piece of a file around a place where pass 1 found something, one character a byte (latin1). */
export interface Window {
  readonly text: string;
  /** Where in `text` the anchor that was found begins. */
  readonly hit: number;
  /** The file's path; '' when there is none. */
  readonly path: string;
}

/** What a pattern matched: `secret` lies at [start, end) of `window.text`. */
export interface Candidate {
  readonly secret: string;
  readonly start: number;
  readonly end: number;
  readonly groups: Readonly<Record<string, string | undefined>>;
  readonly window: Window;
}

/** A structure check's answer; what is left out stays as the pattern and the rule have it. */
export interface Found {
  readonly confidence?: Confidence;
  /** The secret with every wrapping undone; without it the matched bytes themselves. */
  readonly canonical?: Uint8Array;
  /** Another span of the window than the pattern's. */
  readonly start?: number;
  readonly end?: number;
  /** A checksum or a decoded body proves it: the placeholder filter does not apply. */
  readonly proven?: boolean;
}

/** What a pattern found in a window; a RegExpExecArray is one. */
export interface PatternMatch {
  readonly 0: string;
  readonly index: number;
  readonly groups?: Readonly<Record<string, string | undefined>> | undefined;
}

/** What searches a window: a RegExp, or a stand-in for one that takes linear time whatever it is made of. */
export interface Expression {
  lastIndex: number;
  exec(text: string): PatternMatch | null;
}

/** A RegExp, or an expression of a user with what compiles it. */
export interface Pattern {
  readonly source: string;
  readonly flags: string;
  /** @param flags a RegExp's. */
  readonly linear?: (flags: string) => Expression;
}

/** Where to look for a rule: at least one of prefixes, literals, keywords, words and files. */
interface Anchors {
  /**
   * Token prefixes of at least 3 bytes, case-sensitive. Found at the start of a run of 16 or more token characters [A-Za-z0-9_-],
   * after each `-` and `_` in it, in the bytes just before it where words are joined by `.`, `:` or `~`, and after `://`.
   */
  readonly prefixes?: readonly string[];
  /** Some of the few literals that are found anywhere. */
  readonly literals?: readonly LiteralName[];
  /** Literals of users, found anywhere; few, since each costs speed on every byte. */
  readonly texts?: readonly string[];
  /** Words (folded to lower case, at least 3 bytes) that begin a word in the KEYWORD_REACH bytes before a token-like run. */
  readonly keywords?: readonly string[];
  /** As `keywords`, but a word ends with it too, or goes on with what names a secret (`atera`: ATERA_TOKEN, ateraApiKey, aterakey). */
  readonly words?: readonly string[];
  /** Shortest and longest run that counts beside a keyword. */
  readonly run?: readonly [number, number];
  /** Of a file whose path it matches, all of the window at the beginning is searched (`around`, after): what pass 1 cannot see costs nothing in other files. */
  readonly files?: RegExp;
  /** The TRAIT_ bits (memory/tables.ts) such a run may have; all unless given. */
  readonly traits?: number;
  /** Such a run holds a digit for each so many characters, which names of programs seldom do; any number of them unless given. */
  readonly digitEvery?: number;
  /**
   * Shortest and longest stretch of token characters that begins with a prefix, where the pattern says it: others are not looked at.
   * An escape (`\u002d`, `%2B`) may end it sooner.
   */
  readonly span?: readonly [number, number];
}

/**
 * A detection rule is data. The pattern says where the secret is: the group named `secret`, or all of it. It is tried at a prefix
 * exactly where the prefix is; for literals and keywords, and for prefixes when `anywhere` is given, wherever in the window a match covers the anchor.
 * Every repetition in a pattern is bounded, so that its time is linear.
 */
export interface Rule {
  /** kebab-case; the `detector` of its findings. */
  readonly id: string;
  readonly name: string;
  /** The lines of docs/detectors.tsv this rule stands for, as `provider/type`. */
  readonly facts?: readonly string[];
  readonly anchors: Anchors;
  readonly pattern: Pattern;
  /** Tried first, on the bytes that begin with the literal that was found (LITERAL_AHEAD of them): where it fails no window is read. */
  readonly follows?: RegExp;
  readonly confidence: Confidence;
  /**
   * Where the window does not match it, nothing is searched: for patterns that much else looks like. A text is looked for in the window's
   * bytes, before they are read as one: a tenth of the cost.
   */
  readonly requires?: RegExp | string;
  /** How many characters before the anchor a match may begin, unless something is escaped in it: what is before them is not searched. */
  readonly lead?: number;
  /** Bytes of the window before and after the anchor; 128 and 1,024 unless given. */
  readonly around?: readonly [before: number, after: number];
  /** The pattern is searched in the window even where a prefix was found. */
  readonly anywhere?: true;
  /** The provider's public prefix for previews; at most 8 characters are shown of it, and only if the secret begins with it. */
  readonly prefix?: string;
  /** Finds so much that is none that it is looked for only where its name is asked for. */
  readonly optIn?: true;
  /** Null drops the candidate. */
  readonly check?: (candidate: Candidate) => Found | null;
  /** Where spans overlap the higher rank is reported; 0 unless given. Rules that know only a shape have a negative one. */
  readonly rank?: number;
  /** The path of the files that the examples and near misses are. */
  readonly examplePath?: string;
  /** Texts in which the rule must find something, and texts in which it must not. */
  readonly examples: (rng: Rng) => readonly string[];
  readonly nearMisses: (rng: Rng) => readonly string[];
}
