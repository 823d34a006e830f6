import type { Stop } from './limits.ts';

/** The most a frame header takes: magic 4, descriptor 1, window 1, dictionary id 4, content size 8 (RFC 8878 3.1.1.1). */
export const FRAME_HEADER_BYTES_MAX = 18;

export interface FrameHeader {
  readonly headerBytes: number;
  /** The memory a decoder needs for it. */
  readonly windowBytes: number;
  readonly hasChecksum: boolean;
  readonly needsDictionary: boolean;
}

/** Reads a frame header that begins at the magic number; 'truncated' when `bytes` does not hold it whole. */
export function parseFrameHeader(bytes: Uint8Array): FrameHeader | Exclude<Stop, null> {
  const descriptor = bytes[4];
  if (descriptor === undefined) return 'truncated';
  if (descriptor & 0x08) return 'corrupt';
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const windowLength = isSingleSegment ? 0 : 1;
  const dictionaryLength = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeLength = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag;
  const headerBytes = 5 + windowLength + dictionaryLength + sizeLength;
  if (bytes.length < headerBytes) return 'truncated';
  const windowBytes = isSingleSegment ? contentSize(bytes, 5 + dictionaryLength, sizeLength) : windowSize(bytes[5] ?? 0);
  const needsDictionary = bytes.subarray(5 + windowLength, 5 + windowLength + dictionaryLength).some((byte) => byte !== 0);
  return { headerBytes, windowBytes, hasChecksum: (descriptor & 0x04) !== 0, needsDictionary };
}

/** RFC 8878 3.1.1.1.2. */
function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

/** RFC 8878 3.1.1.1.4: little-endian; a field of two bytes counts from 256. */
function contentSize(bytes: Uint8Array, at: number, length: number): number {
  let size = 0;
  for (let byte = length - 1; byte >= 0; byte--) size = size * 256 + (bytes[at + byte] ?? 0);
  return length === 2 ? size + 256 : size;
}

/**
 * Finds where a frame ends by walking its block headers (RFC 8878 3.1.1.2), so that its end does not depend on what a decoder makes of
 * the bytes behind it: Node 24's stops silently after the first frame, or takes a cut second one for whole.
 */
export class FrameWalk {
  readonly #checksumBytes: number;
  /** Bytes of the current piece (frame header, block body, checksum) still to come. */
  #left: number;
  #blockHeader = 0;
  #blockHeaderBytes = 0;
  #isLast = false;
  state: 'open' | 'ended' | 'corrupt' = 'open';

  constructor(header: FrameHeader) {
    this.#left = header.headerBytes;
    this.#checksumBytes = header.hasChecksum ? 4 : 0;
  }

  /** How many of `bytes`, which follow those given before, belong to the frame. */
  advance(bytes: Uint8Array): number {
    let at = 0;
    while (this.state === 'open' && at < bytes.length) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, bytes.length - at);
        this.#left -= step;
        at += step;
      } else this.#takeBlockHeaderByte(bytes[at++] ?? 0);
      if (this.#left === 0 && this.#isLast) this.state = 'ended';
    }
    return at;
  }

  #takeBlockHeaderByte(byte: number): void {
    this.#blockHeader += byte << (8 * this.#blockHeaderBytes++);
    if (this.#blockHeaderBytes < 3) return;
    const [type, size] = [(this.#blockHeader >> 1) & 3, this.#blockHeader >> 3];
    this.#isLast = (this.#blockHeader & 1) === 1;
    if (type === 3) this.state = 'corrupt';
    this.#left = (type === 1 ? 1 : size) + (this.#isLast ? this.#checksumBytes : 0);
    this.#blockHeader = this.#blockHeaderBytes = 0;
  }
}
