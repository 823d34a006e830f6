export { createEcrClient, type EcrClientOptions, type EcrCredentials } from './ecr/client.ts';
export { createEcrRegistry, type EcrRegistryOptions } from './ecr/registry.ts';
export { openDockerArchive, openDockerStream } from './local/docker-source.ts';
export { openLayoutArchive, openLayoutFolder } from './local/layout-source.ts';
export { createRegistryNetwork, type RegistryNetwork } from './network/network.ts';
export type { NetworkPolicy } from './network/policy.ts';
export type { ImageTarget, ListingPage, RemoteRegistry, RemoteSurroundings } from './remote.ts';
export type { ImageSource, RawManifest } from './source.ts';
