import type { Variable } from '@tidewaiter/shared/config';

export const registryUsername: Variable<string | null> = {
  name: 'TIDEWAITER_REGISTRY_USERNAME',
  type: 'text',
  fallbackText: 'anonymous',
  meaning: 'User of the OCI registry that `scan` reads from; ECR takes the AWS identity instead.',
  parse: (text) => text,
  fallback: () => null,
};

export const registryPassword: Variable<string | null> = {
  name: 'TIDEWAITER_REGISTRY_PASSWORD',
  type: 'text',
  fallbackText: 'none',
  meaning: 'Password or access token of that user.',
  secret: true,
  parse: (text) => text,
  fallback: () => null,
};
