import { constants, inflateSync } from 'node:zlib';
import type { Stop } from '../layers/index.ts';
import { readDeflated } from './deflated.ts';
import { type Archive, type FormatNow, HEAD_BYTES } from './format.ts';
import type { PushInput, Reading } from './push-input.ts';

const HEADER = /^(blob|commit|tree|tag) \d{1,15}\0/;
const ADLER_BYTES = 4;

/**
 * A loose object of git (gitformat-loose): one zlib stream (RFC 1950) whose content begins with its kind and size. A secret that was
 * committed and deleted later is still there. Only what has a zlib header is inflated to look, and no more than the file's head.
 */
export const gitObject: FormatNow = { name: 'git object', is: (head) => kindOf(head) !== null, read: readObject };

function kindOf(head: Uint8Array): string | null {
  const [method, flags] = [head[0] ?? 0, head[1] ?? 0];
  // RFC 1950 2.2: deflate, a window of at most 32 KiB, no preset dictionary, and a multiple of 31.
  if ((method & 0x0f) !== 8 || method > 0x78 || flags & 0x20 || (method * 256 + flags) % 31 !== 0) return null;
  try {
    const start = inflateSync(head.subarray(0, HEAD_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
    return HEADER.exec(start.toString('latin1', 0, 32))?.[1] ?? null;
  } catch {
    return null;
  }
}

function* readObject(input: PushInput, archive: Archive): Reading<Stop> {
  yield* input.fill(HEAD_BYTES);
  const inside = archive.stream(kindOf(input.pending) ?? 'object');
  input.skip(2);
  for (const reason of inside.end(yield* readDeflated(input, inside, () => passAdler(input)))) archive.gap(reason, null, null);
  return null;
}

/** The Adler-32 is not compared yet: only that it is there. */
function* passAdler(input: PushInput): Reading<Stop> {
  return (yield* input.pass(ADLER_BYTES)) < ADLER_BYTES ? 'truncated' : null;
}
