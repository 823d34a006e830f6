// SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash of short input, here of tar paths.
let v0: u64, v1: u64, v2: u64, v3: u64;

@inline function round(): void {
  v0 += v1; v1 = rotl<u64>(v1, 13); v1 ^= v0; v0 = rotl<u64>(v0, 32);
  v2 += v3; v3 = rotl<u64>(v3, 16); v3 ^= v2;
  v0 += v3; v3 = rotl<u64>(v3, 21); v3 ^= v0;
  v2 += v1; v1 = rotl<u64>(v1, 17); v1 ^= v2; v2 = rotl<u64>(v2, 32);
}

@inline function absorb(word: u64): void {
  v3 ^= word;
  round();
  round();
  v0 ^= word;
}

/** Of the `length` bytes at `at`, under the key whose little-endian halves are k0 and k1. */
export function pathHash(at: usize, length: u32, k0: u64, k1: u64): u64 {
  v0 = k0 ^ 0x736f6d6570736575;
  v1 = k1 ^ 0x646f72616e646f6d;
  v2 = k0 ^ 0x6c7967656e657261;
  v3 = k1 ^ 0x7465646279746573;
  const whole: u32 = length & ~7;
  for (let i: u32 = 0; i < whole; i += 8) absorb(load<u64>(at + i));
  let last: u64 = (length as u64) << 56;
  for (let i: u32 = whole; i < length; i++) last |= (load<u8>(at + i) as u64) << ((i & 7) << 3);
  absorb(last);
  v2 ^= 0xff;
  round();
  round();
  round();
  round();
  return v0 ^ v1 ^ v2 ^ v3;
}
