import { createHash } from 'node:crypto';
import type { IssuerKey } from '../storage/index.ts';
import { ALGORITHM } from './keys.ts';

/** Bytes served as they are, with a strong ETag. */
export interface StaticDocument {
  readonly body: Buffer;
  readonly etag: string;
}

/** Exactly the members IAM asks for (missing ones read "Couldn't retrieve verification key"), and the claims of our tokens. */
export function discoveryDocument(issuer: string): StaticDocument {
  return documentOf({
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [ALGORITHM],
    claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti'],
  });
}

/** Every key that signs, will sign, or signed lately. */
export function keySetDocument(keys: readonly IssuerKey[]): StaticDocument {
  return documentOf({ keys: keys.filter((key) => key.state !== 'removed').map((key) => key.publicJwk) });
}

function documentOf(value: unknown): StaticDocument {
  const body = Buffer.from(JSON.stringify(value));
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
}
