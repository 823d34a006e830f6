export type { GatewayParts, Listings, Work } from './face.ts';
export { Gateway } from './gateway.ts';
export { SOCKET_PATH } from './upgrade.ts';
