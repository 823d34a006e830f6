import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { HostCredentialsFactory } from './host-role.ts';
import type { HostStsClientFactory } from './sts-client.ts';
import { stsErrorOf } from './sts-errors.ts';

/** The account of the sensor host's own AWS identity, and the region its SDK is configured for. */
export interface OwnIdentity {
  readonly account: string;
  readonly region: string;
}

/** What makes AWS clients of the host's own identity; the composition root's. */
export interface HostClients {
  readonly createHostStsClient: HostStsClientFactory;
  readonly createHostCredentials: HostCredentialsFactory;
}

/** @throws credentials.denied; credentials.unavailable when there are no credentials, or no region. */
export async function fetchOwnIdentity({ createHostStsClient, createHostCredentials }: HostClients): Promise<OwnIdentity> {
  const region = await configuredRegion(createHostStsClient);
  const client = createHostStsClient({ region, credentials: createHostCredentials(region) });
  try {
    const { Account: account } = await client.send(new GetCallerIdentityCommand({}));
    if (account) return { account, region };
    throw new TidewaiterError('credentials.unavailable', { which: "the host's own AWS identity", got: 'an answer without an account' });
  } catch (error) {
    throw error instanceof TidewaiterError ? error : stsErrorOf(error, "the host's own AWS identity");
  } finally {
    client.destroy();
  }
}

/** AWS_REGION, or the region of the SDK's configuration file. */
async function configuredRegion(createHostStsClient: HostStsClientFactory): Promise<string> {
  const client = createHostStsClient({});
  try {
    return await client.config.region();
  } catch (cause) {
    throw new TidewaiterError('credentials.unavailable', {
      which: "the host's own AWS region",
      got: 'none',
      want: 'AWS_REGION',
      remedy: 'Set AWS_REGION, or say in TIDEWAITER_POLICY_FILE what this sensor may do.',
      cause,
    });
  } finally {
    client.destroy();
  }
}
