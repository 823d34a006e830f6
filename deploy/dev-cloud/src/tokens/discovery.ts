import type { TokenAlgorithm } from './signer.ts';

/** A discovery document (OpenID Connect Discovery 1.0 section 3) of an issuer that only signs tokens. */
export function discoveryDocument(issuer: string, jwksUri: string, algorithms: readonly TokenAlgorithm[]): unknown {
  return {
    issuer,
    jwks_uri: jwksUri,
    authorization_endpoint: 'urn:kubernetes:programmatic_authorization',
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: algorithms,
    claims_supported: ['sub', 'iss'],
  };
}
