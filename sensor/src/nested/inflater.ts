import { createRequire } from 'node:module';
import type { InflateRaw } from 'minizlib';

const require = createRequire(import.meta.url);

/** Gives 8 MiB at most (deflate's 1,032 to 1), which live until the piece was taken. */
const PIECE_BYTES = 1 << 13;

export type InflateState = 'open' | 'ended' | 'failed';

/**
 * Raw deflate, at once and told exactly where it ends. node:zlib itself gives its output later, on another turn, which a sink that is
 * pushed cannot wait for.
 */
export class Inflater {
  #stream: InflateRaw | null = null;
  #onBytes: (bytes: Uint8Array) => void = () => undefined;

  /** Begins another deflate stream. */
  begin(onBytes: (bytes: Uint8Array) => void): void {
    this.#onBytes = onBytes;
    if (this.#stream && !this.#stream.sawError) this.#stream.reset();
    else this.#stream = this.#create();
  }

  /** Takes of `bytes` what belongs to the stream. */
  write(bytes: Uint8Array): { readonly consumed: number; readonly state: InflateState } {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + PIECE_BYTES);
      this.#stream?.write(Buffer.from(piece.buffer, piece.byteOffset, piece.length));
      const handle = this.#stream?.handle;
      if (!handle) return { consumed: at, state: 'failed' };
      const { bytesWritten } = handle;
      at += bytesWritten;
      // zlib leaves bytes untaken only where its stream is over.
      if (bytesWritten < piece.length) return { consumed: at, state: 'ended' };
    }
    return { consumed: bytes.length, state: 'open' };
  }

  close(): void {
    this.#stream?.close();
    this.#stream = null;
  }

  #create(): InflateRaw {
    // Loaded when the first one comes.
    const minizlib: typeof import('minizlib') = require('minizlib');
    const stream = new minizlib.InflateRaw({});
    stream.on('data', (bytes: Uint8Array) => this.#onBytes(bytes));
    stream.on('error', () => undefined);
    return stream;
  }
}
