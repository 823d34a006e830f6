// Pass 1 of detection (src/detectors/pass-one.ts drives it; its scalar twin is test/detectors/twin.ts). Over [from, end) it finds runs of
// token characters [A-Za-z0-9_-] of 16 or more, and the literals of the tables, 64 bytes at a time, and classifies them where they lie:
// what it writes is a list of few places worth an exact look. What it says of a place never depends on where the data was cut.
import { TABLES_AT } from '../src/memory/layout';
import {
  CHANGE_EVERY, ESCAPED_URL_LITERAL, KEYWORD_BITS, KEYWORD_HEADS, KEYWORD_LENGTH_BITS, KEYWORD_LINES, KEYWORD_REACH, KEYWORDS, KEYWORDS_OF_RUN_MAX, KEYWORD_RUN_MAX, KIND_BASE64, KIND_KEYWORD,
  KIND_LITERAL, KIND_PREFIX, LITERALS, LITERALS_COUNT, PREFIX_BACK, PREFIX_BITS, PREFIX_HEADS, PREFIXES, RUN_LONG, RUN_MIN, SETTLE_BYTES, TEDDY, TOKEN_HIGH, TOKEN_LOW,
  TRAIT_DASH, TRAIT_DIGIT, TRAIT_LOWER, TRAIT_LOWER_HEX, TRAIT_UNDERSCORE, TRAIT_UPPER, TRAIT_UPPER_HEX, URL_AUTHORITY_MAX, URL_LITERAL, WHOLE_WORD, WIDE_LITERAL,
} from '../src/memory/tables';

/** Where the next call has to begin looking for runs, whether that place lies inside a run, and where for literals. */
export let nextRun: usize = 0;
export let nextInRun: i32 = 0;
export let nextLiteral: usize = 0;
/** The address after the last line feed that `countLines` saw, 0 when it saw none. */
export let lastLineStart: usize = 0;

let low: usize, limit: usize, dataEnd: usize, isLast: bool, cursor: usize, open: usize;
const HITS: usize = memory.data(64, 16);

@inline function lowNibble(v: v128): v128 { return v128.and(v, i8x16.splat(0x0f)); }
@inline function highNibble(v: v128): v128 { return v128.and(i16x8.shr_u(v, 4), i8x16.splat(0x0f)); }
/** Indexes are nibbles, so what a relaxed swizzle does with greater ones never shows. */
@inline function pick(table: v128, indexes: v128): v128 { return i8x16.relaxed_swizzle(table, indexes); }
@inline function mask(v: v128): u64 { return i8x16.bitmask(i8x16.ne(v, i8x16.splat(0))) as u64 & 0xffff; }
@inline function isDigit(c: u32): bool { return c - 48 < 10; }
@inline function isUpper(c: u32): bool { return c - 65 < 26; }
@inline function isLower(c: u32): bool { return c - 97 < 26; }
@inline function isLetter(c: u32): bool { return (c | 32) - 97 < 26; }
@inline function isToken(c: u32): bool { return isLetter(c) || isDigit(c) || c == 45 || c == 95; }
@inline function fold(c: u32): u32 { return isUpper(c) ? c | 32 : c; }

@inline function emit(at: usize, kind: u32, id: u32, length: u32): void {
  store<u32>(cursor, at as u32);
  store<u32>(cursor, (kind << 30) | (id << 16) | (length < 0xffff ? length : 0xffff), 4);
  cursor += 8;
}

/** Of three bytes: the upper 13 bits are the slot of a table of heads, the upper 15 the bit of a table of bits. */
@inline function hash(three: u32): u32 { return three * 0x9e3779b1; }
@inline function isSet(bits: i32, hashed: u32): bool {
  const byte: u32 = load<u8>(TABLES_AT + bits + ((hashed >>> 20) as i32));
  return (byte & (1 << ((hashed >>> 17) & 7))) != 0;
}

function same(at: usize, text: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i++) if (load<u8>(at + i) != load<u8>(text + i)) return false;
  return true;
}

function sameFolded(at: usize, text: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i++) if (fold(load<u8>(at + i)) != load<u8>(text + i)) return false;
  return true;
}

/** Does a rule's prefix begin at `at`? One record, of the first entry that fits: the reader follows the chain. */
@inline function probe(at: usize): void { probeThree(at, load<u32>(at) & 0xffffff); }

