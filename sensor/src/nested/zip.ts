import { crc32 } from 'node:zlib';
import type { Stop } from '../layers/index.ts';
import { bzip2 } from './bzip2.ts';
import { type Archive, type Format, type FormatNow, startsWith } from './format.ts';
import type { FilesInside } from './inside.ts';
import type { PushInput, Reading } from './push-input.ts';
import { xz } from './xz.ts';
import {
  CENTRAL_BYTES,
  CENTRAL_ENTRY,
  centralRest,
  END_BYTES,
  END_OF_DIRECTORY,
  LOCAL_BYTES,
  LOCAL_FILE,
  type LocalHeader,
  localOffset,
  localRest,
  METHOD_AES,
  METHOD_BZIP2,
  METHOD_DEFLATE,
  METHOD_STORED,
  METHOD_XZ,
  METHOD_ZSTD,
  parseLocal,
} from './zip-header.ts';
import { zstd } from './zstd.ts';

/**
 * zip (PKWARE's APPNOTE): jar, war, ear, whl, egg, nupkg, Android's apk. It is read as it goes by, by the headers before each entry, so that
 * its size does not matter and no byte is read twice (overlapping entries gain nothing); also what the directory at its end leaves out is
 * read. Then the directory is held against it: an entry it names that did not go by is told.
 */
export const zip: FormatNow = {
  name: 'zip',
  // The second is written before an archive that was to be split and was not, the third is an archive without entries.
  is: (head) =>
    startsWith(head, 0x50, 0x4b, 3, 4) || startsWith(head, 0x50, 0x4b, 0x30, 0x30, 0x50, 0x4b, 3, 4) || startsWith(head, 0x50, 0x4b, 5, 6),
  read: (input, archive) => new ZipReader(input, archive).read(),
};

/** Methods whose bytes are files of a kind that is opened. */
const PACKINGS: ReadonlyMap<number, Format> = new Map([
  [METHOD_BZIP2, bzip2],
  [METHOD_ZSTD, zstd],
  [METHOD_XZ, xz],
]);
/** Enough to tell each. */
const PACKING_HEAD_BYTES = 16;

/** Offsets, eight bytes each: a million entries must not cost a hundred megabytes. */
class Offsets {
  #values = new Float64Array(64);
  #length = 0;

  add(offset: number): void {
    if (this.#length === this.#values.length) {
      const wider = new Float64Array(this.#length * 4);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.#length++] = offset;
  }

  get length(): number {
    return this.#length;
  }

  sorted(): Float64Array {
    return this.#values.subarray(0, this.#length).sort();
  }
}

/** Reads a zip from where its first header stands. */
export class ZipReader {
  readonly #input: PushInput;
  readonly #archive: Archive;
  readonly #seen = new Offsets();
  #named = new Offsets();
  #files: FilesInside | null = null;
  /** Where the directory begins, as it was met and as it says. */
  #directoryAt = -1;
  #isEnded = false;

  constructor(input: PushInput, archive: Archive) {
    this.#input = input;
    this.#archive = archive;
  }

  *read(): Reading<Stop> {
    for (;;) {
      const signature = yield* this.#nextSignature();
      if (signature === null) return this.#isEnded ? null : 'truncated';
      const stop = yield* this.#readRecord(signature);
      if (stop) return stop;
    }
  }

  *#readRecord(signature: number): Reading<Stop> {
    switch (signature) {
      case LOCAL_FILE:
        return yield* this.#readEntry();
      case CENTRAL_ENTRY:
        return yield* this.#readCentral();
      default:
        return yield* this.#readEnd();
    }
  }

  /** Passes over what is no record: data descriptors, alignment, the signatures of Android. Null at the end. */
  *#nextSignature(): Reading<number | null> {
    const input = this.#input;
    while (yield* input.fill(4)) {
      const bytes = Buffer.from(input.pending.buffer, input.pending.byteOffset, input.pending.length);
      for (let at = bytes.indexOf('PK'); at >= 0 && at + 4 <= bytes.length; at = bytes.indexOf('PK', at + 1)) {
        const signature = bytes.readUInt32LE(at);
        if (signature !== LOCAL_FILE && signature !== CENTRAL_ENTRY && signature !== END_OF_DIRECTORY) continue;
        input.skip(at);
        return signature;
      }
      input.skip(bytes.length - 3);
    }
    return null;
  }

  *#readEntry(): Reading<Stop> {
    const input = this.#input;
    const at = input.offset;
    if (!(yield* input.fill(LOCAL_BYTES))) return 'truncated';
    const headerBytes = LOCAL_BYTES + localRest(input.pending);
    if (!(yield* input.fill(headerBytes))) return 'truncated';
    if (this.#seen.length >= this.#archive.limits.entriesMax) return 'limit-entries';
    this.#seen.add(at);
    const header = parseLocal(input.pending.subarray(0, headerBytes));
    input.skip(headerBytes);
    const refusal = refusalOf(header);
    if (refusal) return yield* this.#passEntry(header, refusal);
    // A folder.
    if (header.name.endsWith('/') && header.packedBytes === 0) return null;
    this.#files ??= this.#archive.files();
    const packing = PACKINGS.get(header.method);
    if (packing) return yield* this.#readPacked(header, packing, this.#files);
    return header.method === METHOD_STORED ? yield* this.#readStored(header, this.#files) : yield* this.#readDeflated(header, this.#files);
  }

