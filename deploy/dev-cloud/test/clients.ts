import { ECRClient } from '@aws-sdk/client-ecr';
import { STSClient } from '@aws-sdk/client-sts';
import { type Cloud, type CloudOptions, startCloud } from '@tidewaiter/dev-cloud/cloud';
import type { Test } from 'tap';
import { allowAll } from './fixtures.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A cloud that ends with the test. */
export async function cloudFor(t: Test, options: CloudOptions = {}): Promise<Cloud> {
  const cloud = await startCloud(options);
  t.teardown(() => cloud.close());
  return cloud;
}

/** The genuine SDK against this cloud; it does not retry, so that each answer is seen. */
export function ecrClient(cloud: Cloud, keys: Keys, region = 'eu-west-1'): ECRClient {
  return new ECRClient({ region, endpoint: cloud.urls.ecr, credentials: keys, maxAttempts: 1 });
}

export function stsClient(cloud: Cloud, keys: Keys): STSClient {
  return new STSClient({ region: 'eu-west-1', endpoint: cloud.urls.sts, credentials: keys, maxAttempts: 1 });
}

/** A client that may do everything in its own account. */
export function adminEcr(cloud: Cloud): ECRClient {
  return ecrClient(cloud, cloud.createAccessKey({ user: 'admin', policies: [allowAll] }));
}

/** An identity policy of one statement. */
export function allow(action: string | string[], resource: string | string[] = '*', more: Record<string, unknown> = {}): unknown {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource, ...more }] };
}
