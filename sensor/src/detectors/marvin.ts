/**
 * Marvin32, the checksum of Microsoft's identifiable keys: a keyed hash of 32 bits whose two halves are mixed once for each four
 * bytes (.NET's System.Marvin; the issuing side is IdentifiableSecrets of microsoft/security-utilities).
 */
export function marvin32(data: Uint8Array, seed: bigint): number {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  let low = Number(seed & 0xffffffffn) | 0;
  let high = Number(seed >> 32n) | 0;
  const mix = (word: number): void => {
    low = (low + word) | 0;
    high ^= low;
    low = (rotate(low, 20) + high) | 0;
    high = rotate(high, 9) ^ low;
    low = (rotate(low, 27) + high) | 0;
    high = rotate(high, 19);
  };
  const whole = data.length & ~3;
  for (let at = 0; at < whole; at += 4) mix(view.getInt32(at, true));
  // The rest, then a bit that says where it ends.
  let last = 0x80;
  for (let at = data.length - 1; at >= whole; at--) last = (last << 8) | (data[at] ?? 0);
  mix(last);
  mix(0);
  return (low ^ high) >>> 0;
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** A seed is the eight letters of a kind of key and its version: `Default0`, `Master00`. */
export const seedOf = (kind: string): bigint => Buffer.from(kind, 'latin1').readBigUInt64BE();

const CHECKSUM_BYTES = 4;

/** Are a key's last four bytes the checksum, low byte first, of those before, under one of the seeds? */
export function hasMarvinTail(key: Uint8Array, kinds: readonly string[]): boolean {
  const body = key.subarray(0, key.length - CHECKSUM_BYTES);
  const tail = Buffer.from(key.subarray(body.length)).readUInt32LE();
  return kinds.some((kind) => marvin32(body, seedOf(kind)) === tail);
}

/** The characters of a Microsoft Entra client secret, in the order of their values. */
const ENTRA = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~';
const ENTRA_TAIL = 3;
const ENTRA_DIGITS = 6;

/** A client secret ends in the first three digits, in base 66, of the checksum of what is before them; a short number is written with or without its zeros. */
export function hasEntraTail(secret: string): boolean {
  const body = secret.slice(0, -ENTRA_TAIL);
  let digits = '';
  for (let rest = marvin32(Buffer.from(body, 'latin1'), seedOf('AadPwd00')); rest > 0; rest = Math.floor(rest / ENTRA.length))
    digits = ENTRA.charAt(rest % ENTRA.length) + digits;
  const tail = secret.slice(-ENTRA_TAIL);
  return digits.startsWith(tail) || digits.padStart(ENTRA_DIGITS, ENTRA.charAt(0)).startsWith(tail);
}
