import { BLOCK_AT, BLOCK_BYTES, CARRY_BYTES } from '../memory/index.ts';
import type { LayerLimits, Stop } from './limits.ts';

/** Takes the content block by block; the CARRY_BYTES before `at` hold what came before. */
export interface BlockReader {
  read(at: number, length: number): void;
}

/** The window of decompressed bytes in the pass memory. Our inflate writes at `at` and calls `commit`; other bytes are copied in. */
export class ContentBlock {
  readonly #memory: Uint8Array;
  readonly #limits: LayerLimits;
  readonly #compressedBytes: () => number;
  #reader: BlockReader;
  #filled = 0;
  #bytes = 0;

  constructor(memory: Uint8Array, reader: BlockReader, limits: LayerLimits, compressedBytes: () => number) {
    this.#memory = memory;
    this.#reader = reader;
    this.#limits = limits;
    this.#compressedBytes = compressedBytes;
  }

  /** Content bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Where the next byte of content goes, and how many have room there: none only when the layer's limit is met. */
  get at(): number {
    return BLOCK_AT + this.#filled;
  }

  get room(): number {
    return Math.min(BLOCK_BYTES - this.#filled, this.#limits.contentBytesMax - this.#bytes);
  }

  /** The `length` bytes at `at`, which were written and not committed yet. */
  view(length: number): Uint8Array {
    return this.#memory.subarray(this.at, this.at + length);
  }

  /** Copies `bytes` in and hands full blocks on. @returns the limit that was met; the bytes up to it were taken. */
  append(bytes: Uint8Array): Stop {
    for (let from = 0; from < bytes.length; ) {
      const length = Math.min(this.room, bytes.length - from);
      if (length === 0) return 'limit-bytes';
      this.#memory.set(bytes.subarray(from, from + length), this.at);
      from += length;
      const stop = this.commit(length);
      if (stop) return stop;
    }
    return null;
  }

  /** `length` more bytes stand in the block. */
  commit(length: number): Stop {
    this.#filled += length;
    this.#bytes += length;
    if (this.#filled === BLOCK_BYTES) this.flush();
    return this.#bytes > this.#limits.ratioFromBytes && this.#bytes > this.#compressedBytes() * this.#limits.ratioMax
      ? 'limit-ratio'
      : null;
  }

  /** Hands on what is there and keeps its end as the carry of the next block. */
  flush(): void {
    if (this.#filled === 0) return;
    this.#reader.read(BLOCK_AT, this.#filled);
    this.#memory.copyWithin(BLOCK_AT - CARRY_BYTES, BLOCK_AT + this.#filled - CARRY_BYTES, BLOCK_AT + this.#filled);
    this.#filled = 0;
  }
}
