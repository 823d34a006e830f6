export { createCredentials, type CredentialsOptions } from './create-credentials.ts';
export type { AwsCredentials, AwsCredentialsProvider, CredentialedRegistry, Credentials, TokenRequest } from './face.ts';
export { createHostCredentials } from './host-role.ts';
export { fetchOwnIdentity, type OwnIdentity } from './own-identity.ts';
export { createStsClient, type StsClientFactory } from './sts-client.ts';
