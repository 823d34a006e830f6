/**
 * Compressed bytes as a decoder wants them: a few in one piece for a header, a chunk at a time for a body. Chunks may be of any size.
 * Every chunk is shown to `onChunk` once, whole, as it comes (for the digest).
 */
export class ByteInput {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #onChunk: (chunk: Uint8Array) => void;
  #pending: Uint8Array = new Uint8Array(0);
  #ended = false;
  bytesRead = 0;

  constructor(chunks: AsyncIterable<Uint8Array>, onChunk: (chunk: Uint8Array) => void) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#onChunk = onChunk;
  }

  /** What lies ready; valid until the next `fill` or `next`. */
  get pending(): Uint8Array {
    return this.#pending;
  }

  /** Makes at least `bytes` bytes pending, in one piece. False when the input ends before (what there is stays pending). */
  async fill(bytes: number): Promise<boolean> {
    while (this.#pending.length < bytes) {
      // Copied before the next chunk is asked for: its giver may take this one back then. (A Buffer's `slice` copies nothing.)
      const held = new Uint8Array(this.#pending);
      const chunk = await this.#pull();
      if (!chunk) {
        this.#pending = held;
        return false;
      }
      this.#pending = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    }
    return true;
  }

  /** True when at least one more byte is pending. */
  more(): Promise<boolean> {
    return this.fill(1);
  }

  skip(bytes: number): void {
    this.#pending = this.#pending.subarray(bytes);
  }

  /** Passes over `bytes` bytes, or to the end: returns how many there were. */
  async pass(bytes: number): Promise<number> {
    let passed = 0;
    while (passed < bytes && (await this.more())) {
      const step = Math.min(bytes - passed, this.#pending.length);
      this.skip(step);
      passed += step;
    }
    return passed;
  }

  async #pull(): Promise<Uint8Array | null> {
    if (this.#ended) return null;
    const { done, value } = await this.#chunks.next();
    if (done) {
      this.#ended = true;
      return null;
    }
    this.bytesRead += value.length;
    this.#onChunk(value);
    return value;
  }
}
