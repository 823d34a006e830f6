import type { ZstdDecompress } from 'node:zlib';

type Finish = 'ended' | 'failed';

/** What one write did: how many of its bytes were taken, and whether the compressed stream is over or broken. */
export interface RunStep {
  readonly consumed: number;
  readonly state: 'open' | Finish;
}

/** One zstd frame through node:zlib, told exactly where it ends. */
export class ZlibRun {
  readonly #stream: ZstdDecompress;
  readonly #finished: Promise<Finish>;
  #state: RunStep['state'] = 'open';

  constructor(stream: ZstdDecompress, onBytes: (bytes: Uint8Array) => void) {
    this.#stream = stream;
    stream.on('data', (bytes: Uint8Array) => {
      onBytes(bytes);
      free(bytes);
    });
    this.#finished = new Promise((resolve) => {
      const finish = (state: Finish): void => {
        if (this.#state === 'open') this.#state = state;
        resolve(state);
      };
      stream.on('end', () => finish('ended'));
      stream.on('error', () => finish('failed'));
      stream.on('close', () => finish('failed'));
    });
  }

  /** Output may still be on its way when this returns `open`, but not when it returns `ended`. */
  async write(chunk: Uint8Array): Promise<RunStep> {
    const before = this.#stream.bytesWritten;
    const taken = new Promise<void>((resolve) => {
      this.#stream.write(chunk, () => resolve());
    });
    await Promise.race([taken, this.#finished]);
    // zlib leaves bytes untaken only where its stream is over; 'end' follows once all output was given.
    if (this.#stream.bytesWritten - before < chunk.length) await this.#finished;
    return { consumed: this.#stream.bytesWritten - before, state: this.#state };
  }

  /** No more input follows. All output is given when this returns. */
  async end(): Promise<Finish> {
    if (this.#state === 'open') this.#stream.end();
    return this.#finished;
  }

  close(): void {
    this.#stream.destroy();
  }
}

/**
 * Frees an output buffer that node:zlib has filled to its end, and so is done with, at once. Left to the collector, every 32 MiB of
 * them set off a full collection of the worker's heap: an eighth of a scan's CPU time.
 */
function free({ buffer, byteOffset, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteOffset + byteLength === buffer.byteLength && byteLength > 0) buffer.transfer(0);
}
