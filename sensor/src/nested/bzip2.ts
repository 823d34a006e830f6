import type { Stop } from '../layers/index.ts';
import { type Archive, type FormatLater, startsWith, stemOf } from './format.ts';
import type { StreamInside } from './inside.ts';

/** The first block's magic (pi), or that of an empty stream's end (the root of pi). */
const isBzip2 = (head: Uint8Array): boolean =>
  startsWith(head, 0x42, 0x5a, 0x68) &&
  (startsWith(head.subarray(4), 0x31, 0x41, 0x59, 0x26, 0x53, 0x59) || startsWith(head.subarray(4), 0x17, 0x72, 0x45, 0x38, 0x50, 0x90));

/** bzip2. Its decoder wants the packed file whole. */
export const bzip2: FormatLater = { name: 'bzip2', is: isBzip2, isAlone: false, readLater: readBzip2 };

async function readBzip2(chunks: AsyncIterable<Uint8Array>, archive: Archive): Promise<Stop> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > archive.limits.wholeBytesMax) return 'limit-bytes';
    parts.push(chunk);
  }
  const inside = archive.stream(stemOf(archive.path, '.bz2', '.tbz2', '.tbz'));
  // Loaded when the first one comes: most images hold none.
  const { default: bunzip } = await import('seek-bzip');
  const stop = decode(bunzip, Buffer.concat(parts), inside);
  for (const reason of inside.end(stop)) archive.gap(reason, null, null);
  return null;
}

/** Thrown through the decoder, which has no other way to be stopped. */
class Stopped extends Error {
  readonly stop: Stop;

  constructor(stop: Stop) {
    super('stopped');
    this.stop = stop;
  }
}

type Bunzip = typeof import('seek-bzip')['default'];

const OUTPUT_BYTES = 1 << 16;

function decode(bunzip: Bunzip, packed: Uint8Array, inside: StreamInside): Stop {
  const output = new Uint8Array(OUTPUT_BYTES);
  let [at, filled] = [0, 0];
  const flush = (): void => {
    const stop = inside.write(output.subarray(0, filled));
    filled = 0;
    if (stop) throw new Stopped(stop);
  };
  const readByte = (): number => {
    // The decoder does not know an end and would go on with what it takes for ones.
    if (at >= packed.length) throw new Stopped('truncated');
    return packed[at++] ?? 0;
  };
  const read = (into: Uint8Array, from: number, length: number): number => {
    for (let byte = 0; byte < length; byte++) into[from + byte] = readByte();
    return length;
  };
  const writeByte = (byte: number): void => {
    output[filled++] = byte;
    if (filled === OUTPUT_BYTES) flush();
  };
  try {
    // Streams simply follow each other; what else follows is read as the bytes it is.
    do bunzip.decode({ readByte, read }, { writeByte }, false);
    while (isBzip2(packed.subarray(at)));
    flush();
    return null;
  } catch (error) {
    flushQuietly(flush);
    return error instanceof Stopped ? error.stop : 'corrupt';
  }
}

/** What was decoded before the fault counts. */
function flushQuietly(flush: () => void): void {
  try {
    flush();
  } catch {
    // The limit that ends it here is met anyway.
  }
}
