import type { GapReason } from '@tidewaiter/shared/findings';

/** What a copy without a size copies (gitformat-pack, "Deltified representation"). */
const COPY_BYTES = 0x10000;

/**
 * Makes an object from its base (gitformat-pack, "Deltified representation"): two sizes, then instructions that copy from the base or insert
 * what follows them.
 * @returns why it cannot be made.
 */
export function applyDelta(base: Uint8Array, delta: Uint8Array, bytesMax: number): Uint8Array | GapReason {
  const reader = new DeltaReader(delta);
  const baseBytes = reader.size();
  const sizeBytes = reader.size();
  if (baseBytes !== base.length || sizeBytes === null) return 'corrupt';
  if (sizeBytes > bytesMax) return 'limit-bytes';
  const result = new Uint8Array(sizeBytes);
  let filled = 0;
  while (!reader.isOver) {
    if (!reader.next(base)) return 'corrupt';
    if (filled + reader.length > sizeBytes) return 'corrupt';
    copy(reader.source, reader.from, reader.length, result, filled);
    filled += reader.length;
  }
  return filled === sizeBytes ? result : 'corrupt';
}

/** Below this a loop is faster than a view; a delta may be millions of copies of a byte. */
const SHORT_BYTES = 32;

function copy(source: Uint8Array, from: number, length: number, into: Uint8Array, at: number): void {
  if (length >= SHORT_BYTES) into.set(source.subarray(from, from + length), at);
  else for (let byte = 0; byte < length; byte++) into[at + byte] = source[from + byte] ?? 0;
}

class DeltaReader {
  readonly #delta: Uint8Array;
  #at = 0;
  /** What the last instruction gives: `length` bytes of `source` at `from`. */
  source: Uint8Array;
  from = 0;
  length = 0;

  constructor(delta: Uint8Array) {
    this.#delta = this.source = delta;
  }

  get isOver(): boolean {
    return this.#at >= this.#delta.length;
  }

  /** Seven bits a byte, lowest first. Null when it is cut or no size. */
  size(): number | null {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = this.#delta[this.#at++];
      if (byte === undefined || scale > 2 ** 42) return null;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  /** Reads the next instruction; false when it gives nothing it could. */
  next(base: Uint8Array): boolean {
    const code = this.#delta[this.#at++] ?? 0;
    if (code >= 0x80) return this.#copies(code, base);
    this.source = this.#delta;
    this.from = this.#at;
    this.length = code;
    this.#at += code;
    // 0 is reserved.
    return code > 0 && this.#at <= this.#delta.length;
  }

  /** The code's low bits say which bytes of offset and size follow. */
  #copies(code: number, base: Uint8Array): boolean {
    this.source = base;
    this.from = this.#number(code & 0x0f);
    this.length = this.#number((code >> 4) & 0x07) || COPY_BYTES;
    return this.#at <= this.#delta.length && this.from + this.length <= base.length;
  }

  #number(which: number): number {
    let [value, scale] = [0, 1];
    for (let bits = which; bits > 0; bits >>= 1) {
      if (bits & 1) value += (this.#delta[this.#at++] ?? 0) * scale;
      scale *= 0x100;
    }
    return value;
  }
}
