import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AssignedRegistry } from '@tidewaiter/shared/protocol';
import t from 'tap';
import { ACCOUNT, cloudFor, HOST, keyFile, push, REGION, sampleImage, startSensor } from '../test/session/programs.ts';
import { StandIn, waitFor } from '../test/session/stand-in.ts';

/** Debian's libfaketime, whatever the machine's architecture. */
function libfaketime(): string {
  const found = readdirSync('/usr/lib', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join('/usr/lib', name, 'faketime', 'libfaketime.so.1'))
    .find((file) => existsSync(file));
  if (found === undefined) throw new Error('libfaketime is missing: apt-get install faketime');
  return found;
}

const registry: AssignedRegistry = {
  id: 'r',
  provider: 'ecr',
  host: HOST,
  account: ACCOUNT,
  region: REGION,
  access: { method: 'host-role' },
};

t.test('a wall clock that jumps hours ahead and back closes no session, loses no lease and stops no work', async (t) => {
  const cloud = await cloudFor(t);
  await cloud.createRepository({ name: 'app' });
  const digest = await push(cloud, 'app', await sampleImage([[{ path: 'a', content: 'a' }]]));
  const policies = [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }];
  const { accessKeyId, secretAccessKey } = cloud.createAccessKey({ user: 'sensor', policies });
  const folder = t.testdir();
  keyFile(folder);
  const clock = join(folder, 'clock');
  writeFileSync(clock, '+0');
  const plane = await StandIn.start(t);
  const sensor = startSensor(t, {
    folder,
    controlPlaneUrl: plane.url,
    token: 'a-token',
    env: {
      ...cloud.environment,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      LD_PRELOAD: libfaketime(),
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      // A clock that is set moves the wall clock only, as the kernel's CLOCK_MONOTONIC is never set.
      DONT_FAKE_MONOTONIC: '1',
    },
  });
  const { peer } = await plane.welcomed({ leaseMs: 10_000, leaseRenewMs: 1_000 });
  cloud.setFault({ kind: 'slow', operation: 'BatchGetImage', delayMs: 6_000, count: 1 });
  const grant = await peer.assign({ kind: 'scan', registry, repository: 'app', digest });
  for (const offset of ['+2h', '-2h', '+0']) {
    const before = peer.arrived.filter(({ type }) => type === 'heartbeat').length;
    writeFileSync(clock, offset);
    await waitFor(() => peer.arrived.filter(({ type }) => type === 'heartbeat').length > before, 5_000, `a heartbeat at ${offset}`);
  }
  await peer.grantClaims();
  t.match(await peer.outcome(grant), { state: 'succeeded' });
  t.equal(plane.upgrades.length, 1, 'one session all the time');
  t.notMatch(sensor.log(), /work is stopped/);
});

t.test('a sensor whose clock is off says so, for AWS and the control plane will refuse its signatures', async (t) => {
  const folder = t.testdir();
  keyFile(folder);
  const plane = await StandIn.start(t);
  const env = { LD_PRELOAD: libfaketime(), FAKETIME: '+15m', DONT_FAKE_MONOTONIC: '1' };
  const sensor = startSensor(t, { folder, controlPlaneUrl: plane.url, token: 'a-token', env });
  await plane.welcomed();
  t.match(await sensor.says(/"skewMs":(\d+).*Synchronise the clock/), { 1: /^9\d{5}$/ });
});
