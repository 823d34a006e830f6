import { createHash } from 'node:crypto';

/** A token is 256 random bits: a plain SHA-256 of it cannot be searched, so no slow hash is needed. */
const TOKEN_BYTES = 32;

/** `PREFIX_` and 43 base64url characters. */
export function makeSecret(prefix: string, random: (length: number) => Uint8Array): string {
  return `${prefix}_${Buffer.from(random(TOKEN_BYTES)).toString('base64url')}`;
}

/**
 * What is stored of a token, and looked up by. The lookup compares hashes, so its timing says nothing of the token itself.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
