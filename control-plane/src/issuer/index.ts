export type { StaticDocument } from './documents.ts';
export { Issuer, noIssuer, type TrustFacts } from './issuer.ts';
