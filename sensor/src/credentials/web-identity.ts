import { setTimeout as sleep } from 'node:timers/promises';
import { AssumeRoleWithWebIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { AwsCredentials } from './face.ts';
import { EXCHANGE_TRIES_MAX, RETRY_WINDOW_MS, SESSION_SECONDS } from './limits.ts';
import { mayPass, stsErrorOf } from './sts-errors.ts';

/** One exchange of a token for the keys of a role. */
export interface Exchange {
  readonly client: STSClient;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly token: string;
  /** Uniform in [0, 1): spreads the tries of a fleet. */
  readonly chance: () => number;
}

/**
 * AssumeRoleWithWebIdentity, tried again where a fault may pass: AWS could not read the issuer's documents, throttling, network.
 * @throws credentials.denied, credentials.unavailable, cancelled.
 */
export async function assumeWithWebIdentity(exchange: Exchange, signal: AbortSignal): Promise<AwsCredentials> {
  for (let tries = 1; ; tries++) {
    try {
      return await assume(exchange, signal);
    } catch (error) {
      if (signal.aborted) throw new TidewaiterError('cancelled', { which: `credentials of ${exchange.roleArn}`, cause: error });
      if (tries >= EXCHANGE_TRIES_MAX || !mayPass(error)) throw stsErrorOf(error, exchange.roleArn, exchange.token);
    }
    await sleep(exchange.chance() * RETRY_WINDOW_MS * 2 ** (tries - 1), undefined, { signal }).catch(() => undefined);
  }
}

async function assume({ client, roleArn, sessionName, token }: Exchange, signal: AbortSignal): Promise<AwsCredentials> {
  const command = new AssumeRoleWithWebIdentityCommand({
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    WebIdentityToken: token,
    DurationSeconds: SESSION_SECONDS,
  });
  const { Credentials: keys } = await client.send(command, { abortSignal: signal });
  if (!keys?.AccessKeyId || !keys.SecretAccessKey || !keys.SessionToken || !keys.Expiration) {
    throw new TidewaiterError('credentials.unavailable', { which: roleArn, got: 'an answer of STS without keys' });
  }
  return {
    accessKeyId: keys.AccessKeyId,
    secretAccessKey: keys.SecretAccessKey,
    sessionToken: keys.SessionToken,
    expiration: keys.Expiration,
  };
}
