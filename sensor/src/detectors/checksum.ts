import { crc32 } from 'node:zlib';
import { alphabets } from './alphabets.ts';

/** A number in the digits of `alphabet`, padded with its zero. */
function inBase(value: number, alphabet: string, width: number): string {
  let text = '';
  for (let rest = value; rest > 0; rest = Math.floor(rest / alphabet.length)) text = alphabet.charAt(rest % alphabet.length) + text;
  return text.padStart(width, alphabet.charAt(0));
}

/** GitHub's and npm's tail: CRC-32 in base 62, 6 digits. */
export function crcBase62(text: string): string {
  return inBase(crc32(text), alphabets.alnum, 6);
}

/** GitLab's tail: CRC-32 in base 36, 7 digits. */
export function crcBase36(text: string): string {
  return inBase(crc32(text), alphabets.lowerAlnum, 7);
}

/** CRC-32 as 8 hexadecimal digits. */
export function crcHex(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

/** CRC-32 as 8 hexadecimal digits, the low byte first. */
export function crcHexLittleEndian(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(crc32(text));
  return bytes.toString('hex');
}

/** Confluent's tail: CRC-32, the low byte first, in base64 without its padding. */
export function crcBase64(text: string): string {
  return Buffer.from(crcHexLittleEndian(text), 'hex').toString('base64').slice(0, 6);
}
