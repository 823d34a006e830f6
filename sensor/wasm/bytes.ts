// What bytes are, one at a time and as vectors of 16 or 32, for the finder. Nothing here has a state.

@inline export function lowNibble(v: v128): v128 { return v128.and(v, i8x16.splat(0x0f)); }
@inline export function highNibble(v: v128): v128 { return v128.and(i16x8.shr_u(v, 4), i8x16.splat(0x0f)); }

/** Indexes are nibbles, so what a relaxed swizzle does with greater ones never shows. */
@inline function pick(table: v128, indexes: v128): v128 { return i8x16.relaxed_swizzle(table, indexes); }

@inline export function mask(v: v128): u64 { return i8x16.bitmask(i8x16.ne(v, i8x16.splat(0))) as u64 & 0xffff; }

/** Bytes that two tables of nibbles agree on. */
@inline export function pair(low: v128, high: v128, n: v128, h: v128): v128 { return v128.and(pick(low, n), pick(high, h)); }

@inline export function others(v: v128): u64 { return (i8x16.bitmask(i8x16.eq(v, i8x16.splat(0))) as u32) as u64; }

/** What stood one (two) bytes before each byte of `v`; `before` are the 16 bytes before. */
@inline export function behind1(before: v128, v: v128): v128 { return i8x16.shuffle(before, v, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30); }

@inline export function behind2(before: v128, v: v128): v128 { return i8x16.shuffle(before, v, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29); }
@inline function isDigit(c: u32): bool { return c - 48 < 10; }
@inline export function isUpper(c: u32): bool { return c - 65 < 26; }
@inline export function isLower(c: u32): bool { return c - 97 < 26; }
@inline export function isLetter(c: u32): bool { return (c | 32) - 97 < 26; }
@inline export function isToken(c: u32): bool { return isLetter(c) || isDigit(c) || c == 45 || c == 95; }
@inline function fold(c: u32): u32 { return isUpper(c) ? c | 32 : c; }
@inline export function wordBits(v: v128): u32 { return inRange(v128.or(v, i8x16.splat(32)), 97, 26) | inRange(v, 48, 10); }
@inline function jointsOf(v: v128): u32 { return i8x16.bitmask(v128.or(i8x16.eq(v, i8x16.splat(45)), i8x16.eq(v, i8x16.splat(95)))); }

@inline export function joinedBits(v: v128): u32 {
  const joints = v128.or(v128.or(i8x16.eq(v, i8x16.splat(46)), i8x16.eq(v, i8x16.splat(58))), i8x16.eq(v, i8x16.splat(126)));
  return i8x16.bitmask(joints) | jointsOf(v) | wordBits(v);
}

@inline export function equalIn(p: usize, c: i8): u32 {
  const all = i8x16.splat(c);
  return i8x16.bitmask(i8x16.eq(v128.load(p), all)) | (i8x16.bitmask(i8x16.eq(v128.load(p, 16), all)) << 16);
}

@inline export function jointsIn(p: usize): u32 { return jointsOf(v128.load(p)) | (jointsOf(v128.load(p, 16)) << 16); }

/** Of 32 bytes those below `left`. */
@inline export function keepOf(left: usize): u32 { return left >= 32 ? 0xffffffff : (1 << (left as u32)) - 1; }

@inline export function inRange(v: v128, first: i8, count: i8): u32 {
  return i8x16.bitmask(i8x16.lt_u(i8x16.sub(v, i8x16.splat(first)), i8x16.splat(count)));
}

/** One bit of each of 32 bytes: the highest after a shift to the left. */
@inline export function bitsIn(p: usize, shift: i32): u32 {
  return i8x16.bitmask(i16x8.shl(v128.load(p), shift)) | (i8x16.bitmask(i16x8.shl(v128.load(p, 16), shift)) << 16);
}

@inline export function lettersIn(p: usize): u32 {
  const small = i8x16.splat(32);
  return inRange(v128.or(v128.load(p), small), 97, 26) | (inRange(v128.or(v128.load(p, 16), small), 97, 26) << 16);
}

@inline function zerosIn(v: v128): u64 { return (i8x16.bitmask(i8x16.eq(v, i8x16.splat(0))) as u32) as u64; }

@inline export function sextet(c: u32): u32 {
  if (isUpper(c)) return c - 65;
  if (isLower(c)) return c - 71;
  if (isDigit(c)) return c + 4;
  return c == 45 ? 62 : 63;
}

@inline export function isText(c: u32): bool { return c - 32 < 95 || c == 9 || c == 10 || c == 13; }

/**
 * May the run's first 16 characters be base64 of ASCII? Of each four the bits that are the three bytes' highest are not set: of 4,096 runs
 * one passes by chance.
 */
@inline export function mayBeBase64(start: usize): bool {
  const v = v128.load(start);
  // What a character of this upper half has to be moved by to be its sextet; `_` is one of two in its row that are not letters.
  const move = i8x16.swizzle(i8x16(0, 0, 17, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0), highNibble(v));
  const sextets = i8x16.add(v, v128.bitselect(i8x16.splat(-32), move, i8x16.eq(v, i8x16.splat(95))));
  return !v128.any_true(v128.and(sextets, i32x4.splat(0x00020820)));
}

/** Three letters as the finder loads them: little-endian, folded. */
@inline export function three(a: u32, b: u32, c: u32): u32 { return a | (b << 8) | (c << 16); }

export function zerosAt(p: usize): u64 {
  return zerosIn(v128.load(p)) | (zerosIn(v128.load(p, 16)) << 16) | (zerosIn(v128.load(p, 32)) << 32) | (zerosIn(v128.load(p, 48)) << 48);
}

export function same(at: usize, text: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i++) if (load<u8>(at + i) != load<u8>(text + i)) return false;
  return true;
}

export function sameFolded(at: usize, text: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i++) if (fold(load<u8>(at + i)) != load<u8>(text + i)) return false;
  return true;
}
