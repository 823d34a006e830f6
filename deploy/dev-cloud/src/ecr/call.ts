import type { Clock } from '../http/index.ts';
import { accountOf, type Credential } from '../iam/index.ts';
import { authorize } from './authorization.ts';
import type { AuthorizationTokens } from './authorization-tokens.ts';
import { invalidParameter } from './errors.ts';
import type { Input } from './input.ts';
import type { Registries } from './registries.ts';
import { type Repository, repositoryArn } from './repository.ts';

/** What the operations of the service share. */
export interface EcrParts {
  readonly registries: Registries;
  readonly tokens: AuthorizationTokens;
  readonly clock: Clock;
  /** The failure code that a fault sets for an image of BatchGetImage. */
  readonly imageFailure: (repository: string, digest: string) => string | undefined;
  /** A pre-signed URL of a blob on the layer origin. */
  readonly layerUrl: (repository: Repository, digest: string) => string;
  /** Where an account's registry speaks the distribution protocol. */
  readonly registryUrl: (accountId: string, region: string) => Promise<string>;
}

/** One verified call of the API. */
export interface EcrCall extends EcrParts {
  readonly credential: Credential;
  readonly region: string;
  readonly input: Input;
  /** `ecr:DescribeImages`. */
  readonly action: string;
}

/** An operation of the API: a call in, the members of its output out. */
export type Operation = (call: EcrCall) => unknown;

/** The account whose registry is meant: `registryId`, or the caller's own. */
export function registryIdOf(call: EcrCall): string {
  const registryId = call.input.optional('registryId') ?? accountOf(call.credential.principal);
  if (!/^\d{12}$/.test(registryId)) throw invalidParameter('registryId', "must satisfy regular expression '[0-9]{12}'");
  return registryId;
}

/** The repository of the call, once the caller may do the call's action to it: who may not, does not learn whether it exists. */
export function authorizedRepository(call: EcrCall, name = call.input.repositoryName()): Repository {
  const accountId = registryIdOf(call);
  const repository = call.registries.find(accountId, call.region, name);
  authorize(
    call.credential.principal,
    call.action,
    { arn: repositoryArn(accountId, call.region, name), ownerAccountId: accountId, repository },
    call.region,
  );
  return repository ?? call.registries.require(accountId, call.region, name);
}

/** Timestamps travel as seconds since 1970, with their fraction (JSON protocol). */
export function timestamp(timeMs: number | undefined): number | undefined {
  return timeMs === undefined ? undefined : timeMs / 1000;
}