@inline function probeThree(at: usize, three: u32): void {
  const hashed = hash(three);
  if (isSet(PREFIX_BITS, hashed)) prefixAt(at, hashed >>> 19);
}

function prefixAt(at: usize, slot: u32): void {
  let entry: u32 = load<u16>(TABLES_AT + PREFIX_HEADS + (slot << 1));
  while (entry != 0) {
    const record: usize = TABLES_AT + PREFIXES + (entry << 5);
    const length: u32 = load<u8>(record, 2);
    if (at + length <= dataEnd && same(at, record + 4, length)) { emit(at, KIND_PREFIX, entry, 0); return; }
    entry = load<u16>(record);
  }
}

/** At the beginning of a run, and before it: prefixes may begin with the character before, and what is left of an escape may stand in front. */
@inline function probeBeginning(start: usize): void {
  if (start <= low) { probe(start); return; }
  const four = load<u32>(start - 1);
  probeThree(start - 1, four & 0xffffff);
  probeThree(start, four >>> 8);
  const before: u32 = four & 0xff;
  if (before == 46 || before == 58 || before == 126) probeJoined(start);
  else if (before == 92) { probe(start + 1); if (((four >>> 8) & 0xff) == 117) probe(start + 5); }
  else if (before == 37) probe(start + 2);
}

@inline function joinedBits(v: v128): u32 {
  const joints = v128.or(v128.or(i8x16.eq(v, i8x16.splat(46)), i8x16.eq(v, i8x16.splat(58))), i8x16.eq(v, i8x16.splat(126)));
  return i8x16.bitmask(v128.or(joints, v128.or(i8x16.eq(v, i8x16.splat(45)), i8x16.eq(v, i8x16.splat(95))))) | wordBits(v);
}

@inline function wordBits(v: v128): u32 { return inRange(v128.or(v, i8x16.splat(32)), 97, 26) | inRange(v, 48, 10); }

/** Prefixes whose words are joined by `.`, `:` or `~` begin before the run, where a word does. Bit 31 stands for the byte before it. */
function probeJoined(start: usize): void {
  const far = v128.load(start - 32), near = v128.load(start - 16);
  const words = wordBits(far) | (wordBits(near) << 16);
  const others = ~(joinedBits(far) | (joinedBits(near) << 16));
  let back = min<u32>(clz(others), PREFIX_BACK - 1);
  let begins = ~(words << 1);
  if (start - low <= (back as usize)) {
    // The file's first byte begins a word whatever lies before it.
    back = (start - low) as u32;
    begins |= 1 << (32 - back);
  }
  begins &= ((1 << 31) - 1) & ~((1 << (32 - back)) - 1);
  for (; begins != 0; begins &= begins - 1) probe(start - 32 + (ctz(begins) as usize));
}

/** Looks for prefixes after each `-` and `_` of [from, to). @returns whether there is a digit or a capital after a capital. */
function probeInside(from: usize, to: usize): bool {
  let digits: u32 = 0, pairs: u32 = 0, upper: u32 = 0;
  for (let p = from; p < to; p += 16) {
    const v = v128.load(p);
    const keep = keepOf(to - p);
    let joints = i8x16.bitmask(v128.or(i8x16.eq(v, i8x16.splat(45)), i8x16.eq(v, i8x16.splat(95)))) & keepOf(to - p - 1);
    const capital = inRange(v, 65, 26) & keep;
    digits |= inRange(v, 48, 10) & keep;
    pairs |= capital & ((capital << 1) | upper);
    upper = capital >>> 15;
    for (; joints != 0; joints &= joints - 1) probe(p + (ctz(joints) as usize) + 1);
  }
  return (digits | pairs) != 0;
}

@inline function sextet(c: u32): u32 {
  if (isUpper(c)) return c - 65;
  if (isLower(c)) return c - 71;
  if (isDigit(c)) return c + 4;
  return c == 45 ? 62 : 63;
}

@inline function isText(c: u32): u32 { return ((c - 32 < 95) as u32) | ((c == 9) as u32) | ((c == 10) as u32) | ((c == 13) as u32); }

