import { createPublicKey, type KeyObject } from 'node:crypto';
import { AwsError, type Clock, parseRecord } from '../http/index.ts';

/** Bytes read of a discovery document or key set; a hundred keys of 4,096 bits are about 80 kB. */
const documentBytesMax = 256 * 1024;

/** Members AWS needs of a discovery document; without one of them it says that it has no key. */
const required = ['issuer', 'jwks_uri', 'response_types_supported', 'subject_types_supported', 'id_token_signing_alg_values_supported'];

/** How issuers' documents are fetched and how long they are kept. */
export interface IssuerKeysOptions {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  /** AWS waits 5 s for each document. */
  readonly timeoutMs: number;
  /** AWS keeps keys for an undocumented time, and an unknown `kid` does not make it look again. */
  readonly cacheSeconds: number;
}

/** The verification keys of issuers, fetched by their discovery documents and kept for a time. */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  readonly #cache = new Map<string, { readonly fetchedAt: number; readonly keys: ReadonlyMap<string, KeyObject> }>();

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
  }

  /** The key of this id, or AWS's one sentence for every reason there is none. */
  async find(issuer: string, keyId: string | undefined): Promise<KeyObject> {
    const key = keyId === undefined ? undefined : (await this.#keysOf(issuer)).get(keyId);
    if (key === undefined) throw noKey();
    return key;
  }

  /** Forgets every key, as the cache's end would. */
  clear(): void {
    this.#cache.clear();
  }

  async #keysOf(issuer: string): Promise<ReadonlyMap<string, KeyObject>> {
    const { clock, cacheSeconds } = this.#options;
    const cached = this.#cache.get(issuer);
    if (cached !== undefined && clock.now() < cached.fetchedAt + cacheSeconds * 1000) return cached.keys;
    const discovery = await this.#document(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    if (required.some((name) => discovery[name] === undefined) || discovery['issuer'] !== issuer) throw noKey();
    const set = await this.#document(String(discovery['jwks_uri']));
    const keys = readKeys(set['keys']);
    this.#cache.set(issuer, { fetchedAt: clock.now(), keys });
    return keys;
  }

  async #document(url: string): Promise<Readonly<Record<string, unknown>>> {
    // One limit for headers and body together; a redirect is not followed.
    const signal = AbortSignal.timeout(this.#options.timeoutMs);
    try {
      const response = await this.#options.fetch(url, { signal, redirect: 'manual' });
      if (response.status >= 500) throw new AwsError('IDPCommunicationError', 400, 'The identity provider could not be reached.');
      if (response.status !== 200) throw noKey();
      const text = await response.text();
      if (text.length > documentBytesMax) throw noKey();
      const document = parseRecord(text);
      if (document === undefined) throw noKey();
      return document;
    } catch (error) {
      throw error instanceof AwsError ? error : noKey();
    }
  }
}

function readKeys(value: unknown): ReadonlyMap<string, KeyObject> {
  if (!Array.isArray(value)) throw noKey();
  const keys = new Map<string, KeyObject>();
  for (const jwk of value as unknown[]) {
    if (typeof jwk !== 'object' || jwk === null || !('kid' in jwk) || typeof jwk.kid !== 'string') continue;
    try {
      keys.set(jwk.kid, createPublicKey({ key: { ...jwk }, format: 'jwk' }));
    } catch {
      // A key of a kind we cannot use is passed over, as any verifier does.
    }
  }
  return keys;
}

function noKey(): AwsError {
  const text =
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements";
  return new AwsError('InvalidIdentityToken', 400, text);
}
