export type Magic = 'gzip' | 'zstd' | 'none' | 'unsupported';

/** Enough bytes to tell every magic below. */
export const MAGIC_BYTES = 6;

const startsWith = (bytes: Uint8Array, ...magic: readonly number[]): boolean => magic.every((byte, at) => bytes[at] === byte);

/** gzip: RFC 1952 2.3.1 (ID1, ID2, and the only method there is). */
export const isGzip = (bytes: Uint8Array): boolean => startsWith(bytes, 0x1f, 0x8b, 0x08);
/** RFC 8878 3.1.1 and 3.1.2: little-endian 0xFD2FB528, and 0x184D2A50 to 0x184D2A5F for skippable frames. */
export const isZstdFrame = (bytes: Uint8Array): boolean => startsWith(bytes, 0x28, 0xb5, 0x2f, 0xfd);
export const isZstdSkippable = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && ((bytes[0] ?? 0) & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18;

/**
 * Compression by its magic bytes; what a media type says does not count. xz, bzip2 and lz4 are known so that they can be named as unread:
 * docker load takes xz and bzip2 layers.
 */
export function sniff(bytes: Uint8Array): Magic {
  if (isGzip(bytes)) return 'gzip';
  if (isZstdFrame(bytes) || isZstdSkippable(bytes)) return 'zstd';
  const isXz = startsWith(bytes, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00);
  const isBzip2 =
    startsWith(bytes, 0x42, 0x5a, 0x68) && (bytes[3] ?? 0) >= 0x31 && (bytes[3] ?? 0) <= 0x39 && bytes[4] === 0x31 && bytes[5] === 0x41;
  const isLz4 = startsWith(bytes, 0x04, 0x22, 0x4d, 0x18);
  return isXz || isBzip2 || isLz4 ? 'unsupported' : 'none';
}

/** True for one to three bytes that begin a gzip member or zstd frame: at the input's end, a stream that was cut there. */
export function isCutMagic(bytes: Uint8Array): boolean {
  const length = Math.min(bytes.length, 4);
  if (length === 0 || isGzip(bytes) || length === 4) return false;
  const magics = [
    [0x1f, 0x8b, 0x08],
    [0x28, 0xb5, 0x2f],
    [bytes[0] ?? 0, 0x2a, 0x4d],
  ];
  const begins = (magic: readonly number[]): boolean => magic.slice(0, length).every((byte, at) => bytes[at] === byte);
  return magics.some((magic, at) => begins(magic) && (at < 2 || ((bytes[0] ?? 0) & 0xf0) === 0x50));
}