/** Do the run's first 24 characters, read as base64, give 18 bytes of printable ASCII? */
function beginsBase64Text(start: usize): bool {
  if (start > low) {
    const before: u32 = load<u8>(start - 1);
    if (before == 43 || before == 47) return false;
  }
  for (let p = start; p < start + 24; p += 4) {
    const bits = (sextet(load<u8>(p)) << 18) | (sextet(load<u8>(p, 1)) << 12) | (sextet(load<u8>(p, 2)) << 6) | sextet(load<u8>(p, 3));
    // Without a branch between: each alone would be a coin's toss.
    if ((isText(bits >>> 16) & isText((bits >>> 8) & 0xff) & isText(bits & 0xff)) == 0) return false;
  }
  return true;
}

@inline function inRange(v: v128, first: i8, count: i8): u32 {
  return i8x16.bitmask(i8x16.lt_u(i8x16.sub(v, i8x16.splat(first)), i8x16.splat(count)));
}

@inline function keepOf(left: usize): u32 { return left >= 16 ? 0xffff : (1 << (left as u32)) - 1; }

/**
 * What a random token has and a name seldom: a digit and two letters, or capitals side by side and after small letters; and a change
 * between small letters, digits and capitals (but for one from a capital to a small letter) in CHANGE_EVERY characters.
 */
function looksRandom(start: usize, end: usize): bool {
  let digits: u32 = 0, letters: u32 = 0, humps: u32 = 0, pairs: u32 = 0, changes: u32 = 0;
  // The kinds of the last of the 16 characters before stand in bit 0.
  let upper: u32 = 0, letterBefore: u32 = 0, digitBefore: u32 = 0;
  for (let p = start; p < end; p += 16) {
    const v = v128.load(p);
    const keep = keepOf(end - p);
    const capital = inRange(v, 65, 26) & keep;
    const letter = inRange(v128.or(v, i8x16.splat(32)), 97, 26) & keep;
    const digit = inRange(v, 48, 10) & keep;
    const afterCapital = (capital << 1) | upper, afterLetter = (letter << 1) | letterBefore, afterDigit = (digit << 1) | digitBefore;
    const hump = capital & afterLetter & ~afterCapital;
    digits += popcnt<u32>(digit);
    letters += popcnt<u32>(letter);
    humps += popcnt<u32>(hump);
    pairs += popcnt<u32>(capital & afterCapital);
    changes += popcnt<u32>(hump | (letter & afterDigit) | (digit & afterLetter));
    upper = capital >>> 15;
    letterBefore = letter >>> 15;
    digitBefore = digit >>> 15;
  }
  return ((digits >= 1 && letters >= 2) || (humps >= 2 && pairs >= 1)) && changes * (CHANGE_EVERY as u32) >= ((end - start) as u32);
}

/** The TRAIT_ bits of the run's characters. */
function traitsOf(start: usize, end: usize): u32 {
  let traits: u32 = 0;
  for (let p = start; p < end; p += 16) {
    const v = v128.load(p);
    const keep = keepOf(end - p);
    const lowHex = inRange(v, 97, 6), upHex = inRange(v, 65, 6);
    if ((lowHex & keep) != 0) traits |= TRAIT_LOWER_HEX;
    if ((inRange(v, 97, 26) & ~lowHex & keep) != 0) traits |= TRAIT_LOWER;
    if ((upHex & keep) != 0) traits |= TRAIT_UPPER_HEX;
    if ((inRange(v, 65, 26) & ~upHex & keep) != 0) traits |= TRAIT_UPPER;
    if ((inRange(v, 48, 10) & keep) != 0) traits |= TRAIT_DIGIT;
    if ((inRange(v, 45, 1) & keep) != 0) traits |= TRAIT_DASH;
    if ((inRange(v, 95, 1) & keep) != 0) traits |= TRAIT_UNDERSCORE;
  }
  return traits;
}

/** Three letters as the finder loads them: little-endian, folded. */
@inline function three(a: u32, b: u32, c: u32): u32 { return a | (b << 8) | (c << 16); }

/** Does a word end at `at`, or go on as names of secrets do: `alegraapikey`, `ALEGRATOKEN`? */
function endsWord(at: usize, start: usize): bool {
  const c: u32 = load<u8>(at);
  if (at >= start || !isLetter(c) || (isUpper(c) && isLower(load<u8>(at - 1)))) return true;
  const next = (load<u32>(at) & 0xffffff) | 0x202020;
  // api, key, tok(en), sec(ret), acc(ess), aut(h), pas(sword), cli(ent), pri(vate), app, pat
  return next == three(97, 112, 105) || next == three(107, 101, 121) || next == three(116, 111, 107) || next == three(115, 101, 99)
    || next == three(97, 99, 99) || next == three(97, 117, 116) || next == three(112, 97, 115) || next == three(99, 108, 105)
    || next == three(112, 114, 105) || next == three(97, 112, 112) || next == three(112, 97, 116);
}

