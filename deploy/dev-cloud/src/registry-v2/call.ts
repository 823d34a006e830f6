import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AuthorizationTokens, authorize, type Registries, type Repository, repositoryArn } from '../ecr/index.ts';
import type { Credential } from '../iam/index.ts';
import type { UploadStore } from './upload-store.ts';

/** What a registry's endpoints share. One registry is one account in one region, on an origin of its own. */
export interface RegistryParts {
  readonly accountId: string;
  readonly region: string;
  readonly registries: Registries;
  readonly tokens: AuthorizationTokens;
  readonly uploads: UploadStore;
  readonly layerUrl: (repository: Repository, digest: string) => string;
  /** Faults and throttling; may throw. */
  readonly gate: (operation: string, repository: string) => Promise<void>;
  readonly log: (operation: string, outcome: string, repository: string | undefined) => void;
}

/** One authenticated request to a repository. */
export interface RegistryCall extends RegistryParts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly credential: Credential;
  readonly name: string;
}

/** The repository, once its policies allow the actions; each endpoint stands for actions of the ECR API. */
export function permittedRepository(call: RegistryCall, actions: readonly string[], name = call.name): Repository {
  const { accountId, region, registries } = call;
  const repository = registries.find(accountId, region, name);
  const arn = repositoryArn(accountId, region, name);
  for (const action of actions)
    authorize(call.credential.principal, `ecr:${action}`, { arn, ownerAccountId: accountId, repository }, region);
  return repository ?? registries.require(accountId, region, name);
}
