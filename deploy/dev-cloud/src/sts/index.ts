export { IssuerKeys, type IssuerKeysOptions } from './issuer-keys.ts';
export { stsHandler, type StsParts } from './server.ts';
