import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair, importPKCS8 } from 'jose';
import type { IssuerKey } from '../storage/index.ts';
import { seal, unseal } from './seal.ts';

/** What AWS verifies (IAM takes RS256/384/512 and ES256/384/512); RS256 is what every relying party has. */
export const ALGORITHM = 'RS256';
const MODULUS_BITS = 2048;

export type SigningKey = Awaited<ReturnType<typeof importPKCS8>>;

/** A new RSA key with its RFC 7638 thumbprint as `kid`, its private half sealed. */
export async function makeIssuerKey(
  state: 'pending' | 'active',
  sealing: { readonly key: Uint8Array; readonly random: (length: number) => Uint8Array },
  nowMs: number,
): Promise<IssuerKey> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { modulusLength: MODULUS_BITS, extractable: true });
  const { n, e } = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicKey);
  return {
    kid,
    publicJwk: { kty: 'RSA', use: 'sig', alg: ALGORITHM, kid, n, e },
    sealedPrivateKey: seal(sealing.key, kid, await exportPKCS8(privateKey), sealing.random),
    state,
    createdAt: nowMs,
    activatedAt: state === 'active' ? nowMs : null,
    retiredAt: null,
  };
}

/** @throws config.invalid when the key encryption key is another one. */
export function openPrivateKey(key: IssuerKey, keyEncryptionKey: Uint8Array): Promise<SigningKey> {
  return importPKCS8(unseal(keyEncryptionKey, key.kid, key.sealedPrivateKey), ALGORITHM);
}