/** A keyword that begins a word at `at` and ends before the run. */
@inline function keywordAt(at: usize, start: usize, length: u32, found: i32): i32 {
  const four: u32 = load<u32>(at) | 0x20202020;
  const long = hash(four), short = hash(four & 0xffffff);
  if (isSet(KEYWORD_BITS, long)) found = keywordsOf(long >>> 19, at, start, length, found);
  if (isSet(KEYWORD_BITS, short) && found < KEYWORDS_OF_RUN_MAX) found = keywordsOf(short >>> 19, at, start, length, found);
  return found;
}

function keywordsOf(slot: u32, at: usize, start: usize, length: u32, found: i32): i32 {
  let entry: u32 = load<u16>(TABLES_AT + KEYWORD_HEADS + (slot << 1));
  while (entry != 0) {
    const record: usize = TABLES_AT + KEYWORDS + (entry << 5);
    const size: u32 = load<u8>(record, 2);
    const allowed: u32 = load<u8>(record, 3);
    if (
      at + size <= start && length >= load<u16>(record, 4) && length <= load<u16>(record, 6) && sameFolded(at, record + 8, size) &&
      ((allowed & WHOLE_WORD) == 0 || endsWord(at + size, start)) && (traitsOf(start, start + length) & ~allowed) == 0
    ) {
      const traits = traitsOf(start, start + length);
      emit(start, KIND_KEYWORD, entry, length | (traits << KEYWORD_LENGTH_BITS));
      if (++found == KEYWORDS_OF_RUN_MAX) return found;
    }
    entry = load<u16>(record);
  }
  return found;
}

/** Keywords that begin a word (a letter after none, or a capital after a small one) before the run, on its line or one of the few before. */
function keywordsBefore(start: usize, length: u32): void {
  const stop = start - low > (KEYWORD_REACH as usize) ? start - KEYWORD_REACH : low;
  let lines = 0, found = 0;
  for (let block = start - 16; ; block -= 16) {
    const v = v128.load(block), before = v128.load(block - 1);
    const folded = v128.or(v, i8x16.splat(32)), foldedBefore = v128.or(before, i8x16.splat(32));
    const letters = inRange(folded, 97, 26);
    const afterLetter = inRange(foldedBefore, 97, 26);
    const hump = inRange(v, 65, 26) & inRange(before, 97, 26);
    let words = letters & (~afterLetter | hump);
    let feeds: u32 = i8x16.bitmask(i8x16.eq(v, i8x16.splat(10)));
    if (block <= stop) {
      // What lies before the file is no part of it, and its first letter begins a word.
      const skip = (stop - block) as u32;
      const keep = skip < 16 ? (0xffff << skip) & 0xffff : 0;
      if (stop == low && skip < 16 && (letters & (1 << skip)) != 0) words |= 1 << skip;
      words &= keep;
      feeds &= keep;
    }
    while ((words | feeds) != 0) {
      const i = 31 - clz(words | feeds);
      const bit: u32 = 1 << i;
      if ((feeds & bit) != 0) {
        if (++lines == KEYWORD_LINES) return;
        feeds ^= bit;
      } else {
        words ^= bit;
        found = keywordAt(block + (i as usize), start, length, found);
        if (found == KEYWORDS_OF_RUN_MAX) return;
      }
    }
    if (block <= stop) return;
  }
}

function process(start: usize, end: usize, continued: bool): void {
  if (!continued) {
    probeBeginning(start);
    const length = (end - start) as u32;
    if (length >= 24 && beginsBase64Text(start)) emit(start, KIND_BASE64, 0, length);
  } else {
    const before: u32 = load<u8>(start - 1);
    if (before == 45 || before == 95) probe(start);
  }
  const mayBeRandom = probeInside(start, end);
  if (mayBeRandom && !continued && end - start <= (KEYWORD_RUN_MAX as usize) && looksRandom(start, end)) keywordsBefore(start, (end - start) as u32);
}

