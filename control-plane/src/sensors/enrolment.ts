import { TidewaiterError } from '@tidewaiter/shared/errors';
import { importJWK } from 'jose';
import { type Static, Type } from 'typebox';

const okp = (curve: 'Ed25519' | 'X25519') =>
  Type.Object(
    { kty: Type.Literal('OKP'), crv: Type.Literal(curve), x: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }) },
    { additionalProperties: false },
  );

/** A public Ed25519 key as a JWK (RFC 8037); a private member is refused, so that no sensor ever hands one over. */
export const SigningKeySchema = okp('Ed25519');
/** A public X25519 key as a JWK. */
export const EncryptionKeySchema = okp('X25519');
export type SigningKey = Static<typeof SigningKeySchema>;
export type EncryptionKey = Static<typeof EncryptionKeySchema>;

/** @throws request.invalid when the bytes are no point of the curve. */
export async function checkSigningKey(key: SigningKey): Promise<void> {
  try {
    await importJWK(key, 'EdDSA');
  } catch (cause) {
    throw new TidewaiterError('request.invalid', { which: 'body/signingKey', want: 'a public Ed25519 key (RFC 8037)', cause });
  }
}
