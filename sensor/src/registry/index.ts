export { createEcrClient } from './ecr/client.ts';
export { createEcrRegistry } from './ecr/registry.ts';
export { createRegistryNetwork, type RegistryNetwork } from './network/network.ts';
export type { NetworkPolicy } from './network/policy.ts';
export type { OciLogin } from './oci/login.ts';
export { parseReference, type RegistryReference } from './oci/reference.ts';
export { createOciRegistry } from './oci/registry.ts';
export type { ListingPage, RemoteRegistry, RemoteSurroundings } from './remote.ts';
export type { ImageSource, RawManifest } from './source.ts';
