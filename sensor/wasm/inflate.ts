// Raw deflate (RFC 1951), streaming, inside the pass memory; src/memory/inflater.ts drives it, node:zlib is its twin in the tests. It accepts
// and refuses exactly what zlib does, gives the same bytes before an error, reads only [input, end) and writes only [output, end).
// State lies in memory and not in globals, so that a stream can be set aside while another is read (layout.ts, INFLATE_*).
//
// Two decoders share the tables. The fast one runs while a whole symbol's worth of input and output is sure to be there and checks nothing
// else; the exact one takes a symbol only when all of its bits and room for it are there, or leaves it. How the fast one is fast: a
// 64-bit bit buffer refilled without a branch; one table entry says symbol, extra bits and code length (11 bits for literals and lengths, 8
// for distances, longer codes behind the table); up to three literals a refill; the next entry is loaded before a match is copied; matches are
// copied 16 bytes at a time, repeated patterns by a shuffle. Together 0.57 GB/s on a Debian layer with the CRC-32, where Node's gunzip and sha256
// do 0.40; 2.9 literals a match there, so that what is left is branches nobody can foretell. What each trick gives alone was not measured.
import { INFLATE_AT } from '../src/memory/layout';
import { IS_LITERAL, IS_SPECIAL, IS_SUBTABLE, IS_END, KIND_PRECODE, KIND_LITERAL, KIND_DISTANCE, build, LENGTHS, PRECODE_BITS, PRECODE_TABLE, SORTED } from './inflate-tables';

// The state, at INFLATE_AT: what a stream is in the middle of, and the tables of its block.
const BIT_BUFFER: usize = INFLATE_AT, BIT_COUNT: usize = INFLATE_AT + 8, PHASE: usize = INFLATE_AT + 12, IS_LAST: usize = INFLATE_AT + 16;
/** Bytes of a stored block, or of a match, still to be copied, and the match's distance. */
const LEFT: usize = INFLATE_AT + 20, DISTANCE: usize = INFLATE_AT + 24;

const LITERAL_BITS: u32 = 11, DISTANCE_BITS: u32 = 8;
/** The most entries that a code of 288 symbols, and one of 32, of at most 15 bits, can need with tables of this width (zlib's `enough`). */
const LITERAL_TABLE: usize = INFLATE_AT + 32, DISTANCE_TABLE: usize = LITERAL_TABLE + 4 * 2342;
const FIXED_TABLES: usize = SORTED + 2 * 288;

const PHASE_BLOCK = 0, PHASE_STORED = 1, PHASE_CODES = 2, PHASE_MATCH = 3, PHASE_END = 4, PHASE_CORRUPT = 5;

/** What `inflate` returns; layout in src/memory/inflater.ts. */
const HUNGRY = 0, FULL = 1, ENDED = 2, CORRUPT = 3;
/** What a step says to the loop of `inflate`: go on. */
const ON = -1;

/** The longest a match writes beyond its end, and the most that three literals and a match need. */
const OUTPUT_SLACK: usize = 16 + 3 + 258;
/** The most that one round of the fast decoder may load ahead: three refills of 7 bytes and one of 8. */
const INPUT_SLACK: usize = 32;

let ip: usize, inEnd: usize, base: usize, op: usize, outEnd: usize, bits: u64, count: u32;

/** Where reading and writing stopped. */
export let inflateInput: usize = 0;
export let inflateOutput: usize = 0;

const PRECODE_ORDER: StaticArray<u8> = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** By distance below 16: how a pattern of so many bytes fills 16, and how far it may be moved on as a whole. */
const PATTERNS: usize = memory.data(256, 16);
const STEPS: usize = memory.data(16, 16);


/** Loads bytes while they are there and fit. */
function refill(): void {
  while (count <= 56 && ip < inEnd) {
    bits |= (load<u8>(ip) as u64) << (count as u64);
    ip++;
    count += 8;
  }
}

@inline function take(length: u32): u32 {
  const value = (bits as u32) & ((1 << length) - 1);
  bits >>= length as u64;
  count -= length;
  return value;
}

/** RFC 1951 3.2.3. A header is read whole or not at all: what it began is taken back when input is missing. */
function beginBlock(): i32 {
  const heldBits = bits, heldCount = count, heldInput = ip;
  const answer = readHeader();
  if (answer == HUNGRY) { bits = heldBits; count = heldCount; ip = heldInput; }
  return answer;
}

