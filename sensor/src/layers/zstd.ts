import { constants, createZstdDecompress } from 'node:zlib';
import type { Beside } from './beside.ts';
import type { ByteInput } from './byte-input.ts';
import type { ContentBlock } from './content-block.ts';
import type { LayerLimits, Stop } from './limits.ts';
import { isZstdFrame, isZstdSkippable } from './magic.ts';
import { FRAME_HEADER_BYTES_MAX, type FrameHeader, FrameWalk, parseFrameHeader } from './zstd-frame.ts';
import { ZlibRun } from './zlib-run.ts';

/** The size at which node:zlib costs least (64 KiB chunks: 1.6 times the CPU). */
const ZLIB_CHUNK_BYTES = 1 << 18;

/** Reads zstd frames, skippable ones included, until what follows is none (RFC 8878 3.1). */
export async function readZstd(input: ByteInput, block: ContentBlock, limits: LayerLimits, beside: Beside): Promise<Stop> {
  for (;;) {
    await input.fill(FRAME_HEADER_BYTES_MAX);
    if (isZstdSkippable(input.pending)) {
      if (!(await passSkippable(input, beside))) return 'truncated';
    } else if (isZstdFrame(input.pending)) {
      const stop = await readFrame(input, block, limits);
      if (stop) return stop;
    } else return null;
  }
}

/** RFC 8878 3.1.2: magic, little-endian size, that many bytes. False when it is cut. */
async function passSkippable(input: ByteInput, beside: Beside): Promise<boolean> {
  if (!(await input.fill(8))) return false;
  const size = new DataView(input.pending.buffer, input.pending.byteOffset, 8).getUint32(4, true);
  input.skip(8);
  return beside.take(input, size, 'zstd skippable frame');
}

async function readFrame(input: ByteInput, block: ContentBlock, limits: LayerLimits): Promise<Stop> {
  const header = parseFrameHeader(input.pending);
  if (typeof header === 'string') return header;
  if (header.needsDictionary || header.windowBytes > limits.zstdWindowBytesMax) return 'unsupported-compression';
  let stop: Stop = null;
  const params = { [constants.ZSTD_d_windowLogMax]: Math.ceil(Math.log2(limits.zstdWindowBytesMax)) };
  const run = new ZlibRun(createZstdDecompress({ chunkSize: ZLIB_CHUNK_BYTES, params }), (bytes) => {
    stop ??= block.append(bytes);
    if (stop) run.close();
  });
  const ending = await feedFrame(input, run, header, () => stop !== null);
  run.close();
  return stop ?? ending;
}

/** Gives the decoder this frame's bytes and not one more. */
async function feedFrame(input: ByteInput, run: ZlibRun, header: FrameHeader, isStopped: () => boolean): Promise<Stop> {
  const walk = new FrameWalk(header);
  while (!isStopped() && walk.state === 'open' && (await input.more())) {
    const own = input.pending.subarray(0, walk.advance(input.pending));
    const { state } = await run.write(own);
    input.skip(own.length);
    if (state === 'failed') return 'corrupt';
  }
  const finish = await run.end();
  if (walk.state === 'open') return 'truncated';
  return walk.state === 'corrupt' || finish === 'failed' ? 'corrupt' : null;
}
