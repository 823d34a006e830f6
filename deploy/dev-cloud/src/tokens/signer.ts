import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { parseRecord } from '../http/index.ts';

/** What AWS and EKS sign with. */
export type TokenAlgorithm = 'RS256' | 'ES384';

interface SigningKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const hashes: Readonly<Record<TokenAlgorithm, string>> = { RS256: 'sha256', ES384: 'sha384' };

/** A key pair for each algorithm, made when first needed, and the JWTs signed with them (RFC 7515, compact form). */
export class TokenSigner {
  readonly #keys = new Map<TokenAlgorithm, SigningKey>();

  /** A JWK set of every key that has signed, or will. */
  keySet(algorithms: readonly TokenAlgorithm[]): unknown {
    const keys = algorithms.map((alg) => {
      const { publicKey, keyId: kid } = this.#key(alg);
      return { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg };
    });
    return { keys };
  }

  sign(claims: Readonly<Record<string, unknown>>, alg: TokenAlgorithm): string {
    const { keyId: kid, privateKey: key } = this.#key(alg);
    const signed = `${encode({ alg, kid, typ: 'JWT' })}.${encode(claims)}`;
    return `${signed}.${sign(hashes[alg], Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }

  /** The claims of a token this signer made with RS256; undefined if it did not. */
  claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
    const [head = '', body = '', signature = ''] = token.split('.');
    const holds = verify('sha256', Buffer.from(`${head}.${body}`), this.#key('RS256').publicKey, Buffer.from(signature, 'base64url'));
    return holds ? parseRecord(Buffer.from(body, 'base64url').toString('utf8')) : undefined;
  }

  #key(algorithm: TokenAlgorithm): SigningKey {
    const present = this.#keys.get(algorithm);
    if (present !== undefined) return present;
    const { privateKey } =
      algorithm === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const publicKey = createPublicKey(privateKey);
    const keyId = createHash('sha256')
      .update(publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex')
      .slice(0, 40);
    const key = { keyId, privateKey, publicKey };
    this.#keys.set(algorithm, key);
    return key;
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
