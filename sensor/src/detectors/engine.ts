import type { Confidence } from '@tidewaiter/shared/findings';

/** The file whose bytes follow. `path` is the tar path without leading `./` or `/`; '' for a blob that is no tar. */
export interface FileStart {
  readonly path: string;
  /** Bytes that will be pushed at most, where that is known for sure: the push that brings the last of them is looked at as the end. */
  readonly sizeBytes?: number | null;
}

/** A secret, in memory only. It never leaves the worker in this form (but for --show-secrets, on this machine). */
export interface Match {
  readonly detector: string;
  readonly confidence: Confidence;
  /**
   * The secret as bytes with every wrapping undone (base64, UTF-16, percent-encoding, escapes, line folds), whose fingerprint is one
   * wherever it stands: a PEM key is its DER, user and password are `user:password@host`, a pair is its secret half.
   */
  readonly canonical: Uint8Array;
  /** The secret as it stands in the text, for redaction and --show-secrets. */
  readonly text: string;
  /** Public prefix and length, as findings show it. */
  readonly preview: string;
  /** Of the secret's first byte: offset from the file's start, line and column (in bytes) counted from 1. */
  readonly offset: number;
  readonly length: number;
  readonly line: number;
  readonly column: number;
}

/**
 * The detection engine: bytes in, matches out, nothing else. One file at a time: `begin`, `push`..., `end`.
 * The bytes of a push lie in the pass memory at [at, at + length) and are valid until it returns; the (up to) CARRY_BYTES before `at`
 * hold the same file's bytes before them. Where the file is cut into pushes changes nothing in the matches.
 * A match is given to the listener by the time `end` returns.
 */
export interface Engine {
  begin(file: FileStart): void;
  push(at: number, length: number): void;
  end(): void;
}

/**
 * What a pattern matched that is no match: a placeholder, or what the rule's check refused (a known test key, a value that nobody issued, a
 * name that speaks against it). `offset` is of the text it stands in.
 */
export interface Drop {
  readonly detector: string;
  readonly reason: 'placeholder' | 'check';
  readonly offset: number;
}

export type DropListener = (drop: Drop) => void;

/** Told of each match at once, within `push` or `end`, in the order in which they are settled; the match is the listener's to keep. */
export type MatchListener = (match: Match) => void;
