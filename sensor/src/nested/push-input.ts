/** A reader of a format: it yields when it needs more bytes and returns why it could not go on, if it could not. */
export type Reading<T> = Generator<void, T>;

/**
 * Bytes that are pushed, as a reader wants to take them: a few in one piece for a header, what there is for a body. The twin of
 * layers/byte-input.ts, whose bytes are pulled.
 */
export class PushInput {
  #pending: Uint8Array = new Uint8Array(0);
  #ended = false;
  /** Of the next byte to be read, from the file's start. */
  offset = 0;

  /** What lies ready; valid until the reader yields. */
  get pending(): Uint8Array {
    return this.#pending;
  }

  /** @param bytes are copied by `hold` where they are still needed. */
  give(bytes: Uint8Array): void {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
  }

  /** The giver takes its bytes back. */
  hold(): void {
    this.#pending = new Uint8Array(this.#pending);
  }

  end(): void {
    this.#ended = true;
  }

  /** Makes at least `bytes` bytes pending. False when the file ends before (what there is stays pending). */
  *fill(bytes: number): Reading<boolean> {
    while (this.#pending.length < bytes) {
      if (this.#ended) return false;
      yield;
    }
    return true;
  }

  skip(bytes: number): void {
    this.#pending = this.#pending.subarray(bytes);
    this.offset += bytes;
  }

  /** Passes over `bytes` bytes, or to the end: returns how many there were. */
  *pass(bytes: number): Reading<number> {
    let passed = 0;
    while (passed < bytes && (yield* this.fill(1))) {
      const step = Math.min(bytes - passed, this.#pending.length);
      this.skip(step);
      passed += step;
    }
    return passed;
  }

  /** At most `most` bytes of what there is; they count as read. Empty at the end. */
  *take(most: number): Reading<Uint8Array> {
    if (!(yield* this.fill(1))) return this.#pending;
    const taken = this.#pending.subarray(0, most);
    this.skip(taken.length);
    return taken;
  }
}