function readHeader(): i32 {
  refill();
  if (count < 3) return HUNGRY;
  const last = take(1), type = take(2);
  const answer = type == 0 ? beginStored() : type == 1 ? beginFixed() : type == 2 ? beginDynamic() : CORRUPT;
  if (answer == ON) store<u32>(IS_LAST, last);
  return answer;
}

/** RFC 1951 3.2.4. */
function beginStored(): i32 {
  take(count & 7);
  refill();
  if (count < 32) return HUNGRY;
  const size = take(16);
  if ((take(16) ^ size) != 0xffff) return CORRUPT;
  giveBack();
  store<u32>(LEFT, size);
  store<u32>(PHASE, PHASE_STORED);
  return ON;
}

/** RFC 1951 3.2.6. The tables are made once and copied: a stream of empty fixed blocks would have them made anew every ten bits. */
function beginFixed(): i32 {
  memory.copy(LITERAL_TABLE, FIXED_TABLES, 4 << LITERAL_BITS);
  memory.copy(DISTANCE_TABLE, FIXED_TABLES + (4 << LITERAL_BITS), 4 << DISTANCE_BITS);
  store<u32>(PHASE, PHASE_CODES);
  return ON;
}

/** RFC 1951 3.2.7; more codes than there are symbols, and a block that cannot end, are refused as zlib does. */
function beginDynamic(): i32 {
  if (count < 14) return HUNGRY;
  const literals = take(5) + 257, distances = take(5) + 1, precodes = take(4) + 4;
  if (literals > 286 || distances > 30) return CORRUPT;
  memory.fill(LENGTHS, 0, 19);
  for (let i: u32 = 0; i < precodes; i++) {
    refill();
    if (count < 3) return HUNGRY;
    store<u8>(LENGTHS + (unchecked(PRECODE_ORDER[i]) as usize), take(3) as u8);
  }
  if (!build(KIND_PRECODE, PRECODE_TABLE, PRECODE_BITS, LENGTHS, 19)) return CORRUPT;
  const answer = readLengths(literals + distances);
  if (answer != ON) return answer;
  if (load<u8>(LENGTHS + 256) == 0) return CORRUPT;
  if (!build(KIND_DISTANCE, DISTANCE_TABLE, DISTANCE_BITS, LENGTHS + literals, distances)) return CORRUPT;
  if (!build(KIND_LITERAL, LITERAL_TABLE, LITERAL_BITS, LENGTHS, literals)) return CORRUPT;
  store<u32>(PHASE, PHASE_CODES);
  return ON;
}

function readLengths(total: u32): i32 {
  for (let i: u32 = 0; i < total; ) {
    if (count < 14) refill();
    const entry = load<u32>(PRECODE_TABLE + (((bits as usize) & ((1 << PRECODE_BITS) - 1)) << 2));
    const symbol = entry >>> 16;
    const extra: u32 = symbol < 16 ? 0 : symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
    if (count < (entry & 63) + extra) return HUNGRY;
    take(entry & 63);
    if (symbol < 16) { store<u8>(LENGTHS + i++, symbol as u8); continue; }
    const times = take(extra) + (symbol == 18 ? 11 : 3);
    if (i + times > total || (symbol == 16 && i == 0)) return CORRUPT;
    const value: u8 = symbol == 16 ? load<u8>(LENGTHS + i - 1) : 0;
    for (let end = i + times; i < end; i++) store<u8>(LENGTHS + i, value);
  }
  return ON;
}

function copyStored(): i32 {
  let size = load<u32>(LEFT) as usize;
  if (size > inEnd - ip) size = inEnd - ip;
  if (size > outEnd - op) size = outEnd - op;
  memory.copy(op, ip, size);
  ip += size;
  op += size;
  const left = load<u32>(LEFT) - (size as u32);
  store<u32>(LEFT, left);
  if (left != 0) return ip == inEnd ? HUNGRY : FULL;
  store<u32>(PHASE, PHASE_BLOCK);
  return ON;
}

/** What there is room for of a match that the exact decoder began. */
function copyMatch(): i32 {
  const distance = load<u32>(DISTANCE) as usize;
  let left = load<u32>(LEFT);
  for (; left != 0 && op < outEnd; left--) { store<u8>(op, load<u8>(op - distance)); op++; }
  store<u32>(LEFT, left);
  if (left != 0) return FULL;
  store<u32>(PHASE, PHASE_CODES);
  return ON;
}

