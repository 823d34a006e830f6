import { constants, crc32, createInflateRaw } from 'node:zlib';
import type { ByteInput } from './byte-input.ts';
import type { Stop } from './limits.ts';
import { isGzip } from './magic.ts';
import { ZlibRun } from './zlib-run.ts';

/** Takes decompressed bytes; says when no more may follow. */
export type Append = (bytes: Uint8Array) => Stop;

/** The size at which node:zlib costs least (64 KiB chunks: 1.6 times the CPU). */
export const ZLIB_CHUNK_BYTES = 1 << 18;

const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;

/**
 * Reads gzip members until what follows is none (RFC 1952 2.2: members simply follow each other). The member loop is ours since
 * node:zlib ends silently at padding between members and cannot say where garbage begins.
 */
export async function readGzip(input: ByteInput, append: Append): Promise<Stop> {
  do {
    const stop = (await passHeader(input)) ?? (await readMember(input, append));
    if (stop) return stop;
    await input.fill(3);
  } while (isGzip(input.pending));
  return null;
}

async function passHeader(input: ByteInput): Promise<Stop> {
  if (!(await input.fill(10))) return 'truncated';
  const flags = input.pending[3] ?? 0;
  input.skip(10);
  if (flags & FEXTRA) {
    if (!(await input.fill(2))) return 'truncated';
    const length = (input.pending[0] ?? 0) + ((input.pending[1] ?? 0) << 8);
    input.skip(2);
    if ((await input.pass(length)) < length) return 'truncated';
  }
  if (flags & FNAME && !(await passText(input))) return 'truncated';
  if (flags & FCOMMENT && !(await passText(input))) return 'truncated';
  return flags & FHCRC && (await input.pass(2)) < 2 ? 'truncated' : null;
}

/** Passes a zero-terminated text; false when the input ends in it. */
async function passText(input: ByteInput): Promise<boolean> {
  while (await input.more()) {
    const end = input.pending.indexOf(0);
    input.skip(end < 0 ? input.pending.length : end + 1);
    if (end >= 0) return true;
  }
  return false;
}

async function readMember(input: ByteInput, append: Append): Promise<Stop> {
  let [sum, size] = [0, 0];
  let stop: Stop = null;
  const run = new ZlibRun(createInflateRaw({ chunkSize: ZLIB_CHUNK_BYTES, finishFlush: constants.Z_SYNC_FLUSH }), (bytes) => {
    if (stop) return;
    sum = crc32(bytes, sum);
    size += bytes.length;
    stop = append(bytes);
    if (stop) run.close();
  });
  const state = await inflate(input, run, () => stop !== null);
  run.close();
  if (stop) return stop;
  if (state !== 'ended') return state === 'failed' ? 'corrupt' : 'truncated';
  return checkTrailer(input, sum, size);
}

async function inflate(input: ByteInput, run: ZlibRun, isStopped: () => boolean): Promise<'ended' | 'failed' | 'truncated'> {
  while (!isStopped() && (await input.more())) {
    const { consumed, state } = await run.write(input.pending);
    input.skip(consumed);
    if (state !== 'open') return state;
  }
  // What was still on its way must come out before the cut is reported.
  await run.end();
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
