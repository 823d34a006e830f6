import { createHash } from 'node:crypto';
import type { Gap } from '@tidewaiter/shared/findings';
import type { Digest } from '@tidewaiter/shared/images';
import type { PassMemory } from '../memory/index.ts';
import { Beside } from './beside.ts';
import { ByteInput } from './byte-input.ts';
import { ContentBlock } from './content-block.ts';
import type { ContentSink } from './face.ts';
import { readGzip } from './gzip.ts';
import { LayerContent } from './layer-content.ts';
import type { LayerLimits, Stop } from './limits.ts';
import { isCutMagic, MAGIC_BYTES, type Magic, sniff } from './magic.ts';
import { readZstd } from './zstd.ts';

/** What a blob turned out to be, once read to its end. `gaps` are those of the blob as a whole; an entry's own went to the sink. */
export interface LayerReading {
  /** Of the bytes as they came; whoever asked for them compares. */
  readonly digest: Digest;
  readonly blobBytes: number;
  readonly contentBytes: number;
  readonly compression: 'none' | 'gzip' | 'zstd';
  readonly content: 'tar' | 'blob';
  readonly gaps: readonly Gap[];
}

/**
 * Reads a blob whole: hash, decompress by magic bytes, walk the tar or read it as one file. Its bytes alone decide, no label does.
 * Every byte of the blob is hashed, also behind a place where its content cannot be read.
 * @param chunks the blob as stored; a chunk must stay unchanged until the next is asked for. What it throws passes through.
 */
export async function readLayer(
  chunks: AsyncIterable<Uint8Array>,
  memory: PassMemory,
  sink: ContentSink,
  limits: LayerLimits,
): Promise<LayerReading> {
  const hash = createHash('sha256');
  const input = new ByteInput(chunks, (chunk) => hash.update(chunk));
  const content = new LayerContent(memory.bytes, sink, limits);
  const block = new ContentBlock(memory.bytes, content, limits, () => input.bytesRead);
  await input.fill(MAGIC_BYTES);
  const first = sniff(input.pending);
  const beside = new Beside(limits.besideBytesMax);
  const stop = await readStreams({ input, block, content, limits, memory, beside });
  block.flush();
  content.end(stop);
  readBeside(beside, block, content);
  await input.pass(Number.POSITIVE_INFINITY);
  return {
    digest: `sha256:${hash.digest('hex')}`,
    blobBytes: input.bytesRead,
    contentBytes: block.bytes,
    compression: first === 'unsupported' ? 'none' : first,
    content: content.kind,
    gaps: content.gaps,
  };
}

interface Reading {
  readonly input: ByteInput;
  readonly block: ContentBlock;
  readonly content: LayerContent;
  readonly limits: LayerLimits;
  readonly memory: PassMemory;
  readonly beside: Beside;
}

/** One compressed stream after another: what follows the first is read too, though the runtimes do not. */
async function readStreams(reading: Reading): Promise<Stop> {
  const { input, block, content } = reading;
  for (;;) {
    const stop = await readStream(sniff(input.pending), reading);
    if (stop) return stop;
    await passZeros(input);
    if (!(await input.fill(MAGIC_BYTES)) && input.pending.length === 0) return null;
    if (isCutMagic(input.pending)) return 'truncated';
    block.flush();
    content.beginRest();
  }
}

function readStream(magic: Magic, { input, block, content, limits, memory, beside }: Reading): Promise<Stop> {
  switch (magic) {
    case 'gzip':
      return readGzip(input, block, memory, beside);
    case 'zstd':
      return readZstd(input, block, limits, beside);
    case 'unsupported':
      content.addGap('unsupported-compression');
      return readPlain(input, block);
    default:
      return readPlain(input, block);
  }
}

function readBeside(beside: Beside, block: ContentBlock, content: LayerContent): void {
  if (beside.isCut) content.addGap('limit-bytes');
  for (const [what, parts] of beside.kept) {
    content.beginRest(`!(${what})`);
    for (const bytes of parts) block.append(bytes);
    block.flush();
  }
  content.end(null);
}

async function readPlain(input: ByteInput, block: ContentBlock): Promise<Stop> {
  while (await input.more()) {
    const stop = block.append(input.pending);
    if (stop) return stop;
    input.skip(input.pending.length);
  }
  return null;
}

/** gzip's padding (GNU gzip ignores it); behind plain content nothing is left to pass. */
async function passZeros(input: ByteInput): Promise<void> {
  while (await input.more()) {
    const at = input.pending.findIndex((byte) => byte !== 0);
    input.skip(at < 0 ? input.pending.length : at);
    if (at >= 0) return;
  }
}
