import type { Pool } from './budget.ts';

const SLAB_BYTES = 1 << 18;
const LARGE_BYTES = 1 << 13;
/** What a content takes beside its bytes (measured: some 380): without it a million contents of few bytes would take hundreds of MiB. */
const OVERHEAD_BYTES = 400;

const costOf = ({ length }: Uint8Array): number => length + OVERHEAD_BYTES;

/** The last bytes of a pack that went by, as many as may be held. */
export class HeldPack {
  readonly #pool: Pool;
  /** By number, from the pack's start; those given up are missing. */
  readonly #slabs = new Map<number, Uint8Array>();
  #length = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  add(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const [number, at] = [Math.floor(this.#length / SLAB_BYTES), this.#length % SLAB_BYTES];
      const step = Math.min(bytes.length - from, SLAB_BYTES - at);
      if (at === 0) this.#open(number);
      this.#slabs.get(number)?.set(bytes.subarray(from, from + step), at);
      this.#length += step;
      from += step;
    }
  }

  /** What is held at `offset`, up to some border; empty when nothing is. */
  at(offset: number): Uint8Array {
    const number = Math.floor(offset / SLAB_BYTES);
    const end = Math.min(SLAB_BYTES, this.#length - number * SLAB_BYTES);
    return this.#slabs.get(number)?.subarray(offset % SLAB_BYTES, Math.max(0, end)) ?? new Uint8Array(0);
  }

  drop(): void {
    for (const number of this.#slabs.keys()) this.#giveUp(number);
  }

  /** The oldest go where there is no room. */
  #open(number: number): void {
    while (!this.#pool.take(SLAB_BYTES)) {
      const [oldest] = this.#slabs.keys();
      if (oldest === undefined) return;
      this.#giveUp(oldest);
    }
    this.#slabs.set(number, new Uint8Array(SLAB_BYTES));
  }

  #giveUp(number: number): void {
    const slab = this.#slabs.get(number);
    this.#slabs.delete(number);
    this.#pool.giveBack(SLAB_BYTES);
    if (slab) free(slab);
  }
}

/** Objects that were unpacked last, by number. One that is given up to make room for another is gone: it must not be in use any more. */
export class HeldBases {
  readonly #pool: Pool;
  readonly #contents = new Map<number, Uint8Array>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  get(number: number): Uint8Array | null {
    const content = this.#contents.get(number);
    if (!content) return null;
    // The map's order is that of use.
    this.#contents.delete(number);
    this.#contents.set(number, content);
    return content;
  }

  add(number: number, content: Uint8Array): void {
    if (this.#contents.has(number)) return;
    while (!this.#pool.take(costOf(content))) {
      const [oldest] = this.#contents.keys();
      if (oldest === undefined) return;
      this.#giveUp(oldest);
    }
    this.#contents.set(number, content);
  }

  drop(): void {
    for (const number of this.#contents.keys()) this.#giveUp(number);
  }

  #giveUp(number: number): void {
    const content = this.#contents.get(number);
    this.#contents.delete(number);
    if (!content) return;
    this.#pool.giveBack(costOf(content));
    free(content);
  }
}

/** Frees a large content at once: left to the collector, tens of MiB of them wait for it. A small one may share its buffer. */
function free({ buffer, length }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && length >= LARGE_BYTES && length === buffer.byteLength) buffer.transfer(0);
}
