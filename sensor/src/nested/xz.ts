import { createRequire } from 'node:module';
import type { Stop } from '../layers/index.ts';
import { type Archive, type FormatLater, stemOf } from './format.ts';
import { PushInput } from './push-input.ts';
import { isXzStream, walkXzStream, type XzFault } from './xz-walk.ts';

const require = createRequire(import.meta.url);

/** xz (The .xz File Format 1.2.1). A stream at a time goes to the decoder, which knows one only. */
export const xz: FormatLater = { name: 'xz', is: isXzStream, isAlone: true, readLater: readXz };

async function readXz(chunks: AsyncIterable<Uint8Array>, archive: Archive): Promise<Stop> {
  const inside = archive.stream(stemOf(archive.path, '.xz', '.txz'));
  const stop = await readXzStreams(chunks, archive.limits.xzDictionaryBytesMax, (bytes) => inside.write(bytes));
  for (const reason of inside.end(stop)) archive.gap(reason, null, null);
  return null;
}

/** What takes the content of a stream: it returns why no more is wanted. */
type Write = (bytes: Uint8Array) => Stop;

/**
 * Reads xz streams until what follows is none.
 * @param write its bytes are its own until it returns.
 */
export async function readXzStreams(chunks: AsyncIterable<Uint8Array>, dictionaryBytesMax: number, write: Write): Promise<Stop> {
  const cutter = new StreamCutter(chunks, dictionaryBytesMax);
  let stop: Stop = null;
  do stop = await decode(cutter, write);
  while (!stop && (await cutter.hasMore()));
  return stop;
}

async function decode(cutter: StreamCutter, write: Write): Promise<Stop> {
  // Loaded when the first one comes: most images hold none.
  const { XzReadableStream }: typeof import('xz-decompress') = require('xz-decompress');
  const reader = new XzReadableStream(readableOf(cutter.stream())).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return cutter.fault;
      const stop = write(value);
      free(value);
      if (!stop) continue;
      await reader.cancel();
      return stop;
    }
  } catch {
    // The decoder finds what is wrong inside; that the bytes end, or ask for what it does not have, is known before.
    return cutter.fault ?? 'corrupt';
  }
}

/** The decoder's output buffers, freed at once: left to the collector, hundreds of MiB of them wait for it. */
function free({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > 0) buffer.transfer(0);
}

/** Pulled piece by piece: nothing is read before the decoder wants it. */
function readableOf(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Cuts a file into its streams. */
class StreamCutter {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #dictionaryBytesMax: number;
  #rest: Uint8Array = new Uint8Array(0);
  /** Why the last stream given is not whole, or is not to be decoded. */
  fault: XzFault | null = null;

  constructor(chunks: AsyncIterable<Uint8Array>, dictionaryBytesMax: number) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#dictionaryBytesMax = dictionaryBytesMax;
  }

  /** The bytes of the next stream. */
  async *stream(): AsyncGenerator<Uint8Array> {
    const input = new PushInput();
    const walk = walkXzStream(input, this.#dictionaryBytesMax);
    for (;;) {
      const bytes = this.#rest.length > 0 ? this.#rest : await this.#next();
      if (!bytes) input.end();
      else input.give(bytes);
      const step = walk.next();
      if (step.done) {
        this.fault = step.value;
        this.#rest = input.pending;
        const own = (bytes?.length ?? 0) - this.#rest.length;
        if (bytes && own > 0) yield bytes.subarray(0, own);
        return;
      }
      this.#rest = new Uint8Array(0);
      input.hold();
      if (bytes) yield bytes;
    }
  }

  /** Another stream follows, behind what may be zeros (2.2). What else follows is read as the bytes it is. */
  async hasMore(): Promise<boolean> {
    for (;;) {
      const from = this.#rest.findIndex((byte) => byte !== 0);
      this.#rest = from < 0 ? new Uint8Array(0) : this.#rest.subarray(from);
      if (this.#rest.length >= 6) return isXzStream(this.#rest);
      const more = await this.#next();
      if (!more) return false;
      this.#rest = Buffer.concat([this.#rest, more]);
    }
  }

  async #next(): Promise<Uint8Array | null> {
    const { done, value } = await this.#chunks.next();
    return done ? null : value;
  }
}