/** A run has ended at `end`; one that ended just before the data does waits until more is known. */
@inline function close(start: usize, end: usize, continued: bool): void {
  if (!continued && end - start < (RUN_MIN as usize)) return;
  if (open != 0) return;
  if (!isLast && end + SETTLE_BYTES > dataEnd) { open = start; return; }
  process(start, end, continued);
}

/** Leaves out `scheme://host` without `user:password@`; undecided at the end of the data counts as one. */
function hasUserInfo(at: usize): bool {
  let colon = false;
  const stop = at + URL_AUTHORITY_MAX;
  for (let p = at; p < stop; p++) {
    if (p >= dataEnd) return !isLast;
    const c: u32 = load<u8>(p);
    if (c == 64) { if (colon) return true; continue; }
    if (c == 58) { colon = true; continue; }
    if (c <= 32 || c == 47 || c == 34 || c == 39 || c == 60 || c == 62 || c == 96) return false;
  }
  return false;
}

function literalsAt(at: usize, buckets: u32): void {
  const count: u32 = load<u32>(TABLES_AT + LITERALS_COUNT);
  for (let id: u32 = 0; id < count; id++) {
    const record: usize = TABLES_AT + LITERALS + (id << 5);
    if ((load<u8>(record) & buckets) == 0) continue;
    const start = at - (load<u8>(record, 1) as usize);
    const length: u32 = load<u8>(record, 2);
    if (start < low || start + length > dataEnd) continue;
    if (load<u8>(record, 3) ? !sameFolded(start, record + 4, length) : !same(start, record + 4, length)) continue;
    if (id == URL_LITERAL || id == ESCAPED_URL_LITERAL) {
      const authority = start + (length as usize);
      probe(authority);
      if (!hasUserInfo(authority)) continue;
    }
    emit(start, KIND_LITERAL, id, length);
  }
}

/** HITS holds the buckets whose signature ends at each of the 64 bytes at `p`. */
function literalHits(p: usize, from: usize, to: usize): void {
  for (let k: usize = 0; k < 64; k += 16) {
    let bits = mask(v128.load(HITS + k));
    while (bits != 0) {
      const i = k + (ctz(bits) as usize);
      bits &= bits - 1;
      const at = p + i - 2;
      if (at >= from && at < to) literalsAt(at, load<u8>(HITS + i));
    }
  }
}

/** Seven token characters in a row with a zero after (or before) each: of 16, seven lie in one of the pieces of 64 bytes, however cut. */
@inline function wideAt(p: usize, tokens: u64, zeros: u64): void {
  let little = tokens & (zeros >>> 1), big = tokens & (zeros << 1);
  little &= little >>> 2; little &= little >>> 4; little &= little >>> 6;
  big &= big >>> 2; big &= big >>> 4; big &= big >>> 6;
  if ((little | big) != 0) emit(p + (ctz(little | big) as usize), KIND_LITERAL, WIDE_LITERAL, 0);
}

/**
 * @param lowest the lowest address that holds bytes of this file
 * @param runFrom, inRun, literalFrom where the call before ended (its nextRun, nextInRun, nextLiteral)
 * @param end the end of the data; `last` when the file ends there
 * @param out where the records go: address, then kind << 30 | id << 16 | length
 * @returns the number of records
 */
