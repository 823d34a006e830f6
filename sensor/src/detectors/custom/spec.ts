import type { Confidence } from '@tidewaiter/shared/findings';

/** A rule of a user, as its file says it: plain data. */
export interface CustomRule {
  readonly id: string;
  readonly name: string;
  readonly confidence: Exclude<Confidence, 'certain'>;
  /** Where pass 1 shall look; see docs/custom-rules.md. */
  readonly anchor:
    | { readonly kind: 'prefix' | 'literal'; readonly text: string }
    | { readonly kind: 'keyword'; readonly text: string; readonly run: readonly [number, number] };
  /** RE2; the group `secret` or all of it is the secret. */
  readonly pattern: string;
  /** Bytes of the window around the anchor. */
  readonly window: readonly [before: number, after: number];
}

/** Rules of one file: each costs pass 1 a place in its tables, and loading tries their examples. */
export const CUSTOM_RULES_MAX = 500;
/** Literals found anywhere: what is free in the table of pass 1, where each costs speed on every byte. */
export const CUSTOM_LITERALS_MAX = 16;
export const RULES_FILE_BYTES_MAX = 1_048_576;
export const PATTERN_CHARACTERS_MAX = 1_000;
/** Numbers in braces, summed: what an expression is unrolled to. */
export const PATTERN_REPEATS_MAX = 1_000;
/** Pass 1 knows a beginning by three bytes. */
export const ANCHOR_BYTES_MIN = 3;
export const EXAMPLES_MAX = 20;
export const EXAMPLE_CHARACTERS_MAX = 10_000;
/** The widest window: two of them and a chunk fit the carry. */
export const WINDOW_MAX = [2_048, 8_192] as const;
export const WINDOW_USUAL = [256, 1_024] as const;
