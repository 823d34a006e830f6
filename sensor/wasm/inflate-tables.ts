// The decoding tables of deflate's codes (RFC 1951, 3.2): made from code lengths, read by inflate.ts. Split from it where the stream's state ends.
import { INFLATE_AT, INFLATE_BYTES } from '../src/memory/layout';

export const PRECODE_BITS: u32 = 7;
// Behind the inflater's state: what is needed only while tables are made.
export const PRECODE_TABLE: usize = INFLATE_AT + INFLATE_BYTES, LENGTHS: usize = PRECODE_TABLE + (4 << PRECODE_BITS), SORTED: usize = LENGTHS + 320;
// A table entry: bits 0-5 how many bits it takes, extra bits included; 8-13 those of the code alone; 16-30 the literal, the base of a length or
// distance, or where the sub-table begins.
export const IS_LITERAL: u32 = 0x80000000, IS_SPECIAL: u32 = 0x8000, IS_SUBTABLE: u32 = 0x4000, IS_END: u32 = 0x40;
/** A code that stands for nothing. */
const INVALID: u32 = IS_SPECIAL;

const LENGTH_BASES: StaticArray<u16> = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA: StaticArray<u8> = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASES: StaticArray<u16> = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
];
const COUNTS: usize = memory.data(64, 16);
const STARTS: usize = memory.data(64, 16);

export const KIND_PRECODE = 0, KIND_LITERAL = 1, KIND_DISTANCE = 2;

/** What the entry of a symbol says beside its code's length. */
function meaning(kind: i32, symbol: u32): u32 {
  if (kind == KIND_PRECODE) return symbol << 16;
  if (kind == KIND_DISTANCE) {
    if (symbol >= 30) return INVALID;
    return ((unchecked(DISTANCE_BASES[symbol]) as u32) << 16) | (symbol < 4 ? 0 : (symbol >>> 1) - 1);
  }
  if (symbol < 256) return IS_LITERAL | (symbol << 16);
  if (symbol == 256) return IS_SPECIAL | IS_END;
  if (symbol > 285) return INVALID;
  return ((unchecked(LENGTH_BASES[symbol - 257]) as u32) << 16) | (unchecked(LENGTH_EXTRA[symbol - 257]) as u32);
}

@inline function entryOf(kind: i32, symbol: u32, length: u32): u32 { return meaning(kind, symbol) + (length << 8) + length; }

/** Sorts the symbols by code length, within a length by symbol. Returns how many have a code. */
function sortSymbols(lengths: usize, size: u32): u32 {
  memory.fill(COUNTS, 0, 64);
  for (let i: u32 = 0; i < size; i++) {
    const at = COUNTS + ((load<u8>(lengths + i) as usize) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let next: u32 = 0;
  for (let length: usize = 1; length < 16; length++) {
    store<u32>(STARTS + (length << 2), next);
    next += load<u32>(COUNTS + (length << 2));
  }
  for (let i: u32 = 0; i < size; i++) {
    const length: usize = load<u8>(lengths + i);
    if (length == 0) continue;
    const at = load<u32>(STARTS + (length << 2));
    store<u16>(SORTED + (at << 1), i as u16);
    store<u32>(STARTS + (length << 2), at + 1);
  }
  return next;
}

/**
 * May these lengths be a code, as zlib has it? Over-subscribed never; incomplete only as a single code of one bit, and not for the
 * code of code lengths; none at all is for `build` to say.
 */
function isCode(kind: i32, used: u32): bool {
  let left: i32 = 1;
  for (let length: usize = 1; length < 16; length++) {
    left = (left << 1) - (load<u32>(COUNTS + (length << 2)) as i32);
    if (left < 0) return false;
  }
  return left == 0 || (kind != KIND_PRECODE && used == 1 && load<u32>(COUNTS + 4) == 1);
}

/** The code after `code`, both with their bits reversed, of `length` bits: adds one from the top down. */
@inline function nextCode(code: u32, length: u32): u32 {
  const zeros = code ^ ((1 << length) - 1);
  if (zeros == 0) return 0;
  const top: u32 = 1 << (31 - clz(zeros));
  return (code & (top - 1)) | top;
}

/** Repeats the first `size` bytes of a table behind them; up to 12 bytes more, which are written again later. */
@inline function double(table: usize, size: usize): void {
  for (let i: usize = 0; i < size; i += 16) v128.store(table + size + i, v128.load(table + i));
}

/**
 * Makes the table of a code. The part that is filled doubles with each bit of length instead of
 * filling every place of a symbol at once; codes longer than `tableBits` go to sub-tables behind it, as wide as the codes that share their beginning need.
 */
export function build(kind: i32, table: usize, tableBits: u32, lengths: usize, size: u32): bool {
  const used = sortSymbols(lengths, size);
  if (used == 0) {
    for (let i: usize = 0; i < (1 << tableBits); i++) store<u32>(table + (i << 2), INVALID);
    return kind == KIND_DISTANCE;
  }
  if (!isCode(kind, used)) return false;
  // What an incomplete code leaves open.
  if (used == 1) store<u64>(table, (INVALID as u64) | ((INVALID as u64) << 32));
  let code: u32 = 0, sorted: usize = SORTED;
  for (let length: u32 = 1; length <= tableBits; length++) {
    if (length > 1) double(table, 2 << length);
    for (let left = load<u32>(COUNTS + (length << 2)); left != 0; left--) {
      store<u32>(table + (code << 2), entryOf(kind, load<u16>(sorted), length));
      sorted += 2;
      code = nextCode(code, length);
    }
  }
  buildSubtables(kind, table, tableBits, code, sorted);
  return true;
}

function buildSubtables(kind: i32, table: usize, tableBits: u32, firstCode: u32, firstSorted: usize): void {
  const mask: u32 = (1 << tableBits) - 1;
  let code = firstCode, sorted = firstSorted, begin: u32 = 0, end: u32 = 1 << tableBits, prefix: u32 = 0xffffffff;
  for (let length = tableBits + 1; length < 16; length++) {
    for (let left = load<u32>(COUNTS + (length << 2)); left != 0; left--) {
      if ((code & mask) != prefix) {
        prefix = code & mask;
        begin = end;
        const wide = subtableBits(length, length - tableBits, left);
        end = begin + (1 << wide);
        store<u32>(table + (prefix << 2), (begin << 16) | IS_SPECIAL | IS_SUBTABLE | (wide << 8) | tableBits);
      }
      const entry = entryOf(kind, load<u16>(sorted), length - tableBits);
      const step: u32 = 1 << (length - tableBits);
      for (let at = begin + (code >>> tableBits); at < end; at += step) store<u32>(table + (at << 2), entry);
      sorted += 2;
      code = nextCode(code, length);
    }
  }
}

/** How many bits tell the codes of one prefix apart: `left` of this length are to come, and then longer ones until the prefix is used up. */
function subtableBits(length: u32, least: u32, left: u32): u32 {
  let wide = least, open: i32 = (1 << least) - (left as i32);
  for (let next: usize = length + 1; open > 0 && next < 16; next++) {
    wide++;
    open = (open << 1) - (load<u32>(COUNTS + (next << 2)) as i32);
  }
  return wide;
}
