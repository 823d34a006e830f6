export { createEcrClient, type EcrClientOptions, type EcrCredentials } from './ecr/client.ts';
export { createEcrRegistry, type EcrRegistryOptions } from './ecr/registry.ts';
export { createRegistryNetwork, type RegistryNetwork } from './network/network.ts';
export type { NetworkPolicy } from './network/policy.ts';
export type { OciLogin } from './oci/login.ts';
export { parseReference, type RegistryReference } from './oci/reference.ts';
export { createOciRegistry, type OciRegistryOptions } from './oci/registry.ts';
export type { ImageTarget, ListingPage, RemoteRegistry, RemoteSurroundings } from './remote.ts';
export type { ImageSource, RawManifest } from './source.ts';
