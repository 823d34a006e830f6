import { type Source, textOf } from './source.ts';

/** Text that was wrapped in a file's bytes. */
export interface Unwrapped {
  readonly bytes: Uint8Array;
  /** Of the unwrapped bytes [start, end): the file offsets [from, to) that carry them. */
  spanOf(start: number, end: number): readonly [from: number, to: number];
}

export type Wrapping = 'base64' | 'utf16';

/** How much of a file is unwrapped after the place where pass 1 saw it. */
export const wrappingReach: Readonly<Record<Wrapping, number>> = {
  /** An 8,192-bit RSA key in PEM, in base64 again, over folded lines. */
  base64: 16 * 1024,
  utf16: 24 * 1024,
};

/** Neighbouring windows of UTF-16 share this much: what is longer (a 4,096-bit key in PEM is not) may be seen in parts only. */
export const WIDE_OVERLAP = 8 * 1024;
const WIDE_BEFORE = 1024;

export function unwrap(wrapping: Wrapping, source: Source, offset: number, reach: number): Unwrapped {
  return wrapping === 'base64' ? unwrapBase64(source, offset, reach) : unwrapWide(source, offset, reach);
}

/** Base64 characters, and line folds (real or escaped) only between them. */
const piece = /[A-Za-z0-9+/_-]+/y;
const fold = /(?:\\r)?(?:\\n)[ \t]{0,16}|\r?\n[ \t]{0,32}/y;
/** Lines shorter than this are not folds of one value. */
const FOLD_MIN = 48;

/** Reads the base64 at `offset`, over line folds; the rest that makes no whole byte is left out. */
function unwrapBase64(source: Source, offset: number, reach: number): Unwrapped {
  const text = textOf(source, offset, Math.min(reach, source.to));
  const places: number[] = [];
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    piece.lastIndex = at;
    const found = piece.exec(text)?.[0];
    if (found === undefined) break;
    parts.push(found);
    for (let i = 0; i < found.length; i++) places.push(offset + at + i);
    at += found.length;
    fold.lastIndex = at;
    const folded = found.length < FOLD_MIN ? undefined : fold.exec(text)?.[0];
    if (folded === undefined) break;
    at += folded.length;
  }
  return {
    bytes: Buffer.from(parts.join(''), 'base64'),
    spanOf(start, end) {
      const last = Math.min(places.length, Math.ceil(end / 3) * 4) - 1;
      return [places[Math.floor(start / 3) * 4] ?? offset, (places[last] ?? offset) + 1];
    },
  };
}

/** Reads every second byte around `offset`, in either byte order; what has no zero beside it is no such text and ends any token. */
function unwrapWide({ memory, base, to }: Source, offset: number, reach: number): Unwrapped {
  const from = Math.max(offset & 1, offset - WIDE_BEFORE);
  const end = Math.min(reach, to);
  const bytes = new Uint8Array(Math.ceil((end - from) / 2));
  for (let at = from, i = 0; at < end; at += 2, i++) {
    const before = at > 0 ? memory.bytes[base + at - 1] : 1;
    const after = at + 1 < end ? memory.bytes[base + at + 1] : 1;
    bytes[i] = before === 0 || after === 0 ? (memory.bytes[base + at] ?? 0) : 0;
  }
  return { bytes, spanOf: (start, stop) => [from + start * 2, from + stop * 2 - 1] };
}
