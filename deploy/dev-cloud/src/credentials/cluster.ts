import { randomUUID } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { type Clock, isRecord } from '../http/index.ts';
import { discoveryDocument, TokenSigner } from '../tokens/index.ts';

/** A pod's service account, as a projected token names it. */
export interface ServiceAccount {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** The token controller of a Kubernetes cluster: it signs service-account tokens and publishes its keys, as EKS does. */
export class Cluster {
  readonly #clock: Clock;
  readonly #signer = new TokenSigner();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  discovery(issuer: string): unknown {
    return discoveryDocument(issuer, `${issuer}/keys`, ['RS256']);
  }

  keys(): unknown {
    return this.#signer.keySet(['RS256']);
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
    return this.#signer.sign(claims, 'RS256');
  }

  /** The service account of a token of this cluster, for one audience and now; undefined if anything is wrong with it. */
  verify(token: string, audience: string): ServiceAccount | undefined {
    const claims = this.#signer.claimsOf(token) ?? {};
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
