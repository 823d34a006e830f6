import type { Stop } from '../layers/index.ts';
import type { NestedLimits } from './limits.ts';

/** Bytes that may be held at once. */
export class Pool {
  #left: number;

  constructor(bytesMax: number) {
    this.#left = bytesMax;
  }

  /** False, and nothing taken, when there is not so much left. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

/** What all that lies in one file of the layer may take together. */
export class Budget {
  readonly #limits: NestedLimits;
  readonly #outerBytes: () => number;
  #bytes = 0;
  #ratioMax: number;
  /** Of git packs, and of what was unpacked of them: over all depths. */
  readonly packs: Pool;
  readonly bases: Pool;

  /** @param outerBytes how much of the layer's file has gone by. */
  constructor(limits: NestedLimits, outerBytes: () => number) {
    this.#limits = limits;
    this.#ratioMax = limits.ratioMax;
    this.#outerBytes = outerBytes;
    this.packs = new Pool(limits.gitHeldBytesMax);
    this.bases = new Pool(limits.gitBaseBytesMax);
  }

  /** How many more bytes may come. */
  get left(): number {
    return this.#limits.bytesMax - this.#bytes;
  }

  /** Something in the file swells by its nature. */
  raiseRatio(ratioMax: number): void {
    this.#ratioMax = Math.max(this.#ratioMax, ratioMax);
  }

  /** Takes `bytes` more. */
  take(bytes: number): Stop {
    const { bytesMax, ratioFromBytes } = this.#limits;
    this.#bytes += bytes;
    if (this.#bytes > bytesMax) return 'limit-bytes';
    return this.#bytes > ratioFromBytes && this.#bytes > this.#outerBytes() * this.#ratioMax ? 'limit-ratio' : null;
  }
}
