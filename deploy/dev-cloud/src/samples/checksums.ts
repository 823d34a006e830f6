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
