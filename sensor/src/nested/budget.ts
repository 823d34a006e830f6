import type { Stop } from '../layers/index.ts';
import type { NestedLimits } from './limits.ts';

/** What all that lies in one file of the layer may take together. */
export class Budget {
  readonly #limits: NestedLimits;
  readonly #outerBytes: () => number;
  #bytes = 0;

  /** @param outerBytes how much of the layer's file has gone by. */
  constructor(limits: NestedLimits, outerBytes: () => number) {
    this.#limits = limits;
    this.#outerBytes = outerBytes;
  }

  /** How many more bytes may come. */
  get left(): number {
    return this.#limits.bytesMax - this.#bytes;
  }

  /** Takes `bytes` more. */
  take(bytes: number): Stop {
    const { bytesMax, ratioMax, ratioFromBytes } = this.#limits;
    this.#bytes += bytes;
    if (this.#bytes > bytesMax) return 'limit-bytes';
    return this.#bytes > ratioFromBytes && this.#bytes > this.#outerBytes() * ratioMax ? 'limit-ratio' : null;
  }
}
