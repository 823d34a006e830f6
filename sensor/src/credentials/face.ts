import type { AssignedRegistry } from '@tidewaiter/shared/protocol';

/** Keys of AWS; the shape the SDK's clients take. `expiration` is absent for keys that last. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** What an AWS client is given: called before each request, it gives keys that last, renewing them when it must. */
export type AwsCredentialsProvider = () => Promise<AwsCredentials>;

/** Fetches a web-identity token of the control plane, under a live lease on the registry. */
export type TokenRequest = (signal: AbortSignal) => Promise<string>;

/** What of an assigned registry decides its credentials. */
export type CredentialedRegistry = Pick<AssignedRegistry, 'id' | 'region' | 'access'>;

/** The credentials of every registry this sensor works on; sessions are shared by all assignments of a registry. */
export interface Credentials {
  /**
   * Resolves when credentials are there, so that what is wrong with them is known before work begins. The provider renews them 5 min
   * before they end, with the newest of the token requests that still works.
   * @throws credentials.denied with AWS's message, credentials.unavailable, cancelled; what `requestToken` throws.
   */
  connect(registry: CredentialedRegistry, requestToken: TokenRequest, signal: AbortSignal): Promise<AwsCredentialsProvider>;
}
