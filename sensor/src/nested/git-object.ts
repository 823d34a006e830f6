import { constants, inflateRawSync } from 'node:zlib';
import type { Stop } from '../layers/index.ts';
import { Adler32 } from './adler32.ts';
import { readDeflated } from './deflated.ts';
import { type Archive, type FormatNow, HEAD_BYTES } from './format.ts';
import type { PushInput, Reading } from './push-input.ts';

const HEADER = /^(blob|commit|tree|tag) (\d{1,15})\0/;
/** The longest kind, a size of 15 digits, a space and a zero. */
const HEADER_BYTES_MAX = 32;
/** How much is inflated to look: less where more is damaged, so that damage behind the header does not hide what it is. */
const PEEK_BYTES: readonly number[] = [HEAD_BYTES, 128, 48, 24];
export const ZLIB_HEADER_BYTES = 2;
export const ADLER_BYTES = 4;

/**
 * A loose object of git (gitformat-loose): one zlib stream (RFC 1950) whose content begins with its kind and size. A secret that was
 * committed and deleted later is still there. Only what has a zlib header is inflated to look, and no more than the file's head.
 */
export const gitObject: FormatNow = { name: 'git object', is: (head) => headerOf(head) !== null, read: readObject };

/** RFC 1950 2.2: deflate, a window of at most 32 KiB, no preset dictionary, and a multiple of 31. */
export function isZlibHeader(method: number, flags: number): boolean {
  return (method & 0x0f) === 8 && method <= 0x78 && (flags & 0x20) === 0 && (method * 256 + flags) % 31 === 0;
}

interface ObjectHeader {
  readonly kind: string;
  readonly sizeBytes: number;
  readonly headerBytes: number;
}

function headerOf(head: Uint8Array): ObjectHeader | null {
  if (!isZlibHeader(head[0] ?? 0, head[1] ?? 0)) return null;
  for (const bytes of PEEK_BYTES) {
    const [header, kind, size] = HEADER.exec(inflated(head.subarray(ZLIB_HEADER_BYTES, bytes))) ?? [];
    if (header && kind) return { kind, sizeBytes: Number(size), headerBytes: header.length };
  }
  return null;
}

/** Raw: that the checksum is wrong is told once all is read. Empty where the bytes are no deflate. */
function inflated(bytes: Uint8Array): string {
  try {
    return inflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1', 0, HEADER_BYTES_MAX);
  } catch {
    return '';
  }
}

function* readObject(input: PushInput, archive: Archive): Reading<Stop> {
  yield* input.fill(HEAD_BYTES);
  const header = headerOf(input.pending);
  if (!header) return 'corrupt';
  const { kind, sizeBytes, headerBytes } = header;
  const files = archive.files();
  const adler = new Adler32();
  files.begin(kind, sizeBytes, headerBytes);
  files.observe((bytes) => adler.add(bytes));
  input.skip(ZLIB_HEADER_BYTES);
  const stop = yield* readDeflated(input, files, () => checkAdler(input, adler));
  files.observe(null);
  files.end(stop ?? (files.sizeBytes === headerBytes + sizeBytes ? null : 'size-lies'));
  return null;
}

/** RFC 1950 2.2: big-endian. What was read counts, whatever it says. */
function* checkAdler(input: PushInput, { sum }: Adler32): Reading<Stop> {
  if (!(yield* input.fill(ADLER_BYTES))) return 'truncated';
  const isRight = new DataView(input.pending.buffer, input.pending.byteOffset, ADLER_BYTES).getUint32(0) === sum;
  input.skip(ADLER_BYTES);
  return isRight ? null : 'corrupt';
}
