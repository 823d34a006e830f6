import { INFLATE_AT, INFLATE_BYTES } from './layout.ts';
import type { PassMemory } from './pass-memory.ts';

/** How far back deflate refers (RFC 1951 2): so many of the bytes given before must still lie below the output. */
export const INFLATE_WINDOW_BYTES = 1 << 15;
/** The longest piece of input that may stay unread for want of more: a whole dynamic block header (286 + 30 lengths of 7 bits, and 14 + 19 * 3 bits). */
export const INFLATE_UNREAD_BYTES_MAX = 300;

/**
 * Why inflating stopped: more input is needed; more output is there than room; the stream is over (what is unread lies behind it); it is no
 * deflate stream from here on.
 */
export type InflateStop = 'hungry' | 'full' | 'ended' | 'corrupt';

const STOPS: readonly InflateStop[] = ['hungry', 'full', 'ended', 'corrupt'];

/** Where in the pass memory an inflater keeps what it was pushed. */
export interface InflateInput {
  readonly at: number;
  /** More than INFLATE_UNREAD_BYTES_MAX. */
  readonly bytes: number;
}

/** Whose stream's state lies at INFLATE_AT now. */
const owners = new WeakMap<PassMemory, Inflater>();

/**
 * Raw deflate (RFC 1951), streaming, from one place of the pass memory to another. Input comes in pieces of any size, output goes wherever
 * there is room; what lies outside of both is neither read nor written. Several may share a memory and take turns at any time: the one whose
 * turn it was is set aside, 11 KiB. It accepts, refuses and gives what node:zlib does.
 */
export class Inflater {
  readonly #memory: PassMemory;
  readonly #input: InflateInput;
  /** Null in the middle of a stream, whose state is worth keeping. */
  #over: InflateStop | null = 'corrupt';
  #isSaved = false;
  #saved: Uint8Array | null = null;
  #from: number;
  #to: number;
  #produced = 0;

  constructor(memory: PassMemory, input: InflateInput) {
    this.#memory = memory;
    this.#input = input;
    this.#from = this.#to = input.at;
  }

  /** Begins a stream with nothing pushed. */
  reset(): void {
    this.#isSaved = false;
    this.#take();
    this.#over = null;
    this.#memory.inflateReset();
    this.#from = this.#to = this.#input.at;
    this.#produced = 0;
  }

  /** Bytes pushed and not read: at the end of a stream, what follows it. They are never more than the last push took. */
  get unread(): number {
    return this.#to - this.#from;
  }

  /** Copies in what there is room for. @returns how many bytes that is: none only while `run` has stopped for another reason than hunger. */
  push(bytes: Uint8Array): number {
    const { bytes: memory } = this.#memory;
    const { at, bytes: size } = this.#input;
    memory.copyWithin(at, this.#from, this.#to);
    this.#to = at + this.unread;
    this.#from = at;
    const taken = Math.min(bytes.length, at + size - this.#to);
    memory.set(taken < bytes.length ? bytes.subarray(0, taken) : bytes, this.#to);
    this.#to += taken;
    return taken;
  }

  /**
   * Inflates into [at, end) until it must stop. What this stream gave before, INFLATE_WINDOW_BYTES at most, must lie right below `at`.
   * With no room it still goes on over what gives no bytes, so that `full` means there is more.
   */
  run(at: number, end: number): { readonly stop: InflateStop; readonly produced: number } {
    if (this.#over) return { stop: this.#over, produced: 0 };
    this.#take();
    const history = Math.min(this.#produced, INFLATE_WINDOW_BYTES);
    const { status, input, output } = this.#memory.inflate(this.#from, this.#to, at, end, history);
    this.#from = input;
    this.#produced += output - at;
    const stop = STOPS[status] ?? 'corrupt';
    // What is over stays over; its tables are needed no more.
    this.#over = stop === 'hungry' || stop === 'full' ? null : stop;
    return { stop, produced: output - at };
  }

  #take(): void {
    const owner = owners.get(this.#memory);
    if (owner === this) return;
    if (owner && !owner.#over) owner.#save();
    if (this.#isSaved && this.#saved) this.#memory.bytes.set(this.#saved, INFLATE_AT);
    this.#isSaved = false;
    owners.set(this.#memory, this);
  }

  #save(): void {
    this.#saved ??= new Uint8Array(INFLATE_BYTES);
    this.#saved.set(this.#memory.bytes.subarray(INFLATE_AT, INFLATE_AT + INFLATE_BYTES));
    this.#isSaved = true;
  }
}
