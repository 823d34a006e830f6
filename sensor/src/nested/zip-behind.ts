import type { Stop } from '../layers/index.ts';
import { type Archive, type FormatNow, startsWith } from './format.ts';
import type { PushInput, Reading } from './push-input.ts';
import { ZipReader } from './zip.ts';
import { isPlausible, LOCAL_BYTES, localNameBytes } from './zip-header.ts';

const SIGNATURE = Buffer.from('PK\x03\x04', 'latin1');

/**
 * A zip behind a program: archives that unpack themselves, executable jars (a shell script in front), Python's zipapps, Chrome's extensions.
 * Only files that begin as one of those are looked through for a first header (12 GB/s); most of them hold none.
 */
export const zipBehind: FormatNow = {
  name: 'zip behind a program',
  is: (head) =>
    startsWith(head, 0x23, 0x21) ||
    startsWith(head, 0x7f, 0x45, 0x4c, 0x46) ||
    startsWith(head, 0x4d, 0x5a) ||
    startsWith(head, 0x43, 0x72, 0x32, 0x34),
  find: findZip,
  read: readBehind,
};

function* readBehind(input: PushInput, archive: Archive): Reading<Stop> {
  return (yield* findZip(input)) ? yield* new ZipReader(input, archive).read() : null;
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
