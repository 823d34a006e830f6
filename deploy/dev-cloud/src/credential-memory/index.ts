export { CredentialMemory, REMEMBERED_MAX, type RememberedCredentials } from './credential-memory.ts';
