export { type EcrHost, parseRegistryUrl, type RegistryAddress } from './address.ts';
