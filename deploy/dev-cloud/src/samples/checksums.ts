import { crc32 } from 'node:zlib';
import { ALNUM, DIGITS, LOWER } from './alphabets.ts';

/** CRC-32 (IEEE) written with `digits`, filled up with its zero. */
function crcIn(digits: string, width: number, text: string): string {
  const base = BigInt(digits.length);
  let rest = BigInt(crc32(text));
  const out: string[] = [];
  while (out.length < width) {
    out.unshift(digits[Number(rest % base)] ?? '0');
    rest /= base;
  }
  return out.join('');
}

export const crc62 = (text: string): string => crcIn(ALNUM.slice(0, 62), 6, text);
export const crc36 = (text: string): string => crcIn(DIGITS + LOWER, 7, text);
export const crcHex = (text: string): string => crcIn(`${DIGITS}abcdef`, 8, text);

export function crcHexLowFirst(text: string): string {
  return crcHex(text).replace(/(..)(..)(..)(..)/, '$4$3$2$1');
}

const WORD = 0xffffffffn;
const turned = (word: bigint, by: bigint): bigint => ((word << by) | (word >> (32n - by))) & WORD;

/** Marvin32 (.NET, System.Marvin) under a seed of eight letters. */
export function marvin(data: Uint8Array, seed: string): number {
  const key = Buffer.from(seed).readBigUInt64BE();
  let [p0, p1] = [key & WORD, key >> 32n];
  const padded = Buffer.concat([data, Buffer.from([0x80])]);
  const words = Buffer.concat([padded, Buffer.alloc(((4 - (padded.length % 4)) % 4) + 4)]);
  for (let at = 0; at < words.length; at += 4) {
    p0 = (p0 + BigInt(words.readUInt32LE(at))) & WORD;
    p1 ^= p0;
    p0 = (turned(p0, 20n) + p1) & WORD;
    p1 = turned(p1, 9n) ^ p0;
    p0 = (turned(p0, 27n) + p1) & WORD;
    p1 = turned(p1, 19n);
  }
  return Number(p0 ^ p1);
}

/** Bech32 (BIP-173) of 5-bit values. */
export function bech32(name: string, values: readonly number[]): string {
  const digits = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
  const codes = Array.from(name, (char) => char.charCodeAt(0));
  let check = 1;
  for (const value of [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...values, 0, 0, 0, 0, 0, 0]) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    for (const [bit, word] of [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].entries()) check ^= (top >>> bit) & 1 ? word : 0;
  }
  check ^= 1;
  const tail = Array.from({ length: 6 }, (_, place) => (check >>> (5 * (5 - place))) & 31);
  return `${name}1${[...values, ...tail].map((value) => digits[value]).join('')}`;
}

/** CRC-32, the low byte first, as 6 characters of base64. */
export function crcBase64(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(crc32(text));
  return bytes.toString('base64').slice(0, 6);
}
