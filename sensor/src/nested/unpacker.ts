import { BLOCK_AT, BLOCK_BYTES, CARRY_BYTES, INPUT_AT, INPUT_BYTES, Inflater, type PassMemory } from '../memory/index.ts';
import { type Inflated, inflate } from './inflate.ts';

/** Inflates one stream after the other (RFC 1951) in a memory whose content block is free meanwhile, and copies out what it gives. */
export class Unpacker {
  readonly #memory: Uint8Array;
  readonly #inflater: Inflater;
  readonly #keptBytesMax: number;
  #parts: Uint8Array[] = [];
  #filled = 0;
  #kept = 0;
  /** Length of what the stream gave. */
  sizeBytes = 0;

  /** @param keptBytesMax what is kept of one stream; the rest is inflated and dropped. */
  constructor(memory: PassMemory, keptBytesMax: number) {
    this.#memory = memory.bytes;
    this.#inflater = new Inflater(memory, { at: INPUT_AT, bytes: INPUT_BYTES });
    this.#keptBytesMax = keptBytesMax;
  }

  beginDeflated(): void {
    this.#parts = [];
    this.#filled = this.#kept = this.sizeBytes = 0;
    this.#inflater.reset();
  }

  writeDeflated(bytes: Uint8Array): Inflated {
    return inflate(bytes, this.#inflater, () => this.#take());
  }

  /** What was given beyond what is kept. */
  get droppedBytes(): number {
    return Math.max(0, this.sizeBytes - this.#keptBytesMax);
  }

  /** What was inflated since `beginDeflated`, or as much of it as is kept. */
  content(): Uint8Array {
    this.#keep();
    const [first] = this.#parts;
    return this.#parts.length === 1 && first ? first : Buffer.concat(this.#parts);
  }

  #take(): Inflated['state'] {
    for (;;) {
      const { stop, produced } = this.#inflater.run(BLOCK_AT + this.#filled, BLOCK_AT + BLOCK_BYTES);
      this.#filled += produced;
      this.sizeBytes += produced;
      if (stop !== 'full') return stop;
      this.#keep();
    }
  }

  /** Makes room; what deflate may refer to stays right below it. */
  #keep(): void {
    const kept = Math.min(this.#filled, this.#keptBytesMax - this.#kept);
    if (kept > 0) this.#parts.push(this.#memory.slice(BLOCK_AT, BLOCK_AT + kept));
    this.#kept += Math.max(0, kept);
    this.#memory.copyWithin(BLOCK_AT - CARRY_BYTES, BLOCK_AT + this.#filled - CARRY_BYTES, BLOCK_AT + this.#filled);
    this.#filled = 0;
  }
}