  /** What is not read is named. Where it ends is not known when the sizes follow: the next signature tells. */
  *#passEntry(header: LocalHeader, refusal: Exclude<Stop, null>): Reading<Stop> {
    const bytes = header.sizesFollow ? null : header.packedBytes;
    this.#archive.gap(refusal, header.name, bytes);
    if (bytes !== null && (yield* this.#input.pass(bytes)) < bytes) return 'truncated';
    return null;
  }

  /** What the method gives is a file of its own kind: it goes on as it stands, to be opened one deeper. Its own checksum is compared there. */
  *#readPacked(header: LocalHeader, packing: Format, files: FilesInside): Reading<Stop> {
    yield* this.#input.fill(Math.min(header.packedBytes, PACKING_HEAD_BYTES));
    if (!packing.is(this.#input.pending.subarray(0, header.packedBytes))) return yield* this.#passEntry(header, 'corrupt');
    files.begin(header.name, header.packedBytes);
    const stop = yield* this.#writeStored(header, files, () => undefined);
    files.end(stop);
    return stop;
  }

  *#readStored(header: LocalHeader, files: FilesInside): Reading<Stop> {
    files.begin(header.name, header.sizeBytes);
    let sum = 0;
    const stop = yield* this.#writeStored(header, files, (bytes) => (sum = crc32(bytes, sum)));
    if (stop) return endedBy(files, stop);
    files.end(sum === header.crc && header.packedBytes === header.sizeBytes ? null : 'corrupt');
    return null;
  }

  *#writeStored({ packedBytes }: LocalHeader, files: FilesInside, onBytes: (bytes: Uint8Array) => void): Reading<Stop> {
    for (let left = packedBytes; left > 0; ) {
      const bytes = yield* this.#input.take(left);
      const stop = bytes.length === 0 ? 'truncated' : files.write(bytes);
      if (stop) return stop;
      onBytes(bytes);
      left -= bytes.length;
    }
    return null;
  }

  /** The end of deflated content is in itself; a size that says otherwise does not hide what follows it. */
  *#readDeflated(header: LocalHeader, files: FilesInside): Reading<Stop> {
    files.begin(header.name, header.sizesFollow ? -1 : header.sizeBytes);
    files.beginDeflated();
    for (let packed = 0; ; ) {
      if (!(yield* this.#input.fill(1))) return endedBy(files, 'truncated');
      const { consumed, state } = files.writeDeflated(this.#input.pending);
      this.#input.skip(consumed);
      packed += consumed;
      if (state === 'hungry') continue;
      const isRight = header.sizesFollow || isAsSaid(header, files.sum, files.sizeBytes, packed);
      files.end(state === 'ended' ? (isRight ? null : 'corrupt') : state);
      // Behind what is no deflate the next header is looked for; a limit ends it all.
      return state === 'ended' || state === 'corrupt' ? null : state;
    }
  }

  *#readCentral(): Reading<Stop> {
    const input = this.#input;
    if (this.#directoryAt < 0) this.#directoryAt = input.offset;
    if (!(yield* input.fill(CENTRAL_BYTES))) return 'truncated';
    const bytes = CENTRAL_BYTES + centralRest(input.pending);
    if (!(yield* input.fill(bytes))) return 'truncated';
    if (this.#named.length >= this.#archive.limits.entriesMax) return 'limit-entries';
    this.#named.add(localOffset(input.pending.subarray(0, bytes)));
    input.skip(bytes);
    return null;
  }

  /** APPNOTE 4.3.16. What stands before the archive in its file shifts every offset in it. */
  *#readEnd(): Reading<Stop> {
    const input = this.#input;
    if (!(yield* input.fill(END_BYTES))) return 'truncated';
    const end = new DataView(input.pending.buffer, input.pending.byteOffset, END_BYTES);
    const says = end.getUint32(16, true);
    input.skip(END_BYTES);
    this.#isEnded = true;
    const shift = this.#directoryAt < 0 || says === 0xffffffff ? 0 : this.#directoryAt - says;
    if (!isSubset(this.#named.sorted(), this.#seen.sorted(), shift)) this.#archive.gap('corrupt', null, null);
    // Another archive may follow.
    this.#named = new Offsets();
    this.#directoryAt = -1;
    return null;
  }
}

/** What ends the reading of the archive ends its entry, too. */
function endedBy(files: FilesInside, stop: Stop): Stop {
  files.end(stop);
  return stop;
}

function refusalOf({ method, isEncrypted, sizesFollow }: LocalHeader): Stop {
  if (isEncrypted || method === METHOD_AES) return 'encrypted';
  if (method === METHOD_DEFLATE || (!sizesFollow && (method === METHOD_STORED || PACKINGS.has(method)))) return null;
  return 'unsupported-compression';
}

/** Each of the sorted `some`, shifted, is one of the sorted `all`. */
function isSubset(some: Float64Array, all: Float64Array, shift: number): boolean {
  let at = 0;
  for (const value of some) {
    while (at < all.length && (all[at] ?? 0) < value + shift) at++;
    if (all[at] !== value + shift) return false;
  }
  return true;
}

const isAsSaid = ({ crc, sizeBytes, packedBytes }: LocalHeader, sum: number, size: number, packed: number): boolean =>
  sum === crc && size === sizeBytes && packed === packedBytes;
