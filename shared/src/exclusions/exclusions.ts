import { RE2JS } from 're2js';
import { TidewaiterError } from '../errors/index.ts';
import type { Confidence } from '../findings/index.ts';
import { defaultPaths } from './default-paths.ts';

/** Lists of expressions that come with the product, by name. */
export const exclusionPresets = { default: defaultPaths } as const satisfies Record<string, readonly string[]>;
/** Name of a list of `exclusionPresets`. */
export type ExclusionPreset = keyof typeof exclusionPresets;
/** All of them, for schemas and messages. */
export const exclusionPresetNames = Object.keys(exclusionPresets) as readonly ExclusionPreset[];

/** Which paths are excluded: presets by name, and own expressions. */
export interface ExclusionSettings {
  readonly presets: readonly ExclusionPreset[];
  readonly expressions: readonly string[];
}

/** Hides nothing. */
export const noExclusions: ExclusionSettings = { presets: [], expressions: [] };

/** Own expressions of one set: each is tried on each path in which something was found. */
export const EXCLUSIONS_MAX = 100;
/** Twice the longest one known. */
export const EXCLUSION_CHARACTERS_MAX = 256;
/** Numbers in braces, summed: `\pL{1000}` alone takes re2js 0.4 s to compile. */
export const EXCLUSION_REPEATS_MAX = 200;

/** A place of a finding. Only what lies in a file has a path that can be excluded. */
export interface PlacedConfidence {
  readonly path: string;
  readonly inFile: boolean;
  readonly confidence: Confidence;
}

/** What the exclusions say of one finding. */
export interface Exclusion {
  /** Every expression that matches its path, in their order. */
  readonly excludedBy: readonly string[];
  /** Not reported. A `certain` finding that only presets exclude is reported all the same: it pierces them. */
  readonly hidden: boolean;
}

const nothing: Exclusion = { excludedBy: [], hidden: false };
/** Paths whose answer is kept: findings come in groups of one file. */
const REMEMBERED_MAX = 1_000;

interface Expression {
  readonly text: string;
  readonly isOwn: boolean;
  readonly compiled: RE2JS;
}

/**
 * Exclusions as a filter over findings: unanchored, case-sensitive, against `/` and the path, in time linear in the path (re2js).
 * They touch no reading: what they hide is known and counted.
 */
export class Exclusions {
  readonly #expressions: readonly Expression[];
  readonly #remembered = new Map<string, readonly Expression[]>();

  /** @throws request.invalid as `checkExpressions` does. */
  constructor({ presets, expressions }: ExclusionSettings) {
    checkExpressions(expressions, 'exclusions');
    const own = new Set(expressions);
    this.#expressions = [...[...new Set(presets)].flatMap((name) => exclusionPresets[name]).filter((text) => !own.has(text)), ...own].map(
      (text) => ({ text, isOwn: own.has(text), compiled: compiledOf(text) }),
    );
  }

  of({ path, inFile, confidence }: PlacedConfidence): Exclusion {
    if (!inFile || this.#expressions.length === 0) return nothing;
    const matching = this.#matching(path);
    if (matching.length === 0) return nothing;
    const hidden = confidence !== 'certain' || matching.some(({ isOwn }) => isOwn);
    return { excludedBy: matching.map(({ text }) => text), hidden };
  }

  #matching(path: string): readonly Expression[] {
    const known = this.#remembered.get(path);
    if (known) return known;
    const matching = this.#expressions.filter(({ compiled }) => compiled.test(`/${path}`));
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
    this.#remembered.set(path, matching);
    return matching;
  }
}

/** Names everything that is wrong with own expressions; null when all can be used. */
export function faultOfExpressions(expressions: readonly string[]): string | null {
  const faults = expressions.flatMap((text) => {
    const fault = faultOf(text);
    return fault === null ? [] : [`${JSON.stringify(text.slice(0, EXCLUSION_CHARACTERS_MAX))}: ${fault}`];
  });
  if (expressions.length > EXCLUSIONS_MAX) faults.push(`${expressions.length} expressions: at most ${EXCLUSIONS_MAX}`);
  return faults.length === 0 ? null : faults.join('; ');
}

/** @throws request.invalid naming every expression that cannot be used, and why. */
export function checkExpressions(expressions: readonly string[], which: string): void {
  const got = faultOfExpressions(expressions);
  if (got === null) return;
  throw new TidewaiterError('request.invalid', {
    which,
    got,
    want: 'regular expressions in RE2 syntax',
    remedy: 'They are searched in "/" and the path; see docs/exclusions.md.',
  });
}

function faultOf(text: string): string | null {
  if (text === '') return 'it is empty and would hide every file';
  if (text.length > EXCLUSION_CHARACTERS_MAX) return `it is longer than ${EXCLUSION_CHARACTERS_MAX} characters`;
  const repeats = [...text.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].reduce((sum, [, least, most]) => sum + Number(most || least), 0);
  if (repeats > EXCLUSION_REPEATS_MAX) return `its repetitions sum to ${repeats}, more than ${EXCLUSION_REPEATS_MAX}`;
  try {
    compiledOf(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'no expression';
  }
}

function compiledOf(text: string): RE2JS {
  return RE2JS.compile(text);
}
