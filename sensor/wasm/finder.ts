// Pass 1 of detection (src/detectors/pass-one.ts drives it; its scalar twin is test/detectors/twin.ts). Over [from, end) it finds runs of
// token characters [A-Za-z0-9_-] of 16 or more, and the literals of the tables, 64 bytes at a time, and classifies them where they lie:
// what it writes is a list of few places worth an exact look. What it says of a place never depends on where the data was cut.
import { TABLES_AT } from '../src/memory/layout';
import {
  lowNibble, highNibble, mask, pair, others, behind1, behind2, isUpper, isLower, isLetter, isToken, wordBits, joinedBits, equalIn, jointsIn, keepOf,
  inRange, bitsIn, lettersIn, sextet, isText, mayBeBase64, three, zerosAt, same, sameFolded,
} from './bytes';
import {
  CHANGE_EVERY, ESCAPED_URL_LITERAL, KEYWORD_BITS, KEYWORD_HEADS, KEYWORD_LENGTH_BITS, KEYWORD_LINES, KEYWORD_REACH, KEYWORDS, KEYWORDS_OF_RUN_MAX, KEYWORD_RUN_MAX, KIND_BASE64, KIND_KEYWORD,
  KIND_LITERAL, KIND_PREFIX, LITERALS, LITERALS_COUNT, PREFIX_BACK, PREFIX_BITS, PREFIX_HEADS, PREFIXES, RUN_LONG, RUN_MIN, SETTLE_BYTES, TEDDY, TOKEN_HIGH, TOKEN_LOW,
  TRAIT_DASH, TRAIT_DIGIT, TRAIT_LOWER, TRAIT_LOWER_HEX, TRAIT_UNDERSCORE, TRAIT_UPPER, TRAIT_UPPER_HEX, URL_AUTHORITY_MAX, URL_LITERAL, WHOLE_WORD, WIDE_LITERAL,
} from '../src/memory/tables';

/** Where the next call has to begin looking for runs, whether that place lies inside a run, and where for literals. */
export let nextRun: usize = 0;
export let nextInRun: i32 = 0;
export let nextLiteral: usize = 0;

let low: usize, dataEnd: usize, isLast: bool, cursor: usize, open: usize;
const HITS: usize = memory.data(64, 16);

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
    // Those of three characters are few: for the others the fourth decides nearly always.
    if ((length == 3 || load<u32>(at) == load<u32>(record, 4)) && at + length <= dataEnd && same(at, record + 4, length)) { emit(at, KIND_PREFIX, entry, 0); return; }
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

/** After each `-` and `_` of [from, to). */
function probeInside(from: usize, to: usize): void {
  for (let p = from; p < to; p += 32) probeAfter(p, jointsIn(p) & keepOf(to - p - 1));
}

@inline function probeAfter(p: usize, joints: u32): void {
  for (; joints != 0; joints &= joints - 1) probe(p + (ctz(joints) as usize) + 1);
}

/** Do the run's first 24 characters, read as base64, give 18 bytes of printable ASCII? */
function beginsBase64Text(start: usize): bool {
  if (start > low) {
    const before: u32 = load<u8>(start - 1);
    if (before == 43 || before == 47) return false;
  }
  for (let p = start; p < start + 24; p += 4) {
    const bits = (sextet(load<u8>(p)) << 18) | (sextet(load<u8>(p, 1)) << 12) | (sextet(load<u8>(p, 2)) << 6) | sextet(load<u8>(p, 3));
    if (!isText(bits >>> 16) || !isText((bits >>> 8) & 0xff) || !isText(bits & 0xff)) return false;
  }
  return true;
}

/**
 * Looks for prefixes inside the run, and says whether it has what a random token has and a name seldom: a digit and two letters, or capitals
 * side by side and after small letters; and a change between small letters, digits and capitals (but for one from a capital to a small
 * letter) in CHANGE_EVERY characters. 32 characters at a time, which is all of most runs: each loop or branch that ends one run sooner than
 * the next costs more than the arithmetic.
 */
