import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { AwsCredentialsProvider, CredentialedRegistry, Credentials, TokenRequest } from './face.ts';
import type { HostCredentialsFactory } from './host-role.ts';
import { SESSIONS_MAX } from './limits.ts';
import type { StsClientFactory } from './sts-client.ts';
import { assumeWithWebIdentity } from './web-identity.ts';
import { WebIdentitySession } from './web-identity-session.ts';

interface CredentialsOptions {
  /** Its first characters stand in the role's session name, for CloudTrail. */
  readonly sensorId: string;
  /** Wall clock, ms since the epoch. */
  readonly now: () => number;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  /** Uniform in [0, 1). */
  readonly chance: () => number;
  readonly createStsClient: StsClientFactory;
  readonly createHostCredentials: HostCredentialsFactory;
}

/** Sessions by registry and role, host credentials by region. */
export function createCredentials(options: CredentialsOptions): Credentials {
  return new SharedCredentials(options);
}

class SharedCredentials implements Credentials {
  readonly #options: CredentialsOptions;
  readonly #sessions = new Map<string, WebIdentitySession>();
  readonly #hosts = new Map<string, AwsCredentialsProvider>();

  constructor(options: CredentialsOptions) {
    this.#options = options;
  }

  async connect(registry: CredentialedRegistry, requestToken: TokenRequest, signal: AbortSignal): Promise<AwsCredentialsProvider> {
    const provider = this.#providerOf(registry, requestToken, signal);
    await untilAborted(provider(), signal);
    return provider;
  }

  #providerOf({ id, region, access }: CredentialedRegistry, requestToken: TokenRequest, signal: AbortSignal): AwsCredentialsProvider {
    const place = region ?? '';
    switch (access.method) {
      case 'web-identity': {
        const { roleArn } = access;
        const session = kept(this.#sessions, `${id} ${place} ${roleArn}`, () => sessionOf(this.#options, place, roleArn));
        session.add(requestToken, signal);
        return () => session.get();
      }
      case 'host-role':
        return kept(this.#hosts, place, () => this.#options.createHostCredentials(place));
      case 'anonymous':
        throw new TidewaiterError('credentials.unavailable', { which: id, got: 'anonymous access', want: 'a role: AWS knows no guests' });
    }
  }
}

function sessionOf(
  { createStsClient, sensorId, chance, now, monotonic }: CredentialsOptions,
  region: string,
  roleArn: string,
): WebIdentitySession {
  const client = createStsClient(region);
  const sessionName = sessionNameOf(sensorId);
  return new WebIdentitySession((token, signal) => assumeWithWebIdentity({ client, roleArn, sessionName, token, chance }, signal), {
    now,
    monotonic,
  });
}

/** STS takes [\w+=,.@-]{2,64}. The last part of a UUIDv7 is its random one. */
const sessionNameOf = (sensorId: string): string => `tidewaiter-${sensorId.replace(/[^\w-]/g, '').slice(-12)}`;

/** The value under `key`, made when it is new; the oldest goes when there are too many. */
function kept<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  const [oldest] = map.keys();
  if (map.size > SESSIONS_MAX && oldest !== undefined) map.delete(oldest);
  return made;
}

/** The exchange goes on for the others; who was cancelled waits no longer. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new TidewaiterError('cancelled', { which: 'waiting for credentials' }));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
