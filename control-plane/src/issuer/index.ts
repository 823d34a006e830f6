export type { StaticDocument } from './documents.ts';
export { Issuer, type IssuerOptions, noIssuer, type TrustFacts } from './issuer.ts';
export { AUDIENCE, TOKEN_SECONDS } from './token.ts';