/** The entry of the code that `b` begins with, whose bits lie behind those already `used`; leaves both behind the main table's bits. */
let peeked: u64, used: u32;
function peek(table: usize, tableBits: u32): u32 {
  const entry = load<u32>(table + (((peeked as usize) & ((1 << tableBits) - 1)) << 2));
  if ((entry & IS_SUBTABLE) == 0) return entry;
  peeked >>= tableBits as u64;
  used += tableBits;
  const wide = (entry >>> 8) & 15;
  return load<u32>(table + (((entry >>> 16) + ((peeked as u32) & ((1 << wide) - 1))) << 2));
}

/** The base of a length or distance, and the extra bits behind its code. */
@inline function valueOf(entry: u32, at: u64): u32 {
  return (entry >>> 16) + (((at & (((1 as u64) << (entry as u64)) - 1)) >> ((entry >>> 8) as u64)) as u32);
}

/** Takes one symbol if all its bits are there and, should it give bytes, room for one. */
function takeSymbol(): i32 {
  refill();
  peeked = bits; used = 0;
  const entry = peek(LITERAL_TABLE, LITERAL_BITS);
  if (used + (entry & 63) > count) return HUNGRY;
  if ((entry & IS_LITERAL) != 0) {
    if (op == outEnd) return FULL;
    store<u8>(op++, (entry >>> 16) as u8);
  } else if ((entry & IS_SPECIAL) != 0) {
    if ((entry & IS_END) == 0) return CORRUPT;
    store<u32>(PHASE, PHASE_BLOCK);
  } else return takeMatch(entry);
  take(used + (entry & 63));
  return ON;
}

function takeMatch(entry: u32): i32 {
  const length = valueOf(entry, peeked);
  peeked >>= (entry & 63) as u64;
  used += entry & 63;
  const code = peek(DISTANCE_TABLE, DISTANCE_BITS);
  if (used + (code & 63) > count) return HUNGRY;
  if ((code & IS_SPECIAL) != 0) return CORRUPT;
  const distance = valueOf(code, peeked);
  if ((distance as usize) > op - base) return CORRUPT;
  if (op == outEnd) return FULL;
  const total = used + (code & 63);
  bits >>= total as u64;
  count -= total;
  store<u32>(LEFT, length);
  store<u32>(DISTANCE, distance);
  store<u32>(PHASE, PHASE_MATCH);
  return ON;
}

@inline function literalAt(b: u64): u64 { return load<u32>(((b as usize) & ((1 << LITERAL_BITS) - 1)) << 2, LITERAL_TABLE) as u64; }

/**
 * The fast decoder: while at least INPUT_SLACK can be read and OUTPUT_SLACK written. Only the low six bits of `n` count, as WebAssembly's
 * shifts take them, so that a whole entry can be subtracted from it.
 */
function takeSymbols(): i32 {
  const inFast = inEnd - INPUT_SLACK, outFast = outEnd - OUTPUT_SLACK, floor = base;
  let b = bits, n = count as u64, from = ip, to = op, answer: i32 = ON;
  b |= load<u64>(from) << n; from += 7 - (((n as usize) >> 3) & 7); n |= 56;
  let e = literalAt(b);
  while (from < inFast && to < outFast) {
    let before = b;
    b >>= e; n -= e;
    if ((e & IS_LITERAL) != 0) {
      store<u8>(to++, (e >>> 16) as u8);
      e = literalAt(b); before = b; b >>= e; n -= e;
      if ((e & IS_LITERAL) != 0) {
        store<u8>(to++, (e >>> 16) as u8);
        e = literalAt(b); before = b; b >>= e; n -= e;
        if ((e & IS_LITERAL) != 0) {
          store<u8>(to++, (e >>> 16) as u8);
          b |= load<u64>(from) << n; from += 7 - (((n as usize) >> 3) & 7); n |= 56;
          e = literalAt(b);
          continue;
        }
      }
      b |= load<u64>(from) << n; from += 7 - (((n as usize) >> 3) & 7); n |= 56;
    }
    if ((e & IS_SPECIAL) != 0) {
      if ((e & IS_SUBTABLE) != 0) {
        e = load<u32>((((e >>> 16) + (b & (((1 as u64) << (e >>> 8)) - 1))) as usize) << 2, LITERAL_TABLE) as u64;
        before = b; b >>= e; n -= e;
      }
      if ((e & IS_LITERAL) != 0) {
        store<u8>(to++, (e >>> 16) as u8);
        b |= load<u64>(from) << n; from += 7 - (((n as usize) >> 3) & 7); n |= 56;
        e = literalAt(b);
        continue;
      }
      if ((e & IS_SPECIAL) != 0) {
        if ((e & IS_END) != 0) store<u32>(PHASE, PHASE_BLOCK);
        else answer = CORRUPT;
        break;
      }
    }
    const end = to + (((e >>> 16) + ((before & (((1 as u64) << e) - 1)) >>> (e >>> 8))) as usize);
    let d = load<u32>(((b as usize) & ((1 << DISTANCE_BITS) - 1)) << 2, DISTANCE_TABLE) as u64;
    if ((d & IS_SPECIAL) != 0) {
      if ((d & IS_SUBTABLE) == 0) { answer = CORRUPT; break; }
      b >>= d; n -= d;
      d = load<u32>((((d >>> 16) + (b & (((1 as u64) << (d >>> 8)) - 1))) as usize) << 2, DISTANCE_TABLE) as u64;
      if ((d & IS_SPECIAL) != 0) { answer = CORRUPT; break; }
    }
    before = b; b >>= d; n -= d;
    const distance = ((d >>> 16) + ((before & (((1 as u64) << d) - 1)) >>> (d >>> 8))) as usize;
    if (distance > to - floor) { answer = CORRUPT; break; }
    b |= load<u64>(from) << n; from += 7 - (((n as usize) >> 3) & 7); n |= 56;
    e = literalAt(b);
    let source = to - distance;
    if (distance >= 16) {
      do { v128.store(to, v128.load(source)); to += 16; source += 16; } while (to < end);
    } else {
      const pattern = i8x16.relaxed_swizzle(v128.load(source), v128.load(distance << 4, PATTERNS)), step: usize = load<u8>(distance, STEPS);
      do { v128.store(to, pattern); to += step; } while (to < end);
    }
    to = end;
  }
  count = (n as u32) & 63;
  bits = b & (((1 as u64) << (count as u64)) - 1);
  ip = from;
  op = to;
  return answer;
}

