import type { PushInput, Reading } from './push-input.ts';

/** What a block's header asks for. */
interface BlockHeader {
  readonly dictionaryBytes: number;
  /** Filters before LZMA2: the decoder may not know them. */
  readonly hasFilters: boolean;
}

export type XzFault = 'truncated' | 'corrupt' | 'unsupported-compression' | 'limit-bytes';

const STREAM_HEADER_BYTES = 12;
const FOOTER_BYTES = 12;
const LZMA2 = 0x21;
/** Bytes of the check behind each block, by its type (The .xz File Format 1.2.1, 2.1.1.2). */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
/** The checks the decoder computes: none, CRC-32, CRC-64. */
const KNOWN_CHECKS = [0, 1, 4];

export const isXzStream = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xfd && bytes[1] === 0x37 && bytes[2] === 0x7a && bytes[3] === 0x58 && bytes[4] === 0x5a && bytes[5] === 0;

/**
 * Finds where a stream ends by walking its blocks and their LZMA2 chunks (The .xz File Format 1.2.1): the decoder stops after the first
 * stream and does not say where that was. Also tells what memory a block asks for before anybody gives it.
 */
export function* walkXzStream(input: PushInput, dictionaryBytesMax: number): Reading<XzFault | null> {
  if (!(yield* input.fill(STREAM_HEADER_BYTES))) return 'truncated';
  const check = input.pending[7] ?? 0;
  if (!KNOWN_CHECKS.includes(check)) return 'unsupported-compression';
  input.skip(STREAM_HEADER_BYTES);
  for (;;) {
    if (!(yield* input.fill(1))) return 'truncated';
    if (input.pending[0] === 0) return yield* walkIndex(input);
    const fault = yield* walkBlock(input, CHECK_BYTES[check] ?? 0, dictionaryBytesMax);
    if (fault) return fault;
  }
}

function* walkBlock(input: PushInput, checkBytes: number, dictionaryBytesMax: number): Reading<XzFault | null> {
  const headerBytes = ((input.pending[0] ?? 0) + 1) * 4;
  if (!(yield* input.fill(headerBytes))) return 'truncated';
  const header = parseBlockHeader(input.pending.subarray(0, headerBytes));
  if (!header) return 'unsupported-compression';
  if (header.dictionaryBytes > dictionaryBytesMax) return 'limit-bytes';
  input.skip(headerBytes);
  const from = input.offset;
  const fault = yield* walkChunks(input);
  if (fault) return fault;
  const padding = (4 - ((input.offset - from) % 4)) % 4;
  return (yield* input.pass(padding + checkBytes)) < padding + checkBytes ? 'truncated' : null;
}

/** 3.1: sizes, flags, the optional packed and unpacked sizes, and the filters' ids and properties. */
function parseBlockHeader(bytes: Uint8Array): BlockHeader | null {
  const flags = bytes[1] ?? 0;
  let at = 2;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  if (flags & 0x40) next();
  if (flags & 0x80) next();
  const filters = (flags & 3) + 1;
  let [id, property] = [0, 0];
  for (let filter = 0; filter < filters; filter++) {
    id = next();
    const length = next();
    property = bytes[at] ?? 0;
    at += length;
  }
  if (id !== LZMA2 || property > 40) return null;
  // 5.3.1: 2 or 3 times a power of two; 40 is 4 GiB less one.
  return { dictionaryBytes: property === 40 ? 2 ** 32 - 1 : (2 | (property & 1)) * 2 ** ((property >> 1) + 11), hasFilters: filters > 1 };
}

/** LZMA2 chunks: a control byte, sizes, that many bytes; zero ends them. */
function* walkChunks(input: PushInput): Reading<XzFault | null> {
  for (;;) {
    if (!(yield* input.fill(1))) return 'truncated';
    const control = input.pending[0] ?? 0;
    if (control === 0) {
      input.skip(1);
      return null;
    }
    if (control > 2 && control < 0x80) return 'corrupt';
    const headerBytes = control < 0x80 ? 3 : control >= 0xc0 ? 6 : 5;
    if (!(yield* input.fill(headerBytes))) return 'truncated';
    const sizeAt = control < 0x80 ? 1 : 3;
    const size = ((input.pending[sizeAt] ?? 0) << 8) + (input.pending[sizeAt + 1] ?? 0) + 1;
    if ((yield* input.pass(headerBytes + size)) < headerBytes + size) return 'truncated';
  }
}

/** 4: an indicator, the number of records, two numbers each, padding, CRC-32; then the footer. */
function* walkIndex(input: PushInput): Reading<XzFault | null> {
  const from = input.offset;
  input.skip(1);
  const records = yield* walkNumber(input);
  if (records === null) return 'truncated';
  for (let number = 0; number < 2 * records; number++) if ((yield* walkNumber(input)) === null) return 'truncated';
  const rest = ((4 - ((input.offset - from) % 4)) % 4) + 4 + FOOTER_BYTES;
  return (yield* input.pass(rest)) < rest ? 'truncated' : null;
}

/** 1.2: seven bits a byte, lowest first. */
function* walkNumber(input: PushInput): Reading<number | null> {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    if (!(yield* input.fill(1))) return null;
    const byte = input.pending[0] ?? 0;
    input.skip(1);
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80 || shift >= 56) return value;
  }
}
