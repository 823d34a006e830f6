// Counts a file's lines as it goes by (src/detectors/line-counter.ts).

/** The address after the last line feed that `countLines` saw, 0 when it saw none. */
export let lastLineStart: usize = 0;

/** Of 16 bytes those below `left`. */
@inline function keepOf(left: usize): u32 { return left >= 16 ? 0xffff : (1 << (left as u32)) - 1; }

/** Bytes in each of 16 lanes that a count of line feeds holds: a lane has 8 bits. */
const LINES_BATCH: usize = 255 * 16;

/** Line feeds in [from, to). */
export function countLines(from: usize, to: usize): u32 {
  let lines: u32 = 0;
  let p = from;
  while (to - p >= 16) {
    const stop = p + ((to - p < LINES_BATCH ? to - p : LINES_BATCH) & ~15);
    let counts = i8x16.splat(0);
    for (; p < stop; p += 16) counts = i8x16.sub(counts, i8x16.eq(v128.load(p), i8x16.splat(10)));
    const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(counts));
    lines += i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  }
  lines += popcnt<u32>(feedsOf(p, to));
  lastLineStart = lines == 0 ? 0 : afterLastFeed(from, to);
  return lines;
}

/** Of fewer than 16 bytes, or the first 16. */
@inline function feedsOf(p: usize, to: usize): u32 {
  return i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(10))) & keepOf(to - p);
}

/** There is one. */
function afterLastFeed(from: usize, to: usize): usize {
  let p = from + ((to - from) & ~15);
  let bits = feedsOf(p, to);
  while (bits == 0) { p -= 16; bits = feedsOf(p, to); }
  return p + 32 - (clz(bits) as usize);
}
