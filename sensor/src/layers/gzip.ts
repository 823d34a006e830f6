import { INPUT_AT, INPUT_BYTES, Inflater, type PassMemory } from '../memory/index.ts';
import type { ByteInput } from './byte-input.ts';
import type { ContentBlock } from './content-block.ts';
import type { Beside } from './beside.ts';
import { DeflatedContent } from './deflated-content.ts';
import type { Stop } from './limits.ts';
import { isGzip } from './magic.ts';

const GZIP_HEADER = 'gzip header';
const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;

/** Reads gzip members until what follows is none (RFC 1952 2.2: members simply follow each other). */
export async function readGzip(input: ByteInput, block: ContentBlock, memory: PassMemory, beside: Beside): Promise<Stop> {
  const inflater = new Inflater(memory, { at: INPUT_AT, bytes: INPUT_BYTES });
  do {
    const stop = (await passHeader(input, beside)) ?? (await readMember(input, block, inflater));
    if (stop) return stop;
    await input.fill(3);
  } while (isGzip(input.pending));
  return null;
}

async function passHeader(input: ByteInput, beside: Beside): Promise<Stop> {
  if (!(await input.fill(10))) return 'truncated';
  const flags = input.pending[3] ?? 0;
  input.skip(10);
  if (flags & FEXTRA) {
    if (!(await input.fill(2))) return 'truncated';
    const length = (input.pending[0] ?? 0) + ((input.pending[1] ?? 0) << 8);
    input.skip(2);
    if (!(await beside.take(input, length, GZIP_HEADER))) return 'truncated';
  }
  if (flags & FNAME && !(await passText(input, beside))) return 'truncated';
  if (flags & FCOMMENT && !(await passText(input, beside))) return 'truncated';
  return flags & FHCRC && (await input.pass(2)) < 2 ? 'truncated' : null;
}

/** Passes a zero-terminated text; false when the input ends in it. */
async function passText(input: ByteInput, beside: Beside): Promise<boolean> {
  while (await input.more()) {
    const end = input.pending.indexOf(0);
    beside.add(input.pending.subarray(0, end < 0 ? undefined : end + 1), GZIP_HEADER);
    input.skip(end < 0 ? input.pending.length : end + 1);
    if (end >= 0) return true;
  }
  return false;
}

async function readMember(input: ByteInput, block: ContentBlock, inflater: Inflater): Promise<Stop> {
  const content = new DeflatedContent(block, inflater);
  // Few bytes first: a layer of a million tiny members must not have the rest of its input copied for each of them.
  for (let pieceBytes = 1 << 12; await input.more(); pieceBytes = Math.min(pieceBytes * 8, INPUT_BYTES)) {
    const taken = inflater.push(input.pending.subarray(0, pieceBytes));
    const stop = content.take();
    input.skip(stop === 'ended' ? taken - inflater.unread : taken);
    if (stop === 'ended') return checkTrailer(input, content.crc, content.bytes);
    if (stop !== 'hungry') return stop;
  }
  return 'truncated';
}

/** RFC 1952 2.3.1: CRC-32 and the size modulo 2^32 of the member's content. */
async function checkTrailer(input: ByteInput, sum: number, size: number): Promise<Stop> {
  if (!(await input.fill(8))) return 'truncated';
  const trailer = new DataView(input.pending.buffer, input.pending.byteOffset, 8);
  const isRight = trailer.getUint32(0, true) === sum && trailer.getUint32(4, true) === size % 2 ** 32;
  input.skip(8);
  return isRight ? null : 'corrupt';
}
