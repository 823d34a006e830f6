/** A tar header block, read where it lies. Numbers are -1 when their field is no number. */
export interface TarHeader {
  readonly type: string;
  readonly sizeBytes: number;
  /** Name with its ustar prefix, raw. A view on the block unless there is a prefix. */
  readonly name: Uint8Array;
  readonly linkName: Uint8Array;
  /** Old GNU sparse: another block of the sparse map follows. */
  readonly isExtended: boolean;
}

export const TAR_BLOCK_BYTES = 512;

// POSIX.1-1988 ustar; GNU tar's manual, "Basic Tar Format".
const NAME = { at: 0, length: 100 };
const SIZE = { at: 124, length: 12 };
const CHECKSUM = { at: 148, length: 8 };
const TYPE_AT = 156;
const LINK = { at: 157, length: 100 };
const MAGIC_AT = 257;
const PREFIX = { at: 345, length: 155 };
const GNU_EXTENDED_AT = 482;
export const GNU_SPARSE_MORE_AT = 504;

/** Sum of the block's bytes with the checksum field taken as spaces; old tars summed signed bytes. */
export function hasTarChecksum(block: Uint8Array): boolean {
  const want = readNumber(block, CHECKSUM);
  if (want < 0) return false;
  const unsigned = unsignedSum(block);
  return want === unsigned || want === unsigned - 256 * highBytes(block);
}

/** True for bytes that begin with a header block whose checksum is right. */
export const isTar = (bytes: Uint8Array): boolean => bytes.length >= TAR_BLOCK_BYTES && hasTarChecksum(bytes);

const isOfSum = (at: number): boolean => at >= CHECKSUM.at && at < CHECKSUM.at + CHECKSUM.length;

// One plain loop over all 512 bytes: a header is summed for each entry, and for each file that may be a tar itself.
function unsignedSum(block: Uint8Array): number {
  let sum = CHECKSUM.length * 0x20;
  for (let at = 0; at < TAR_BLOCK_BYTES; at++) sum += block[at] ?? 0;
  for (let at = CHECKSUM.at; at < CHECKSUM.at + CHECKSUM.length; at++) sum -= block[at] ?? 0;
  return sum;
}

const highBytes = (block: Uint8Array): number => block.reduce((count, byte, at) => count + (isOfSum(at) ? 0 : byte >> 7), 0);

export function isZeroBlock(block: Uint8Array): boolean {
  for (let at = 0; at < block.length; at++) if (block[at] !== 0) return false;
  return true;
}

/** @param block 512 bytes whose checksum is right. */
export function parseTarHeader(block: Uint8Array): TarHeader {
  const isGnu = block[MAGIC_AT + 5] === 0x20;
  const isUstar = hasUstarMagic(block);
  const type = String.fromCharCode(block[TYPE_AT] || 0x30);
  const name = text(block, NAME);
  return {
    type: block[TYPE_AT] === 0 && name.at(-1) === 0x2f ? '5' : type,
    sizeBytes: readNumber(block, SIZE),
    name: isUstar && !isGnu && block[PREFIX.at] !== 0 ? joined(text(block, PREFIX), name) : name,
    linkName: text(block, LINK),
    isExtended: isGnu && type === 'S' && block[GNU_EXTENDED_AT] !== 0,
  };
}

const hasUstarMagic = (block: Uint8Array): boolean =>
  block[MAGIC_AT] === 0x75 &&
  block[MAGIC_AT + 1] === 0x73 &&
  block[MAGIC_AT + 2] === 0x74 &&
  block[MAGIC_AT + 3] === 0x61 &&
  block[MAGIC_AT + 4] === 0x72;

const joined = (prefix: Uint8Array, name: Uint8Array): Uint8Array => Buffer.concat([prefix, Buffer.from('/'), name]);

interface Field {
  readonly at: number;
  readonly length: number;
}

function text(block: Uint8Array, { at, length }: Field): Uint8Array {
  let end = at;
  while (end < at + length && block[end] !== 0) end++;
  return block.subarray(at, end);
}

/** Octal, or big-endian base-256 when the top bit is set (GNU, star); -1 for anything else, negative numbers and those past 2^53. */
export function readNumber(block: Uint8Array, { at, length }: Field): number {
  const first = block[at] ?? 0;
  if (first & 0x80) return readBase256(block.subarray(at, at + length));
  let [value, from, to] = [0, at, at + length];
  while (from < to && (block[from] === 0x20 || block[from] === 0)) from++;
  while (to > from && (block[to - 1] === 0x20 || block[to - 1] === 0)) to--;
  for (; from < to; from++) {
    const digit = (block[from] ?? 0) - 0x30;
    // A NUL inside ends the number, as in the runtimes' parser.
    if (block[from] === 0) break;
    if (digit < 0 || digit > 7) return -1;
    value = value * 8 + digit;
  }
  return Number.isSafeInteger(value) ? value : -1;
}

function readBase256(bytes: Uint8Array): number {
  if ((bytes[0] ?? 0) & 0x40) return -1;
  let value = (bytes[0] ?? 0) & 0x3f;
  for (let at = 1; at < bytes.length; at++) value = value * 256 + (bytes[at] ?? 0);
  return Number.isSafeInteger(value) ? value : -1;
}
