import { randomBytes } from 'node:crypto';

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * An access key id as AWS makes them: a prefix (`AKIA` long-lived, `ASIA` temporary) and ten bytes in base32 whose bits 1 to 40
 * are the account id, so that readers who recover the account from a key id get the right one.
 */
export function newAccessKeyId(prefix: 'AKIA' | 'ASIA', accountId: string): string {
  const head = Buffer.alloc(8);
  head.writeBigUInt64BE(((1n << 47n) | (BigInt(accountId) << 7n) | BigInt(randomBytes(1).readUInt8() & 0x7f)) << 16n);
  return prefix + encodeBase32(Buffer.concat([head.subarray(0, 6), randomBytes(4)]));
}

/** 40 characters, as AWS's secret keys have. */
export function newSecretAccessKey(): string {
  return randomBytes(30).toString('base64');
}

/** An opaque session token; real ones are some hundred characters too. */
export function newSessionToken(): string {
  return randomBytes(240).toString('base64');
}

/** The 21-character unique ids of IAM (`AROA…` roles, `AIDA…` users). */
export function newUniqueId(prefix: 'AROA' | 'AIDA'): string {
  return prefix + [...randomBytes(17)].map((byte) => base32[byte & 31]).join('');
}

function encodeBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => base32[Number.parseInt(five, 2)]).join('');
}
