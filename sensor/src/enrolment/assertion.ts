import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Identity } from './identity-file.ts';

/** Life of an assertion: one upgrade with a slow handshake. It is used once (`jti`). */
const ASSERTION_SECONDS = 60;

/** Signs who this sensor is, for one upgrade each. */
export class AssertionSigner {
  readonly #identity: Identity;
  readonly #audience: string;
  readonly #key: KeyObject;
  readonly #newId: () => string;

  /** @param audience the control plane's URL as configured. */
  constructor(identity: Identity, audience: string, newId: () => string) {
    this.#identity = identity;
    this.#audience = audience;
    this.#key = createPrivateKey({ key: { ...identity.signingKey }, format: 'jwk' });
    this.#newId = newId;
  }

  /** A fresh assertion (a secret until it is used). */
  sign(nowMs: number): Promise<string> {
    const { sensorId } = this.#identity;
    const issuedAt = Math.floor(nowMs / 1_000);
    return new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', kid: sensorId, typ: 'JWT' })
      .setIssuer(sensorId)
      .setSubject(sensorId)
      .setAudience(this.#audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ASSERTION_SECONDS)
      .setJti(this.#newId())
      .sign(this.#key);
  }
}
