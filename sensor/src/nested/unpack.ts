import { TidewaiterError } from '@tidewaiter/shared/errors';
import { Beside, ByteInput, ContentBlock, type LayerLimits, readGzip, readZstd, type Stop, sniff } from '../layers/index.ts';
import { createPassMemory, type PassMemory } from '../memory/index.ts';
import { readXzStreams } from './xz.ts';
import { isXzStream } from './xz-walk.ts';

/** What bounds the unpacking of an image archive. */
interface UnpackLimits {
  readonly bytesMax: number;
  readonly ratioMax: number;
  readonly ratioFromBytes: number;
  readonly zstdWindowBytesMax: number;
  readonly xzDictionaryBytesMax: number;
}

/** Takes what was unpacked; the bytes are valid until it returns. What it throws ends the unpacking. */
type Write = (bytes: Uint8Array) => void;

interface Unpacking {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly block: ContentBlock;
  readonly memory: PassMemory;
  readonly limits: LayerLimits;
  readonly xzDictionaryBytesMax: number;
}

/** `docker load` takes these and bzip2. What they carry beside their content is no part of the image. */
const readers = {
  gzip: ({ chunks, block, memory }: Unpacking) => readGzip(new ByteInput(chunks, () => undefined), block, memory, new Beside(0)),
  zstd: ({ chunks, block, limits }: Unpacking) => readZstd(new ByteInput(chunks, () => undefined), block, limits, new Beside(0)),
  xz: ({ chunks, block, xzDictionaryBytesMax }: Unpacking) =>
    readXzStreams(copied(chunks), xzDictionaryBytesMax, (bytes) => block.append(bytes)),
};

/** The decoder of xz may still look at a chunk when it asks for the next one. */
async function* copied(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) yield new Uint8Array(chunk);
}

type Compression = keyof typeof readers;

/** Commands that unpack what no reader here does, by the bytes it begins with. */
const unread: readonly (readonly [program: string, magic: readonly number[]])[] = [
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['uncompress', [0x1f, 0x9d]],
  ['lzip', [0x4c, 0x5a, 0x49, 0x50]],
];

/** @throws manifest.invalid when it is cut, damaged or swells past all reason; work-file.full past `bytesMax`; what `write` throws. */
type Unpack = (input: AsyncIterable<Uint8Array>, limits: UnpackLimits, write: Write) => Promise<void>;

/**
 * What unpacks an image archive that is compressed as a whole (`docker save IMAGE | gzip`), in bounded memory; null when it is not.
 * @param head its first bytes.
 * @param which what messages call it.
 * @throws manifest.invalid for a compression that is not read, with the command that undoes it.
 */
export function unpackerOf(head: Uint8Array, which: string): Unpack | null {
  const compression = compressionOf(head, which);
  return compression && ((input, limits, write) => unpack(input, compression, which, limits, write));
}

function compressionOf(head: Uint8Array, which: string): Compression | null {
  if (isXzStream(head)) return 'xz';
  const other = unread.find(([, magic]) => magic.every((byte, at) => head[at] === byte));
  if (other) throw unreadable(which, `${other[0]} compression`, other[0]);
  const magic = sniff(head);
  return magic === 'gzip' || magic === 'zstd' ? magic : null;
}

async function unpack(
  input: AsyncIterable<Uint8Array>,
  compression: Compression,
  which: string,
  limits: UnpackLimits,
  write: Write,
): Promise<void> {
  let compressedBytes = 0;
  async function* counted(): AsyncIterable<Uint8Array> {
    for await (const chunk of input) {
      compressedBytes += chunk.length;
      yield chunk;
    }
  }
  const memory = createPassMemory();
  const blockLimits = blockLimitsOf(limits);
  const block = new WrittenBlock(memory, blockLimits, () => compressedBytes, write);
  const { xzDictionaryBytesMax } = limits;
  const stop = await readers[compression]({ chunks: counted(), block, memory, limits: blockLimits, xzDictionaryBytesMax });
  block.finish();
  if (stop) throw refusal(stop, compression, which, limits, block.bytes);
}

/** A block whose content is written away. A failed write is kept until `finish`: it must not be thrown into a decoder's callback. */
class WrittenBlock extends ContentBlock {
  readonly #faults: unknown[];

  constructor({ bytes }: PassMemory, limits: LayerLimits, compressedBytes: () => number, write: Write) {
    const faults: unknown[] = [];
    const read = (at: number, length: number): void => {
      try {
        if (faults.length === 0) write(bytes.subarray(at, at + length));
      } catch (fault) {
        faults.push(fault);
      }
    };
    super(bytes, { read }, limits, compressedBytes);
    this.#faults = faults;
  }

  override commit(length: number): Stop {
    return super.commit(length) ?? (this.#faults.length > 0 ? 'limit-bytes' : null);
  }

  /** @throws what the writing threw. */
  finish(): void {
    this.flush();
    for (const fault of this.#faults) throw fault;
  }
}

/** No tar is walked here and nothing beside the content is kept. */
const blockLimitsOf = ({ bytesMax, ratioMax, ratioFromBytes, zstdWindowBytesMax }: UnpackLimits): LayerLimits => ({
  contentBytesMax: bytesMax,
  ratioMax,
  ratioFromBytes,
  entriesMax: 0,
  headerBytesMax: 0,
  besideBytesMax: 0,
  zstdWindowBytesMax,
});

function refusal(
  stop: NonNullable<Stop>,
  compression: Compression,
  which: string,
  { bytesMax, ratioMax, xzDictionaryBytesMax, zstdWindowBytesMax }: UnpackLimits,
  bytes: number,
): TidewaiterError {
  switch (stop) {
    case 'truncated':
      return damaged(which, `${compression} compression that is cut after ${bytes} bytes of content`);
    case 'limit-ratio':
      return unreadable(which, `content of more than ${ratioMax} times its size`, compression);
    case 'limit-bytes':
      if (bytes < bytesMax) return unreadable(which, `xz with a dictionary of more than ${xzDictionaryBytesMax} bytes`, compression);
      return new TidewaiterError('work-file.full', { which, got: `more than ${bytesMax} bytes`, want: `at most ${bytesMax}` });
    case 'unsupported-compression': {
      const asked =
        compression === 'zstd' ? `a dictionary, or a window of more than ${zstdWindowBytesMax} bytes` : 'an unusual filter or check';
      return unreadable(which, `${compression} with ${asked}`, compression);
    }
    default:
      return damaged(which, `${compression} compression that is damaged after ${bytes} bytes of content`);
  }
}

const damaged = (which: string, got: string): TidewaiterError =>
  new TidewaiterError('manifest.invalid', {
    which,
    got,
    want: 'a whole archive',
    remedy: 'Copy it again or make it anew; on standard input see whether the command before the pipe failed.',
  });

const unreadable = (which: string, got: string, program: string): TidewaiterError =>
  new TidewaiterError('manifest.invalid', {
    which,
    got,
    want: 'a tar, plain or compressed with gzip, zstd or xz',
    remedy: `Unpack it first: \`${program} -d -c < FILE > FILE.tar\`, and scan FILE.tar.`,
  });
