export { discoveryDocument } from './discovery.ts';
export { OutboundFederation } from './outbound-federation.ts';
export { type TokenAlgorithm, TokenSigner } from './signer.ts';
