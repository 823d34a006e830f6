import { createCipheriv, createDecipheriv } from 'node:crypto';
import { TidewaiterError } from '@tidewaiter/shared/errors';

/** NIST SP 800-38D: 96-bit IVs; random ones are safe far beyond the handful of keys an issuer ever has. */
const IV_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';

/** AES-256-GCM over `plaintext`; `label` (the kid) is authenticated with it, so that a sealed key cannot be moved to another row. */
export function seal(key: Uint8Array, label: string, plaintext: string, random: (length: number) => Uint8Array): string {
  const iv = random(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(label));
  const sealed = Buffer.concat([iv, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${sealed.toString('base64url')}`;
}

/** @throws config.invalid when `key` is not the one it was sealed with. */
export function unseal(key: Uint8Array, label: string, sealed: string): string {
  const [version, text = ''] = sealed.split('.');
  const bytes = Buffer.from(text, 'base64url');
  try {
    if (version !== VERSION) throw new Error(`sealed as ${version}`);
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(label)).setAuthTag(bytes.subarray(-TAG_BYTES));
    return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    throw new TidewaiterError('config.invalid', {
      which: 'TIDEWAITER_KEY_ENCRYPTION_KEY',
      got: `a key that does not open issuer key ${label}`,
      want: 'the key this database was started with',
      remedy: 'Give the former key back, or the former key file beside the database.',
      cause,
    });
  }
}
