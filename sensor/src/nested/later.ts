/** Bytes that were given and are not read yet, for a reader that waits for them. They are copies: the giver has its own back at once. */
export class QueuedBytes {
  readonly #parts: Uint8Array[] = [];
  #isEnded = false;
  #wake: (() => void) | null = null;
  #onIdle: (() => void) | null = null;
  heldBytes = 0;

  push(bytes: Uint8Array): void {
    this.#parts.push(bytes.slice());
    this.heldBytes += bytes.length;
    this.#rouse();
  }

  end(): void {
    this.#isEnded = true;
    this.#rouse();
  }

  /** Nobody will read the rest. */
  drop(): void {
    this.#parts.length = 0;
    this.heldBytes = 0;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const part = this.#parts.shift();
      if (part) {
        this.heldBytes -= part.length;
        yield part;
      } else if (this.#isEnded) return;
      else await this.#more();
    }
  }

  /** Resolves when the reader waits for bytes that are not there. */
  async idle(): Promise<void> {
    if (!this.#wake) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }

  async #more(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#onIdle?.();
    });
  }

  #rouse(): void {
    this.#wake?.();
    this.#wake = null;
  }
}

/** An archive whose decoder answers on a later turn. */
export interface LaterJob {
  readonly input: QueuedBytes;
  /** What it must not share with another job, or null: a decoder that does one thing at a time. */
  readonly alone: object | null;
  /** Reads it to its end. Never fails. @param onDecoded told when the decoder is free again. */
  run(onDecoded: () => void): Promise<void>;
}

/** Decoders in use of those that do one thing at a time. One for all depths. */
export type InUse = Set<object>;

/** Runs archives one at a time: a hundred small ones in one piece of a layer must not each have a decoder's memory. One for each depth. */
export class Later {
  readonly #waiting: LaterJob[] = [];
  readonly #inUse: InUse;
  #current: { readonly job: LaterJob; readonly done: Promise<void>; isDone: boolean } | null = null;

  constructor(inUse: InUse) {
    this.#inUse = inUse;
  }

  add(job: LaterJob): void {
    this.#waiting.push(job);
  }

  /** Bytes that wait to be read. */
  get heldBytes(): number {
    return [...this.#waiting, ...(this.#current ? [this.#current.job] : [])].reduce((sum, { input }) => sum + input.heldBytes, 0);
  }

  /** Has everything read that was given. What stays open: an archive whose end was not given yet, one whose decoder is in use further up. */
  async settle(): Promise<void> {
    for (;;) {
      const current = (this.#current ??= this.#start());
      if (!current) return;
      await Promise.race([current.done, current.job.input.idle()]);
      if (!current.isDone) return;
      this.#current = null;
    }
  }

  #start(): { readonly job: LaterJob; readonly done: Promise<void>; isDone: boolean } | null {
    const [job] = this.#waiting;
    if (!job || (job.alone && this.#inUse.has(job.alone))) return null;
    this.#waiting.shift();
    if (job.alone) this.#inUse.add(job.alone);
    const started = { job, done: Promise.resolve(), isDone: false };
    const done = job
      .run(() => job.alone && this.#inUse.delete(job.alone))
      .then(() => {
        started.isDone = true;
      });
    return Object.assign(started, { done });
  }
}
