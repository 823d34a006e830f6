import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A GitHub token with a right checksum (base62 of the CRC-32 of the 30 characters before), made anew at each call. */
export function githubToken(): string {
  const body = [...randomBytes(30)].map((byte) => BASE62[byte % 62]).join('');
  let [sum, tail] = [crc32(body), ''];
  for (let digit = 0; digit < 6; digit++) {
    tail = `${BASE62[sum % 62]}${tail}`;
    sum = Math.floor(sum / 62);
  }
  return `${['gh', 'p_'].join('')}${body}${tail}`;
}