function probeAndJudge(start: usize, end: usize): bool {
  let digits: u32 = 0, letters: u32 = 0, humps: u32 = 0, pairs: u32 = 0, changes: u32 = 0;
  // The kinds of the last of the characters before stand in bit 0.
  let upper: u32 = 0, letterBefore: u32 = 0, digitBefore: u32 = 0;
  for (let p = start; p < end; p += 32) {
    const keep = keepOf(end - p);
    // ASCII has letters and `_` where bit 6 is set, small ones where bit 5 is, too; digits and `-` differ in bit 4. All here are token characters.
    const high = bitsIn(p, 1), bar = equalIn(p, 95);
    const letter = high & ~bar & keep, digit = ~high & bitsIn(p, 3) & keep;
    const capital = letter & ~bitsIn(p, 2);
    const afterCapital = (capital << 1) | upper, afterLetter = (letter << 1) | letterBefore, afterDigit = (digit << 1) | digitBefore;
    const hump = capital & afterLetter & ~afterCapital;
    digits |= digit;
    letters += popcnt<u32>(letter);
    humps += popcnt<u32>(hump);
    pairs |= capital & afterCapital;
    changes += popcnt<u32>(hump | (letter & afterDigit) | (digit & afterLetter));
    upper = capital >>> 31;
    letterBefore = letter >>> 31;
    digitBefore = digit >>> 31;
    probeAfter(p, keep & ~(letter | digit) & keepOf(end - p - 1));
  }
  const mixed = ((digits != 0) as u32 & (letters >= 2) as u32) | ((humps >= 2) as u32 & (pairs != 0) as u32);
  return (mixed & (changes * (CHANGE_EVERY as u32) >= ((end - start) as u32)) as u32) != 0;
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

/** The n, r or t of an escape. */
@inline function endsEscape(at: usize): bool {
  const c: u32 = load<u8>(at);
  return at > low && load<u8>(at - 1) == 92 && (c == 110 || c == 114 || c == 116);
}

/** Is the letter an escape's, or of Java's option -D, and a word begins behind it? `\\natera`, `-Datera.key` */
@inline function hidesWord(at: usize): bool {
  if (at <= low) return false;
  return endsEscape(at) ? !isUpper(load<u8>(at + 1)) : load<u8>(at) == 68 && load<u8>(at - 1) == 45;
}

/** Keywords that begin a word (a letter after none, or a capital after a small one) before the run, on its line or one of the few before. */
function keywordsBefore(start: usize, length: u32): void {
  const stop = start - low > (KEYWORD_REACH as usize) ? start - KEYWORD_REACH : low;
  let lines: u32 = 0, found = 0;
  for (let block = start - 32; ; block -= 32) {
    const letter = lettersIn(block), small = letter & bitsIn(block, 2);
    const before: u32 = load<u8>(block - 1);
    const afterLetter = (letter << 1) | (isLetter(before) as u32), afterSmall = (small << 1) | (isLower(before) as u32);
    let words = letter & (~afterLetter | (afterSmall & ~small));
    let feeds = equalIn(block, 10);
    const skip = stop > block ? (stop - block) as u32 : 0;
    const keep: u32 = skip < 32 ? 0xffffffff << skip : 0;
    // What lies before the file is no part of it, and its first letter begins a word.
    if (stop == low && stop >= block && skip < 32) words |= letter & (1 << skip);
    words &= keep;
    feeds &= keep;
    const more = lines + popcnt<u32>(feeds);
    const last = more >= (KEYWORD_LINES as u32);
    if (last) {
      for (; lines < ((KEYWORD_LINES - 1) as u32); lines++) feeds ^= 0x80000000 >>> clz(feeds);
      words &= ~(0xffffffff >>> clz(feeds));
    }
    lines = more;
    for (; words != 0; words ^= 0x80000000 >>> clz(words)) {
      const at = block + ((31 - clz(words)) as usize);
      found = keywordAt(at, start, length, found);
      if (found < KEYWORDS_OF_RUN_MAX && hidesWord(at)) found = keywordAt(at + 1, start, length, found);
      if (found == KEYWORDS_OF_RUN_MAX) return;
    }
    if (last || block <= stop) return;
  }
}

function process(start: usize, end: usize, continued: bool): void {
  const length = end - start;
  if (continued) {
    const before: u32 = load<u8>(start - 1);
    if (before == 45 || before == 95) probe(start);
  } else {
    probeBeginning(start);
    if (mayBeBase64(start) && length >= 24 && beginsBase64Text(start)) emit(start, KIND_BASE64, 0, length as u32);
  }
  if (continued || length > (KEYWORD_RUN_MAX as usize)) probeInside(start, end);
  else if (probeAndJudge(start, end)) {
    // An escape's letter is no part of the value, nor is the - of a shell's `${NAME:-value}`.
    const from = start + (endsEscape(start) || (load<u8>(start) == 45 && start > low && load<u8>(start - 1) == 58) ? 1 : 0);
    if (end - from >= (RUN_MIN as usize)) keywordsBefore(from, (end - from) as u32);
  }
}

/** A run has ended at `end`; one that ended just before the data does waits until more is known. */
@inline function close(start: usize, end: usize, continued: bool): void {
  if (!continued && end - start < (RUN_MIN as usize)) return;
  if (open != 0) return;
  if (!isLast && end + SETTLE_BYTES > dataEnd) { open = start; return; }
  process(start, end, continued);
}

/** Leaves out `scheme://host` without `user:password@` or a long `user@`, a token; undecided at the end of the data counts as one. */
function hasUserInfo(at: usize): bool {
  let colon = false;
  const stop = at + URL_AUTHORITY_MAX;
  for (let p = at; p < stop; p++) {
    if (p >= dataEnd) return !isLast;
    const c: u32 = load<u8>(p);
    if (c == 64) { if (colon || p - at >= (RUN_MIN as usize)) return true; continue; }
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
    const v0 = v128.load(p), v1 = v128.load(p, 16), v2 = v128.load(p, 32), v3 = v128.load(p, 48);
    const n0 = lowNibble(v0), n1 = lowNibble(v1), n2 = lowNibble(v2), n3 = lowNibble(v3);
    const h0 = highNibble(v0), h1 = highNibble(v1), h2 = highNibble(v2), h3 = highNibble(v3);
    let tokens = ~(others(pair(tokenLow, tokenHigh, n0, h0)) | (others(pair(tokenLow, tokenHigh, n1, h1)) << 16)
      | (others(pair(tokenLow, tokenHigh, n2, h2)) << 32) | (others(pair(tokenLow, tokenHigh, n3, h3)) << 48));
    const a0 = pair(low0, high0, n0, h0), a1 = pair(low0, high0, n1, h1), a2 = pair(low0, high0, n2, h2), a3 = pair(low0, high0, n3, h3);
    const b0 = pair(low1, high1, n0, h0), b1 = pair(low1, high1, n1, h1), b2 = pair(low1, high1, n2, h2), b3 = pair(low1, high1, n3, h3);
    const hits0 = v128.and(v128.and(behind2(first, a0), behind1(second, b0)), pair(low2, high2, n0, h0));
    const hits1 = v128.and(v128.and(behind2(a0, a1), behind1(b0, b1)), pair(low2, high2, n1, h1));
    const hits2 = v128.and(v128.and(behind2(a1, a2), behind1(b1, b2)), pair(low2, high2, n2, h2));
    const hits3 = v128.and(v128.and(behind2(a2, a3), behind1(b2, b3)), pair(low2, high2, n3, h3));
    first = a3; second = b3;
    if (v128.any_true(v128.or(v128.or(hits0, hits1), v128.or(hits2, hits3)))) {
      v128.store(HITS, hits0); v128.store(HITS, hits1, 16); v128.store(HITS, hits2, 32); v128.store(HITS, hits3, 48);
      literalHits(p, literalFrom, literalTo);
    }
    if (p < runFrom) tokens &= runFrom - p >= 64 ? 0 : ~(((1 as u64) << ((runFrom - p) as u64)) - 1);
    if (end - p < 64) tokens &= ((1 as u64) << ((end - p) as u64)) - 1;
    if (tokens != 0 && !i8x16.all_true(i8x16.min_u(i8x16.min_u(v0, v1), i8x16.min_u(v2, v3)))) wideAt(p, tokens, zerosAt(p));
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
