import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from '@tidewaiter/dev-cloud/cloud';
import type { AssignedRegistry, Task } from '@tidewaiter/shared/protocol';
import type { Test } from 'tap';
import { githubToken } from '../secrets.ts';
import {
  ACCOUNT,
  cloudFor,
  folderFor,
  HOST,
  keyFile,
  type Program,
  push,
  REGION,
  sampleImage,
  type SensorSetup,
  startSensor,
} from './programs.ts';
import { StandIn } from './stand-in.ts';

/** The development cloud's registry, read with the host's own keys. */
export const hostRole: AssignedRegistry = {
  id: 'registry',
  provider: 'ecr',
  host: HOST,
  account: ACCOUNT,
  region: REGION,
  access: { method: 'host-role' },
};

/** The development cloud with an image of two layers, one with a secret, and keys for the sensor's host. */
export async function cloudWithImage(
  t: Test,
): Promise<{ readonly cloud: Cloud; readonly env: Record<string, string>; readonly scan: Task; readonly secret: string }> {
  const cloud = await cloudFor(t);
  await cloud.createRepository({ name: 'app' });
  const secret = githubToken();
  const image = await sampleImage([[{ path: 'etc/a', content: 'a' }], [{ path: 'b/.env', content: `T=${secret}\n` }]]);
  const digest = await push(cloud, 'app', image);
  const policies = [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }];
  const { accessKeyId, secretAccessKey } = cloud.createAccessKey({ user: 'sensor', policies });
  const env = { ...cloud.environment, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  return { cloud, env, scan: { kind: 'scan', registry: hostRole, repository: 'app', digest }, secret };
}

/** A sensor in a process of its own and the stand-in it works for. `again` starts another on the same folder. */
export async function sensorFor(
  t: Test,
  setup: Partial<SensorSetup> = {},
  folder = folderFor(t),
): Promise<{ plane: StandIn; sensor: Program; folder: string; again: () => Program }> {
  const plane = await StandIn.start(t);
  mkdirSync(folder, { recursive: true });
  keyFile(folder);
  const again = (): Program => startSensor(t, { folder, controlPlaneUrl: plane.url, token: 'a-token', ...setup });
  return { plane, sensor: again(), folder, again };
}

/** Names of the reports in a sensor's spool. */
export const spooled = (folder: string): readonly string[] =>
  readdirSync(join(folder, 'state', 'spool')).filter((name) => name.endsWith('.json'));