@inline function takeCodes(): i32 {
  return inEnd - ip > INPUT_SLACK && outEnd - op > OUTPUT_SLACK ? takeSymbols() : takeSymbol();
}

/** Whole bytes that were loaded and not used are input again; the odd bits before them stay. */
@inline function giveBack(): void {
  ip -= count >>> 3;
  count &= 7;
  bits &= (1 << count) - 1;
}

function step(): i32 {
  switch (load<u32>(PHASE)) {
    case PHASE_BLOCK:
      if (load<u32>(IS_LAST) == 0) return beginBlock();
      take(count & 7);
      store<u32>(PHASE, PHASE_END);
      return ON;
    case PHASE_STORED: return copyStored();
    case PHASE_CODES: return takeCodes();
    case PHASE_MATCH: return copyMatch();
    case PHASE_END: return ENDED;
    default: return CORRUPT;
  }
}

let isPrepared = false;

/** The tables that never change. */
function prepare(): void {
  for (let distance: usize = 1; distance < 16; distance++) {
    for (let i: usize = 0; i < 16; i++) store<u8>(PATTERNS + (distance << 4) + i, (i % distance) as u8);
    store<u8>(STEPS + distance, (16 - (16 % distance)) as u8);
  }
  memory.fill(LENGTHS, 8, 288);
  memory.fill(LENGTHS + 144, 9, 112);
  memory.fill(LENGTHS + 256, 7, 24);
  build(KIND_LITERAL, FIXED_TABLES, LITERAL_BITS, LENGTHS, 288);
  memory.fill(LENGTHS, 5, 32);
  build(KIND_DISTANCE, FIXED_TABLES + (4 << LITERAL_BITS), DISTANCE_BITS, LENGTHS, 32);
  isPrepared = true;
}

/** Begins a stream. */
export function inflateReset(): void {
  if (!isPrepared) prepare();
  memory.fill(INFLATE_AT, 0, 32);
}

/**
 * Inflates from [input, inputEnd) into [output, outputEnd).
 * @param history how many bytes that the stream gave before lie right below `output`
 * @returns HUNGRY, FULL, ENDED or CORRUPT; inflateInput and inflateOutput say how far it came
 */
export function inflate(input: usize, inputEnd: usize, output: usize, outputEnd: usize, history: usize): i32 {
  ip = input; inEnd = inputEnd; base = output - history; op = output; outEnd = outputEnd;
  bits = load<u64>(BIT_BUFFER); count = load<u32>(BIT_COUNT);
  let answer: i32 = ON;
  while (answer == ON) answer = step();
  if (answer == CORRUPT) store<u32>(PHASE, PHASE_CORRUPT);
  giveBack();
  store<u64>(BIT_BUFFER, bits);
  store<u32>(BIT_COUNT, count);
  inflateInput = ip; inflateOutput = op;
  return answer;
}
