import type { ByteInput } from './byte-input.ts';

/**
 * What compressed streams carry beside their content: names and comments of gzip members, zstd's skippable frames (the index of zstd:chunked
 * is one). Nobody decompresses it, everybody can read it. It is kept, up to a bound, and read as files of its own behind the content.
 */
export class Beside {
  readonly #bytesMax: number;
  readonly #kept = new Map<string, Uint8Array[]>();
  #bytes = 0;
  /** There was more than the bound. */
  isCut = false;

  /** @param bytesMax what is kept of one layer. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Each thing that was kept, with what it is. */
  get kept(): IterableIterator<[what: string, parts: readonly Uint8Array[]]> {
    return this.#kept.entries();
  }

  add(bytes: Uint8Array, what: string): void {
    const room = this.#bytesMax - this.#bytes;
    if (bytes.length > room) this.isCut = true;
    const kept = bytes.slice(0, Math.max(0, room));
    if (kept.length === 0) return;
    this.#bytes += kept.length;
    const parts = this.#kept.get(what);
    if (parts) parts.push(kept);
    else this.#kept.set(what, [kept]);
  }

  /** Takes `length` bytes of the input; false when it ends before. */
  async take(input: ByteInput, length: number, what: string): Promise<boolean> {
    let left = length;
    while (left > 0 && (await input.more())) {
      const step = Math.min(left, input.pending.length);
      this.add(input.pending.subarray(0, step), what);
      input.skip(step);
      left -= step;
    }
    return left === 0;
  }
}
