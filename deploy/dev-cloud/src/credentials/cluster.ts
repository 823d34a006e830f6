import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign, verify } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { type Clock, isRecord, parseRecord } from '../http/index.ts';

/** A pod's service account, as a projected token names it. */
export interface ServiceAccount {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** The token controller of a Kubernetes cluster: it signs service-account tokens and publishes its keys, as EKS does. */
export class Cluster {
  readonly #clock: Clock;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #keyId: string;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    this.#publicKey = createPublicKey(this.#privateKey);
    this.#keyId = createHash('sha256')
      .update(this.#publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex')
      .slice(0, 40);
  }

  discovery(issuer: string): unknown {
    return {
      issuer,
      jwks_uri: `${issuer}/keys`,
      authorization_endpoint: 'urn:kubernetes:programmatic_authorization',
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      claims_supported: ['sub', 'iss'],
    };
  }

  keys(): unknown {
    return { keys: [{ ...this.#publicKey.export({ format: 'jwk' }), kid: this.#keyId, use: 'sig', alg: 'RS256' }] };
  }

  /** A token as the kubelet projects it into a pod. */
  token(issuer: string, account: ServiceAccount, audience: string, seconds: number): string {
    const now = Math.floor(this.#clock.now() / 1000);
    const { namespace, serviceAccount } = account;
    const claims = {
      aud: [audience],
      exp: now + seconds,
      iat: now,
      iss: issuer,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace,
        pod: { name: `${serviceAccount}-0`, uid: randomUUID() },
        serviceaccount: { name: serviceAccount, uid: randomUUID() },
      },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
    };
    const signed = `${encode({ alg: 'RS256', kid: this.#keyId })}.${encode(claims)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), this.#privateKey).toString('base64url')}`;
  }

  /** The service account of a token of this cluster, for one audience and now; undefined if anything is wrong with it. */
  verify(token: string, audience: string): ServiceAccount | undefined {
    const [head = '', body = '', signature = ''] = token.split('.');
    if (!verify('sha256', Buffer.from(`${head}.${body}`), this.#publicKey, Buffer.from(signature, 'base64url'))) return undefined;
    const claims = parseRecord(Buffer.from(body, 'base64url').toString('utf8')) ?? {};
    const { aud, exp, 'kubernetes.io': pod } = claims;
    if (!Array.isArray(aud) || !aud.includes(audience) || Number(exp) * 1000 <= this.#clock.now()) return undefined;
    const account = isRecord(pod) ? pod['serviceaccount'] : undefined;
    if (!isRecord(pod) || !isRecord(account)) return undefined;
    return { namespace: String(pod['namespace']), serviceAccount: String(account['name']) };
  }
}

/** Writes a token where a pod reads it: readers see the old or the new one whole, as with a projected volume. */
export async function writeTokenFile(file: string, token: string): Promise<void> {
  const beside = `${file}.${randomUUID()}`;
  await writeFile(beside, token, { mode: 0o600 });
  await rename(beside, file);
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