export function find(lowest: usize, runFrom: usize, inRun: i32, literalFrom: usize, end: usize, last: i32, out: usize): i32 {
  low = lowest; dataEnd = end; isLast = last != 0; cursor = out; open = 0;
  const literalTo = isLast ? end : end > literalFrom + SETTLE_BYTES ? end - SETTLE_BYTES : literalFrom;
  let start: usize = inRun ? runFrom : 0;
  let continued = inRun != 0;
  const begin = runFrom < literalFrom ? runFrom : literalFrom;
  const tokenLow = v128.load(TABLES_AT + TOKEN_LOW), tokenHigh = v128.load(TABLES_AT + TOKEN_HIGH);
  const low0 = v128.load(TABLES_AT + TEDDY), high0 = v128.load(TABLES_AT + TEDDY + 16);
  const low1 = v128.load(TABLES_AT + TEDDY + 32), high1 = v128.load(TABLES_AT + TEDDY + 48);
  const low2 = v128.load(TABLES_AT + TEDDY + 64), high2 = v128.load(TABLES_AT + TEDDY + 80);
  // A hit stands at the third byte of a signature: the first two are looked for in what was seen before.
  let first = i8x16.splat(0), second = i8x16.splat(0);
  for (let p = begin; p < end; p += 64) {
    let tokens: u64 = 0, zeros: u64 = 0, any = i8x16.splat(0);
    for (let k: usize = 0; k < 64; k += 16) {
      const v = v128.load(p + k);
      const n = lowNibble(v), h = highNibble(v);
      tokens |= mask(v128.and(pick(tokenLow, n), pick(tokenHigh, h))) << (k as u64);
      zeros |= (i8x16.bitmask(i8x16.eq(v, i8x16.splat(0))) as u64 & 0xffff) << (k as u64);
      const a = v128.and(pick(low0, n), pick(high0, h));
      const b = v128.and(pick(low1, n), pick(high1, h));
      const c = v128.and(pick(low2, n), pick(high2, h));
      const a2 = i8x16.shuffle(first, a, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
      const b1 = i8x16.shuffle(second, b, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
      const hits = v128.and(v128.and(a2, b1), c);
      v128.store(HITS + k, hits);
      any = v128.or(any, hits);
      first = a; second = b;
    }
    if (v128.any_true(any)) literalHits(p, literalFrom, literalTo);
    if (p < runFrom) tokens &= runFrom - p >= 64 ? 0 : ~(((1 as u64) << ((runFrom - p) as u64)) - 1);
    if (end - p < 64) tokens &= ((1 as u64) << ((end - p) as u64)) - 1;
    if (zeros != 0 && tokens != 0) wideAt(p, tokens, zeros);
    if (tokens == 0) {
      if (start != 0 && p + 64 > runFrom) { close(start, p > runFrom ? p : runFrom, continued); start = 0; continued = false; }
      continue;
    }
    if (~tokens == 0) { if (start == 0) start = p; continue; }
    if (start != 0 && p + 64 > runFrom) {
      const first = p > runFrom ? p : runFrom;
      const skip = (first - p) as u64;
      const ones = ctz(~(tokens >>> skip)) + skip;
      if (ones < 64) {
        close(start, p + (ones as usize), continued);
        start = 0; continued = false;
        tokens &= ~(((1 as u64) << ones) - 1);
      } else continue;
    }
    let runs = tokens & (tokens >>> 1);
    runs &= runs >>> 2; runs &= runs >>> 4; runs &= runs >>> 8;
    while (runs != 0) {
      const s = ctz(runs), l = ctz(~(tokens >>> s));
      if (s + l >= 64) break;
      close(p + (s as usize), p + ((s + l) as usize), false);
      runs &= ~((((1 as u64) << l) - 1) << s);
    }
    const top = clz(~tokens);
    if (top > 0) start = p + 64 - (top as usize);
  }
  if (start != 0) close(start, end, continued);
  settle(runFrom, inRun, end);
  nextLiteral = literalTo;
  return ((cursor - out) >>> 3) as i32;
}

/** Says where the next call begins, and looks into a run that is too long to wait for its end. */
function settle(runFrom: usize, inRun: i32, end: usize): void {
  nextInRun = 0;
  if (isLast) { nextRun = end; return; }
  if (open == 0) {
    let p = end;
    while (p > runFrom && isToken(load<u8>(p - 1))) p--;
    nextRun = p;
    return;
  }
  const continued = inRun != 0 && open == runFrom;
  if (!continued && end - open < (RUN_LONG as usize)) { nextRun = open; return; }
  nextInRun = 1;
  nextRun = open;
  if (end - open <= ((RUN_LONG / 2) as usize)) return;
  // The run is open to the end, or ended less than SETTLE_BYTES before it: RUN_LONG / 2 before the end is inside it.
  nextRun = end - RUN_LONG / 2;
  process(open, nextRun, continued);
}

/** Line feeds in [from, to). */
export function countLines(from: usize, to: usize): u32 {
  lastLineStart = 0;
  let lines: u32 = 0;
  for (let p = from; p < to; p += 16) {
    let bits: u32 = i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(10)));
    if (to - p < 16) bits &= (1 << ((to - p) as u32)) - 1;
    if (bits != 0) { lines += popcnt(bits); lastLineStart = p + 32 - (clz(bits) as usize); }
  }
  return lines;
}
