/** Signatures of PKWARE's APPNOTE 6.3.10, chapter 4.3, as little-endian numbers. */
export const LOCAL_FILE = 0x04034b50;
export const CENTRAL_ENTRY = 0x02014b50;
export const END_OF_DIRECTORY = 0x06054b50;

/** Without name and extra field. */
export const LOCAL_BYTES = 30;
export const CENTRAL_BYTES = 46;
export const END_BYTES = 22;

const ENCRYPTED = 1;
const SIZES_FOLLOW = 8;
const UTF8 = 0x800;
/** WinZip's AES hides the method behind this one. */
export const METHOD_AES = 99;
export const METHOD_STORED = 0;
export const METHOD_DEFLATE = 8;
export const METHOD_BZIP2 = 12;
export const METHOD_ZSTD = 93;
export const METHOD_XZ = 95;
/** The highest version that a reader may be asked for (APPNOTE 4.4.3: 6.3), and the highest method (4.4.5). */
const VERSION_MAX = 63;
const METHOD_MAX = 99;
/** What archives in programs do not exceed. */
const NAME_BYTES_MAX = 1 << 10;

const ZIP64 = 1;
const OVERFLOW = 0xffffffff;

/** What stands before an entry's content. */
export interface LocalHeader {
  readonly name: string;
  readonly method: number;
  readonly isEncrypted: boolean;
  /** Sum and sizes stand behind the content instead. */
  readonly sizesFollow: boolean;
  readonly crc: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** The length of name and extra field of a local header. */
export function localRest(bytes: Uint8Array): number {
  const header = view(bytes);
  return header.getUint16(26, true) + header.getUint16(28, true);
}

/** The length of the name of a local header. */
export const localNameBytes = (bytes: Uint8Array): number => view(bytes).getUint16(26, true);

/** Bytes that begin with the signature are a local header, not a program's constant. @param bytes header and name, or what there is. */
export function isPlausible(bytes: Uint8Array): boolean {
  const [header, length] = [view(bytes), localNameBytes(bytes)];
  const name = bytes.subarray(LOCAL_BYTES, LOCAL_BYTES + length);
  const isNamed = length > 0 && length <= NAME_BYTES_MAX && name.length === length && name.every((byte) => byte >= 0x20);
  // The low byte of the version; the high one says what it was made on.
  return isNamed && (bytes[4] ?? 0) <= VERSION_MAX && header.getUint16(8, true) <= METHOD_MAX;
}

/** The last END_BYTES of a file of `fileBytes` are the end record of a zip with entries (APPNOTE 4.3.16); one with a comment is not known by it. */
export function endsAsZip(bytes: Uint8Array, fileBytes: number): boolean {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b || bytes[2] !== 5 || bytes[3] !== 6) return false;
  const end = view(bytes);
  const [entries, directoryBytes] = [end.getUint16(10, true), end.getUint32(12, true)];
  return entries > 0 && directoryBytes + END_BYTES <= fileBytes && end.getUint16(20, true) === 0;
}

/** APPNOTE 4.3.7. @param bytes the header with name and extra field. */
export function parseLocal(bytes: Uint8Array): LocalHeader {
  const header = view(bytes);
  const flags = header.getUint16(6, true);
  const nameEnd = LOCAL_BYTES + header.getUint16(26, true);
  const sizes = { packed: header.getUint32(18, true), size: header.getUint32(22, true) };
  // Of the sizes, those that overflow stand in the extra field in this order (APPNOTE 4.5.3).
  const long = sizes.packed === OVERFLOW || sizes.size === OVERFLOW ? zip64(bytes.subarray(nameEnd)) : [];
  const sizeBytes = sizes.size === OVERFLOW ? (long.shift() ?? OVERFLOW) : sizes.size;
  return {
    name: Buffer.from(bytes.subarray(LOCAL_BYTES, nameEnd)).toString(flags & UTF8 ? 'utf8' : 'latin1'),
    method: header.getUint16(8, true),
    isEncrypted: (flags & ENCRYPTED) !== 0,
    sizesFollow: (flags & SIZES_FOLLOW) !== 0,
    crc: header.getUint32(14, true),
    packedBytes: sizes.packed === OVERFLOW ? (long.shift() ?? OVERFLOW) : sizes.packed,
    sizeBytes,
  };
}

/** The length of name, extra field and comment of an entry of the central directory. */
export function centralRest(bytes: Uint8Array): number {
  const header = view(bytes);
  return header.getUint16(28, true) + header.getUint16(30, true) + header.getUint16(32, true);
}

/** APPNOTE 4.3.12: where the entry's local header lies. */
export function localOffset(bytes: Uint8Array): number {
  const header = view(bytes);
  const offset = header.getUint32(42, true);
  if (offset !== OVERFLOW) return offset;
  const before = Number(header.getUint32(24, true) === OVERFLOW) + Number(header.getUint32(20, true) === OVERFLOW);
  const extraAt = CENTRAL_BYTES + header.getUint16(28, true);
  return zip64(bytes.subarray(extraAt, extraAt + header.getUint16(30, true)))[before] ?? OVERFLOW;
}

/** The numbers of the zip64 extra field. */
function zip64(extra: Uint8Array): number[] {
  const fields = view(extra);
  for (let at = 0; at + 4 <= extra.length; ) {
    const [id, length] = [fields.getUint16(at, true), fields.getUint16(at + 2, true)];
    const end = Math.min(at + 4 + length, extra.length);
    if (id === ZIP64) {
      const numbers: number[] = [];
      for (let place = at + 4; place + 8 <= end; place += 8) numbers.push(Number(fields.getBigUint64(place, true)));
      return numbers;
    }
    at = end;
  }
  return [];
}
