/** Base64 found in a text: the bytes it stands for, and for each of its characters where in the text it is. */
export interface DecodedText {
  readonly bytes: Buffer;
  readonly places: readonly number[];
}

/** Base64 characters, and line folds (real or escaped) only between them. */
const piece = /[A-Za-z0-9+/_-]+/y;
const fold = /(?:\\r)?(?:\\n)[ \t]{0,16}|\r?\n[ \t]{0,32}/y;
/** Lines shorter than this are not folds of one value. */
const FOLD_MIN = 48;

/** Reads the base64 at the start of `text`, over line folds; the rest that makes no whole byte is left out. */
export function decodeAt(text: string): DecodedText {
  const places: number[] = [];
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    piece.lastIndex = at;
    const found = piece.exec(text)?.[0];
    if (found === undefined) break;
    parts.push(found);
    for (let i = 0; i < found.length; i++) places.push(at + i);
    at += found.length;
    fold.lastIndex = at;
    const folded = found.length < FOLD_MIN ? undefined : fold.exec(text)?.[0];
    if (folded === undefined) break;
    at += folded.length;
  }
  return { bytes: Buffer.from(parts.join(''), 'base64'), places };
}

/** Of the text that was decoded: the span whose base64 characters carry the bytes [start, end). */
export function outerSpan({ places }: DecodedText, start: number, end: number): readonly [number, number] {
  const first = Math.floor(start / 3) * 4;
  const last = Math.min(places.length, Math.ceil(end / 3) * 4) - 1;
  return [places[first] ?? 0, (places[last] ?? 0) + 1];
}
