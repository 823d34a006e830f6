import type { Stop } from '../layers/index.ts';
import { type Archive, type FormatNow, startsWith } from './format.ts';
import type { PushInput, Reading } from './push-input.ts';
import { ZipReader } from './zip.ts';
import { END_BYTES, endsAsZip, isPlausible, LOCAL_BYTES, localNameBytes } from './zip-header.ts';

const ELF_HEADER_BYTES = 64;
const LITTLE_ENDIAN = 1;
const SIGNATURE = Buffer.from('PK\x03\x04', 'latin1');

/**
 * A zip behind a program: archives that unpack themselves, executable jars (a shell script in front), Python's zipapps, Chrome's extensions.
 * Only files that begin as one of those are looked through for a first header; of ELF files only what is
 * behind the program, since those of an image together are most of its bytes.
 */
export const zipBehind: FormatNow = {
  name: 'zip behind a program',
  is: (head) =>
    startsWith(head, 0x23, 0x21) ||
    startsWith(head, 0x7f, 0x45, 0x4c, 0x46) ||
    startsWith(head, 0x4d, 0x5a) ||
    startsWith(head, 0x43, 0x72, 0x32, 0x34),
  find: findBehind,
  read: readBehind,
};

function* findBehind(input: PushInput): Reading<boolean> {
  const last = yield* passProgram(input);
  return last ? endsAsZip(last, input.offset) : yield* findZip(input);
}

function* readBehind(input: PushInput, archive: Archive): Reading<Stop> {
  const last = yield* passProgram(input);
  if (last) return endsAsZip(last, input.offset) ? 'unsupported-compression' : null;
  return (yield* findZip(input)) ? yield* new ZipReader(input, archive).read() : null;
}

/**
 * Passes over what an ELF file says is its own: most files of an image that are looked at here are such, and end there.
 * @returns the file's last bytes, when nothing follows.
 */
function* passProgram(input: PushInput): Reading<Uint8Array | null> {
  yield* input.fill(ELF_HEADER_BYTES);
  const end = elfEnd(input.pending);
  let last: Uint8Array = new Uint8Array(0);
  while (input.offset < end) {
    const bytes = yield* input.take(end - input.offset);
    if (bytes.length === 0) return last;
    last = Buffer.concat([last, bytes.subarray(-END_BYTES)]).subarray(-END_BYTES);
  }
  return (yield* input.fill(1)) ? null : last;
}

/** Where the table of sections ends, which linkers write last; 0 for what is no ELF file of the usual kind (System V ABI, "ELF Header"). */
function elfEnd(bytes: Uint8Array): number {
  if (bytes.length < ELF_HEADER_BYTES || !startsWith(bytes, 0x7f, 0x45, 0x4c, 0x46) || bytes[5] !== LITTLE_ENDIAN) return 0;
  const header = new DataView(bytes.buffer, bytes.byteOffset, ELF_HEADER_BYTES);
  if (bytes[4] === 2) return Number(header.getBigUint64(0x28, true)) + header.getUint16(0x3a, true) * header.getUint16(0x3c, true);
  return bytes[4] === 1 ? header.getUint32(0x20, true) + header.getUint16(0x2e, true) * header.getUint16(0x30, true) : 0;
}

function* findZip(input: PushInput): Reading<boolean> {
  while (yield* input.fill(1)) {
    const bytes = Buffer.from(input.pending.buffer, input.pending.byteOffset, input.pending.length);
    const at = bytes.indexOf(SIGNATURE);
    if (at < 0) {
      const kept = begunIn(bytes);
      input.skip(bytes.length - kept);
      if (kept > 0 && !(yield* input.fill(kept + 1))) return false;
      continue;
    }
    input.skip(at);
    if (!(yield* input.fill(LOCAL_BYTES))) return false;
    yield* input.fill(LOCAL_BYTES + localNameBytes(input.pending));
    if (isPlausible(input.pending)) return true;
    input.skip(SIGNATURE.length);
  }
  return false;
}

/** How many of the last bytes begin a signature. The others need not be kept. */
function begunIn(bytes: Buffer): number {
  for (let length = SIGNATURE.length - 1; length > 0; length--)
    if (bytes.subarray(-length).equals(SIGNATURE.subarray(0, length))) return length;
  return 0;
}
