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
 * Compression by its magic bytes; what a media type says does not count. lz4 is known so that it can be named as unread. xz and bzip2, which
 * docker load takes as layers, are read as a file without a path, and opened where files are (nested/).
 */
export function sniff(bytes: Uint8Array): Magic {
  if (isGzip(bytes)) return 'gzip';
  if (isZstdFrame(bytes) || isZstdSkippable(bytes)) return 'zstd';
  const isLz4 = startsWith(bytes, 0x04, 0x22, 0x4d, 0x18);
  return isLz4 ? 'unsupported' : 'none';
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
