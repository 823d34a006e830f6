import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Fingerprint } from '@tidewaiter/shared/findings';

/** A fingerprint key with its id. The key never leaves the sensor; the id is all that others know of it. */
export interface FingerprintKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** The key signs new findings; a second one, while keys are rotated, lets incidents carry over. */
export type FingerprintKeys = readonly [FingerprintKey, ...FingerprintKey[]];

/** Length of a fingerprint key: as long as SHA-256's output, which HMAC takes without hashing it first (RFC 2104, section 3). */
export const FINGERPRINT_KEY_BYTES = 32;
const EPHEMERAL = 'ephemeral';

/** The first 16 hex digits of SHA-256("tidewaiter key id\0" + key). */
export function fingerprintKeyOf(bytes: Uint8Array): FingerprintKey {
  assertKeyLength(bytes);
  const id = createHash('sha256').update('tidewaiter key id\0').update(bytes).digest('hex').slice(0, 16);
  return { id, bytes };
}

/** A key of this run only: its fingerprints compare with no others, so it has no id of its own. */
export function ephemeralKeyOf(bytes: Uint8Array): FingerprintKey {
  assertKeyLength(bytes);
  return { id: EPHEMERAL, bytes };
}

function assertKeyLength(bytes: Uint8Array): void {
  if (bytes.length === FINGERPRINT_KEY_BYTES) return;
  throw new TidewaiterError('config.invalid', {
    which: 'a fingerprint key',
    got: `${bytes.length} bytes`,
    want: `${FINGERPRINT_KEY_BYTES} bytes`,
    remedy: 'Make one with `tidewaiter-sensor keygen FILE`.',
  });
}

/** HMAC-SHA-256(key, "tw1\0" + canonical secret) under each key, the current one first. The detector is not part of it. */
export function fingerprintsOf(canonical: Uint8Array, keys: FingerprintKeys): Fingerprint[] {
  return keys.map(({ id, bytes }) => ({ keyId: id, value: createHmac('sha256', bytes).update('tw1\0').update(canonical).digest('hex') }));
}

/** The subkey under which paths are hashed (SipHash takes 16 bytes): whoever knows path hashes learns nothing of fingerprints. */
export function pathKeyOf(key: FingerprintKey): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key.bytes, '', 'tidewaiter path hash\0', 16));
}
