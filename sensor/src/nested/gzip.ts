import type { Stop } from '../layers/index.ts';
import { readDeflated } from './deflated.ts';
import { type Archive, type FormatNow, startsWith, stemOf } from './format.ts';
import type { StreamInside } from './inside.ts';
import type { PushInput, Reading } from './push-input.ts';

const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;
const RESERVED = 0xe0;

const isMember = (bytes: Uint8Array): boolean => startsWith(bytes, 0x1f, 0x8b, 0x08) && ((bytes[3] ?? 0) & RESERVED) === 0;

/**
 * gzip (RFC 1952): .gz, .tgz, .svgz, and Alpine's .apk, which is several members that make one tar together. Its header's name and comment
 * are plain bytes of the file, and read as such.
 */
export const gzip: FormatNow = { name: 'gzip', is: isMember, read: readGzip };

function* readGzip(input: PushInput, archive: Archive): Reading<Stop> {
  const inside = archive.stream(stemOf(archive.path, '.gz', '.z'));
  let stop: Stop = null;
  do {
    stop = (yield* passHeader(input)) ?? (yield* readDeflated(input, inside, () => checkTrailer(input, inside)));
    if (stop) break;
    yield* input.fill(4);
  } while (isMember(input.pending));
  for (const reason of inside.end(stop)) archive.gap(reason, null, null);
  return null;
}

function* passHeader(input: PushInput): Reading<Stop> {
  if (!(yield* input.fill(10))) return 'truncated';
  const flags = input.pending[3] ?? 0;
  input.skip(10);
  if (flags & FEXTRA) {
    if (!(yield* input.fill(2))) return 'truncated';
    const length = (input.pending[0] ?? 0) + ((input.pending[1] ?? 0) << 8);
    if ((yield* input.pass(2 + length)) < 2 + length) return 'truncated';
  }
  if (flags & FNAME && !(yield* passText(input))) return 'truncated';
  if (flags & FCOMMENT && !(yield* passText(input))) return 'truncated';
  return flags & FHCRC && (yield* input.pass(2)) < 2 ? 'truncated' : null;
}

function* passText(input: PushInput): Reading<boolean> {
  while (yield* input.fill(1)) {
    const end = input.pending.indexOf(0);
    input.skip(end < 0 ? input.pending.length : end + 1);
    if (end >= 0) return true;
  }
  return false;
}

/** RFC 1952 2.3.1: CRC-32 and the size modulo 2^32. */
function* checkTrailer(input: PushInput, { sum, sizeBytes }: StreamInside): Reading<Stop> {
  if (!(yield* input.fill(8))) return 'truncated';
  const trailer = new DataView(input.pending.buffer, input.pending.byteOffset, 8);
  const isRight = trailer.getUint32(0, true) === sum && trailer.getUint32(4, true) === sizeBytes % 2 ** 32;
  input.skip(8);
  return isRight ? null : 'corrupt';
}
