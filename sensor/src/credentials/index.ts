export { createCredentials } from './create-credentials.ts';
export type { AwsCredentialsProvider, CredentialedRegistry, Credentials } from './face.ts';
export { createHostCredentials, ONE_SHOT_REMEDY } from './host-role.ts';
export { fetchOwnIdentity } from './own-identity.ts';
export { createHostStsClient, createStsClient } from './sts-client.ts';
