import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from '@tidewaiter/dev-cloud/cloud';
import type { AssignedRegistry, Task } from '@tidewaiter/shared/protocol';
import t, { type Test } from 'tap';
import { githubToken } from '../secrets.ts';
import {
  ACCOUNT,
  cloudFor,
  HOST,
  keyFile,
  type Program,
  push,
  REGION,
  ROLE,
  sampleImage,
  type SensorSetup,
  startSensor,
} from './programs.ts';
import { assertionOf, problem, SENSOR_ID, StandIn, waitFor } from './stand-in.ts';

const hostRole: AssignedRegistry = {
  id: 'registry',
  provider: 'ecr',
  host: HOST,
  account: ACCOUNT,
  region: REGION,
  access: { method: 'host-role' },
};

/** The development cloud with an image, and keys for the sensor's host. */
async function cloudWithImage(
  t: Test,
): Promise<{ readonly cloud: Cloud; readonly env: Record<string, string>; readonly scan: Task; readonly secret: string }> {
  const cloud = await cloudFor(t);
  await cloud.createRepository({ name: 'app' });
  const secret = githubToken();
  const digest = await push(
    cloud,
    'app',
    await sampleImage([[{ path: 'etc/a', content: 'a' }], [{ path: 'b/.env', content: `T=${secret}\n` }]]),
  );
  const policies = [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }];
  const { accessKeyId, secretAccessKey } = cloud.createAccessKey({ user: 'sensor', policies });
  const env = { ...cloud.environment, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  return { cloud, env, scan: { kind: 'scan', registry: hostRole, repository: 'app', digest }, secret };
}

async function sensorFor(
  t: Test,
  setup: Partial<SensorSetup> = {},
): Promise<{ plane: StandIn; sensor: Program; folder: string; again: () => Program }> {
  const plane = await StandIn.start(t);
  const folder = t.testdir();
  keyFile(folder);
  const again = (): Program => startSensor(t, { folder, controlPlaneUrl: plane.url, token: 'a-token', ...setup });
  return { plane, sensor: again(), folder, again };
}

const spooled = (folder: string): readonly string[] => readdirSync(join(folder, 'state', 'spool')).filter((name) => name.endsWith('.json'));

t.test('enrols with the public halves of keys it keeps at 0600, and signs each upgrade anew', async (t) => {
  const { plane, sensor, folder, again } = await sensorFor(t);
  const { peer, hello } = await plane.welcomed();
  t.match(plane.enrolments[0], {
    token: 'a-token',
    signingKey: { kty: 'OKP', crv: 'Ed25519' },
    encryptionKey: { kty: 'OKP', crv: 'X25519' },
  });
  t.notMatch(JSON.stringify(plane.enrolments), /"d":/);
  const file = join(folder, 'state', 'identity.json');
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.equal(statSync(join(folder, 'state')).mode & 0o777, 0o700);
  t.match(hello, { protocols: [1], schemas: [1], concurrency: 2, leases: [], engine: { fingerprintKeyId: /^[0-9a-f]{16}$/ } });
  peer.socket.close(1012, 'restart');
  await plane.welcomed();
  const [first, second] = plane.upgrades.map(assertionOf);
  t.match(first?.header, { alg: 'EdDSA', kid: SENSOR_ID });
  t.match(first?.claims, { iss: SENSOR_ID, sub: SENSOR_ID, aud: plane.url });
  t.ok((first?.claims.exp ?? 0) - (first?.claims.iat ?? 0) <= 60);
  t.not(first?.claims.jti, second?.claims.jti);
  sensor.child.kill('SIGKILL');
  await sensor.ended;
  again();
  await plane.welcomed();
  t.equal(plane.enrolments.length, 1, 'the keys outlive the process');
  const { d } = (JSON.parse(readFileSync(file, 'utf8')) as { signingKey: { d: string } }).signingKey;
  t.notMatch(sensor.log(), d);
  t.notMatch(sensor.log(), 'a-token');
});

t.test('takes as much as it has room for, and reports a scan in order: manifest, pages, layer, outcome', async (t) => {
  const { cloud, env, scan, secret } = await cloudWithImage(t);
  const { plane, sensor } = await sensorFor(t, { env: { ...env, TIDEWAITER_CONCURRENCY: '1' } });
  const { peer } = await plane.welcomed();
  cloud.setFault({ kind: 'slow', operation: 'BatchGetImage', delayMs: 400, count: 1 });
  const [first, second] = [randomUUID(), randomUUID()];
  peer.send('offer', { assignmentId: first, kind: 'scan' });
  peer.send('offer', { assignmentId: second, kind: 'scan' });
  const grant = await peer.handOver(scan, first);
  await new Promise((resolve) => setTimeout(resolve, 200));
  t.notOk(
    peer.arrived.some(({ type }) => type === 'accept'),
    'the second waits',
  );
  await peer.grantClaims();
  const outcome = await peer.outcome(grant);
  t.match(outcome, { state: 'succeeded', failure: null, unread: [] });
  t.ok((outcome.timings['total'] ?? -1) >= 400);
  const kinds = peer.reports.map(({ report }) => report.kind);
  t.equal(kinds[0], 'manifest');
  t.equal(kinds.filter((kind) => kind === 'layer-done').length, 2);
  t.equal(kinds.at(-1), 'outcome');
  for (const [at, { report }] of peer.reports.entries()) {
    if (report.kind !== 'layer-done') continue;
    const pages = peer.reports.slice(0, at).filter(({ report: one }) => one.kind === 'layer-page' && one.digest === report.summary.digest);
    t.equal(pages.length, report.pages, 'a layer is closed after its pages');
  }
  t.match(await peer.take('accept'), { body: { assignmentId: second } }, 'and is taken once there is room');
  t.strictSame(peer.faults, []);
  const sent = JSON.stringify(peer.reports);
  t.notMatch(sent, secret);
  t.notMatch(sensor.log(), secret);
  t.match(sent, /"detector":"github-pat"/);
});

t.test('refuses, field by field, what its own policy does not allow, and asks AWS nothing', async (t) => {
  const { cloud, env, scan } = await cloudWithImage(t);
  const policy = { accounts: [ACCOUNT], regions: [REGION], repositories: ['team/*'], roles: [ROLE] };
  const { plane } = await sensorFor(t, { env, policy });
  const { peer } = await plane.welcomed();
  const other = { account: '999999999999', host: `999999999999.dkr.ecr.${REGION}.amazonaws.com` };
  const roleArn = ROLE.replace('Tidewaiter', 'Other');
  const cases: readonly (readonly [string, Task])[] = [
    ['repositories.*\\["app"\\]', scan],
    ['accounts.*\\["999999999999"\\]', { kind: 'sync', registry: { ...hostRole, ...other } }],
    [
      'regions.*\\["us-east-1"\\]',
      { kind: 'sync', registry: { ...hostRole, region: 'us-east-1', host: `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com` } },
    ],
    ['roles.*OtherECRScanning', { kind: 'test', registry: { ...hostRole, access: { method: 'web-identity', roleArn } } }],
    ['want the ECR host of account', { kind: 'sync', registry: { ...hostRole, host: other.host } }],
    ['want the ECR host of account', { kind: 'sync', registry: { ...hostRole, host: 'registry.example' } }],
    [
      'hosts.*\\["registry.example"\\]',
      {
        kind: 'sync',
        registry: { id: 'r', provider: 'oci', host: 'registry.example', account: null, region: null, access: { method: 'anonymous' } },
      },
    ],
  ];
  cloud.resetCounters();
  for (const [says, task] of cases) {
    const { state, failure } = await peer.outcome(await peer.assign(task));
    t.match({ state, ...failure }, { state: 'failed', code: 'policy.refused', retryable: false });
    t.match(`${failure?.detail} ${failure?.remedy}`, new RegExp(says));
  }
  t.strictSame(cloud.requests(), []);
});

t.test('stops what is cancelled, by frame or heartbeat, and says nothing more of it', async (t) => {
  const { cloud, env, scan } = await cloudWithImage(t);
  const { plane, sensor } = await sensorFor(t, { env });
  const { peer } = await plane.welcomed({ leaseRenewMs: 1_000 });
  cloud.setFault({ kind: 'slow', operation: 'BatchGetImage', delayMs: 60_000, count: 2 });
  const grant = await peer.assign(scan);
  peer.send('cancel', { grant: { ...grant, attempt: 7 } });
  peer.send('cancel', { grant });
  await sensor.says(/"code":"cancelled".*"msg":"work ends"/);
  const next = await peer.assign(scan);
  peer.acks = false;
  const heartbeat = await peer.take('heartbeat');
  t.match(heartbeat.body.leases, [{ grant: next, progress: { phase: 'manifest' } }]);
  const verdicts = [{ assignmentId: next.assignmentId, verdict: 'cancel' as const }];
  peer.send('leases', { serverTime: new Date().toISOString(), verdicts }, heartbeat.id);
  await waitFor(() => sensor.log().match(/"msg":"work ends"/g)?.length === 2, 5_000, 'the second end');
  t.strictSame(peer.reports, []);
  t.match(sensor.log(), /"why":"the control plane cancelled it"/);
});

t.test('names its leases after a broken socket, keeps those that are still its own and drops the others', async (t) => {
  const { cloud, env, scan } = await cloudWithImage(t);
  const { plane, sensor } = await sensorFor(t, { env });
  const { peer } = await plane.welcomed();
  cloud.setFault({ kind: 'slow', operation: 'BatchGetImage', delayMs: 3_000, count: 2 });
  const [kept, lost] = [await peer.assign(scan), await peer.assign(scan, 3)];
  peer.socket.terminate();
  const second = await plane.next();
  const hello = await second.welcome({ leases: [kept] });
  t.strictSame(new Set(hello.leases), new Set([kept, lost]));
  await sensor.says(new RegExp(`"assignmentId":"${lost.assignmentId}","attempt":3[^\\n]*gave its lease away`));
  await second.grantClaims();
  t.match(await second.outcome(kept), { state: 'succeeded' });
  t.notOk(second.reports.some(({ report }) => report.kind === 'outcome' && report.grant.assignmentId === lost.assignmentId));
});

t.test('survives frames that no control plane sends, and comes back', async (t) => {
  const hostile: readonly (readonly [string, string | Buffer, number])[] = [
    ['no JSON', 'no JSON', 1008],
    ['a deep nest', '['.repeat(100_000), 1008],
    ['binary', Buffer.from([1, 2, 3]), 1008],
    ['another version', JSON.stringify({ v: 2, type: 'offer', id: 'x', body: {} }), 1008],
    ['a wrong body', JSON.stringify({ v: 1, type: 'offer', id: 'x', body: { assignmentId: 7 } }), 1008],
    ['a frame of a sensor', JSON.stringify({ v: 1, type: 'goodbye', id: 'x', body: { reason: 'no' } }), 1008],
    ['a frame above 1 MiB', `"${'x'.repeat(1 << 20)}"`, 1009],
  ];
  for (const [name, text, code] of hostile) {
    const { plane: fresh, sensor: other } = await sensorFor(t);
    const { peer } = await fresh.welcomed();
    peer.socket.send(JSON.stringify({ v: 1, type: 'of-a-newer-version', id: 'x', body: {} }));
    peer.send('ack', {}, 'nothing-that-was-asked');
    peer.socket.send(text);
    await waitFor(() => peer.closed !== null, 5_000, `the close after ${name}`);
    t.equal(peer.closed?.code, code, name);
    if (code === 1008) t.match(await peer.take('error'), { body: { code: /^protocol\./, retryable: false } }, name);
    t.ok(await fresh.welcomed(), 'it comes back');
    other.child.kill('SIGKILL');
  }
});

t.test('takes no offer before welcome', async (t) => {
  const { plane } = await sensorFor(t);
  const peer = await plane.next();
  await peer.take('hello');
  peer.send('offer', { assignmentId: randomUUID(), kind: 'sync' });
  t.match(await peer.take('error'), { body: { code: 'protocol.out-of-order' } });
  await waitFor(() => peer.closed !== null, 5_000, 'the close');
  t.ok(await plane.welcomed());
});

t.test('speaks no version but its own', async (t) => {
  const { plane, sensor } = await sensorFor(t);
  await plane.welcomed({ schema: 99 });
  await sensor.says(/schema 99.*"code":"protocol.version-unsupported"/);
  t.ok(await plane.welcomed(), 'it tries again: the control plane may be mended');
});

t.test('stays away as long as a draining control plane says', async (t) => {
  const { plane } = await sensorFor(t);
  const { peer } = await plane.welcomed();
  const at = performance.now();
  peer.send('drain', { retryAfterMs: 2_500 });
  peer.send('offer', { assignmentId: randomUUID(), kind: 'sync' });
  peer.socket.close(1012, 'restart');
  await plane.welcomed();
  t.ok(performance.now() - at >= 2_500);
  t.notOk(
    peer.arrived.some(({ type }) => type === 'accept'),
    'an offer after drain is not taken',
  );
});

t.test('stays alive and says the remedy when it is revoked, and meets a proxy’s pages with patience', async (t) => {
  const { cloud, env, scan } = await cloudWithImage(t);
  const { plane, sensor } = await sensorFor(t, { env });
  cloud.setFault({ kind: 'slow', operation: 'BatchGetImage', delayMs: 60_000, count: 1 });
  const { peer } = await plane.welcomed();
  await peer.assign(scan);
  plane.refusal = { status: 200, contentType: 'text/html', body: '<html>Sign in to the network</html>' };
  peer.socket.terminate();
  await sensor.says(/HTTP 200 with text\/html.*control-plane\.unreachable/);
  plane.refusal = { status: 502, contentType: 'text/html', body: '<html>Bad gateway</html>' };
  await sensor.says(/HTTP 502 with text\/html/);
  t.notMatch(sensor.log(), /work is stopped/, 'a network that fails stops no work');
  plane.refusal = problem(403, 'sensor.revoked');
  await sensor.says(/"code":"sensor.revoked".*"remedy":"mend sensor.revoked","nextProbeMs":300000/, 30_000);
  await sensor.says(/work is stopped/);
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.equal(sensor.child.exitCode, null, 'it lives');
  sensor.child.kill('SIGTERM');
  t.equal(await sensor.ended, 0);
});

t.test('enrols anew, once, when a control plane does not know it and there is a token it has not used', async (t) => {
  const { plane, sensor, again } = await sensorFor(t);
  await plane.welcomed();
  sensor.child.kill('SIGKILL');
  await sensor.ended;
  plane.refusal = problem(401, 'sensor.unknown');
  const second = again();
  await waitFor(() => plane.enrolments.length === 2, 10_000, 'the second enrolment');
  t.notSame(plane.enrolments[0]?.['signingKey'], plane.enrolments[1]?.['signingKey'], 'under new keys');
  await second.says(/"nextProbeMs":300000/);
  t.equal(plane.enrolments.length, 2);
  t.equal(second.child.exitCode, null);
});

t.test('keeps trying to enrol with a token that is refused, and says why', async (t) => {
  const plane = await StandIn.start(t);
  plane.enrolRefusal = problem(401, 'enrolment.invalid');
  const folder = t.testdir();
  keyFile(folder);
  const sensor = startSensor(t, { folder, controlPlaneUrl: plane.url, token: 'spent-token' });
  await sensor.says(/"code":"enrolment.invalid".*"remedy":"mend enrolment.invalid"/);
  t.equal(sensor.child.exitCode, null);
  t.notMatch(sensor.log(), /spent-token/);
  sensor.child.kill('SIGTERM');
  t.equal(await sensor.ended, 0);
});

t.test('sends after kill -9 what was not acknowledged, in order and under the same ids, and holds its lease meanwhile', async (t) => {
  const { env, scan } = await cloudWithImage(t);
  const { plane, sensor, folder, again } = await sensorFor(t, { env });
  const { peer } = await plane.welcomed();
  peer.acks = false;
  const grant = await peer.assign(scan);
  await peer.grantClaims();
  await sensor.says(/"msg":"work ends"/);
  await waitFor(() => spooled(folder).some((name) => name.includes('-outcome-')), 5_000, 'the outcome in the spool');
  const names = spooled(folder).toSorted();
  for (const name of names) t.equal(statSync(join(folder, 'state', 'spool', name)).mode & 0o777, 0o600);
  t.equal(peer.reports.length, 1, 'one at a time');
  sensor.child.kill('SIGKILL');
  await sensor.ended;
  const other = again();
  const { peer: second, hello } = await plane.welcomed();
  t.strictSame(hello.leases, [grant]);
  t.match(await second.outcome(grant), { state: 'succeeded' });
  t.strictSame(
    second.reports.map(({ reportId }) => reportId),
    names.map((name) => name.slice(-41, -5)),
  );
  t.equal(second.reports[0]?.reportId, peer.reports[0]?.reportId);
  await waitFor(() => spooled(folder).length === 0, 5_000, 'an empty spool');
  second.socket.terminate();
  t.strictSame((await plane.welcomed()).hello.leases, [], 'and is free of it once it is acknowledged');
  t.equal(other.child.exitCode, null);
});

t.test('drops a report the control plane has moved past, repeats one it cannot take now, sets aside one it will never take', async (t) => {
  const { env, scan } = await cloudWithImage(t);
  const { plane, sensor, folder } = await sensorFor(t, { env });
  const { peer } = await plane.welcomed();
  peer.acks = false;
  await peer.assign(scan);
  await peer.grantClaims();
  const answer = async (code: string, retryable: boolean): Promise<string> => {
    const { id, body } = await peer.take('report');
    peer.send('error', { code, detail: 'no', remedy: null, retryable }, id);
    return body.reportId;
  };
  const first = await answer('storage.unavailable', true);
  t.equal(await answer('sensor.revoked', false), first, 'the sensor’s own standing is not about the report');
  t.equal(await answer('assignment.stale', false), first);
  const second = await answer('protocol.frame-invalid', false);
  t.not(second, first);
  const third = await peer.take('report');
  peer.send('ack', {}, third.id);
  t.not(third.body.reportId, second);
  await sensor.says(/a report is dropped/);
  await sensor.says(/a report was set aside/);
  const aside = readdirSync(join(folder, 'state', 'spool', 'set-aside'));
  t.match(aside, [new RegExp(second)]);
  t.equal(statSync(join(folder, 'state', 'spool', 'set-aside', aside[0] ?? '')).mode & 0o777, 0o600);
});

t.test('on SIGTERM gives back what it cannot finish, sends what it has, says goodbye and ends with 0', async (t) => {
  const { cloud, env, scan } = await cloudWithImage(t);
  const { plane, sensor, folder } = await sensorFor(t, { env: { ...env, TIDEWAITER_DRAIN_SECONDS: '1' } });
  const { peer } = await plane.welcomed();
  cloud.setFault({ kind: 'slow', operation: 'BatchGetImage', delayMs: 60_000, count: 1 });
  const grant = await peer.assign(scan);
  const at = performance.now();
  sensor.child.kill('SIGTERM');
  await sensor.says(/the sensor drains/);
  peer.send('offer', { assignmentId: randomUUID(), kind: 'sync' });
  t.match(await peer.outcome(grant), { state: 'failed', failure: { code: 'cancelled', retryable: true } });
  t.ok(performance.now() - at >= 900, 'after its time to finish');
  t.ok(await peer.take('goodbye'));
  t.equal(await sensor.ended, 0);
  t.equal(peer.closed?.code, 1000);
  t.strictSame(spooled(folder), []);
  t.notOk(peer.arrived.some(({ type }) => type === 'accept'));
});

t.test('stops work whose lease it cannot renew, keeps what it found, and delivers that before it takes new work', async (t) => {
  const { cloud, env, scan } = await cloudWithImage(t);
  const { plane, sensor, folder } = await sensorFor(t, { env: { ...env, TIDEWAITER_CONCURRENCY: '1' } });
  const { peer } = await plane.welcomed({ leaseMs: 10_000, leaseRenewMs: 2_000 });
  peer.acks = false;
  const grant = await peer.assign(scan);
  // The first layer is read; the second hangs.
  const { id, body } = await peer.take('claim');
  const [first = '', second = ''] = body.digests;
  cloud.setFault({ kind: 'slow', digest: second, bytesPerSecond: 1 });
  peer.send('claimed', { known: [], yours: [first, second], wait: [], retryAfterMs: 0 }, id);
  await waitFor(() => spooled(folder).some((name) => name.includes('layer-done')), 10_000, 'the first layer in the spool');
  plane.refusal = { status: 503, contentType: 'text/plain', body: 'away' };
  peer.socket.terminate();
  await sensor.says(/its lease could not be renewed in time/, 20_000);
  await sensor.says(/"state":"failed","code":"cancelled"[^\n]*work ends/);
  const kept = spooled(folder).toSorted();
  t.notOk(
    kept.some((name) => name.includes('-outcome-')),
    'nothing is said of a lease that is another’s',
  );
  plane.refusal = null;
  const back = await plane.next(60_000);
  const hello = await back.welcome({ leaseMs: 10_000 });
  t.strictSame(hello.leases, []);
  const assignmentId = randomUUID();
  back.acks = false;
  back.send('offer', { assignmentId, kind: 'scan' });
  const sent: string[] = [];
  while (sent.length < kept.length) {
    t.notOk(
      back.arrived.some(({ type }) => type === 'accept'),
      'not while old reports wait',
    );
    const report = await back.take('report');
    sent.push(report.body.reportId);
    back.send('ack', {}, report.id);
  }
  t.strictSame(
    sent,
    kept.map((name) => name.slice(-41, -5)),
  );
  cloud.clearFaults();
  back.reports.length = 0;
  back.acks = true;
  const again = await back.handOver(scan, assignmentId, 2);
  const claim = await back.take('claim');
  back.send('claimed', { known: [first], yours: [second], wait: [], retryAfterMs: 0 }, claim.id);
  t.match(await back.outcome(again), { state: 'succeeded', grant: { attempt: 2 } });
  t.not(again.assignmentId, grant.assignmentId);
  t.notOk(
    back.reports.some(({ report }) => report.kind === 'layer-done' && report.summary.digest === first),
    'a known layer is not read again',
  );
});

t.test('lists what its policy allows, proves access by a test, and says what AWS denies', async (t) => {
  const { cloud, env, scan } = await cloudWithImage(t);
  await cloud.createRepository({ name: 'team/web' });
  await push(cloud, 'team/web', await sampleImage([[{ path: 'a', content: 'a' }]]), 'v1');
  const policy = { accounts: [ACCOUNT], regions: [REGION], repositories: ['team/*', 'app'] };
  const { plane } = await sensorFor(t, { env, policy });
  await cloud.createRepository({ name: 'private' });
  const { peer } = await plane.welcomed();
  t.match(await peer.outcome(await peer.assign({ kind: 'sync', registry: hostRole })), { state: 'succeeded', failure: null });
  const pages = peer.reports.map(({ report }) => report).filter((report) => report.kind === 'catalog-page');
  t.strictSame(pages.flatMap((page) => page.repositories.map(({ name }) => name)).toSorted(), ['app', 'team/web']);
  t.strictSame(pages.flatMap((page) => page.images.map(({ repository, tags }) => `${repository}:${tags.join()}`)).toSorted(), [
    'app:latest',
    'team/web:v1',
  ]);
  t.equal(pages.at(-1)?.last, true);
  t.match(await peer.outcome(await peer.assign({ kind: 'test', registry: hostRole })), { state: 'succeeded' });
  if (scan.kind !== 'scan') return;
  cloud.setImageStatus({ repository: 'app', imageTag: 'latest', status: 'ARCHIVED' });
  t.match(await peer.outcome(await peer.assign(scan)), { state: 'archived', failure: { code: 'image.archived' } });
  cloud.deleteImage({ repository: 'app', imageTag: 'latest' });
  t.match(await peer.outcome(await peer.assign(scan)), { state: 'gone', failure: { code: 'image.gone' } });
  cloud.deleteAccessKey(env['AWS_ACCESS_KEY_ID'] ?? '');
  t.match(await peer.outcome(await peer.assign({ kind: 'test', registry: hostRole })), {
    state: 'failed',
    failure: { code: 'credentials.denied' },
  });
});

t.test('a layer that cannot be had makes the try fail and be made again; one that lies is named and final', async (t) => {
  const { cloud, env, scan } = await cloudWithImage(t);
  const { plane } = await sensorFor(t, { env });
  const { peer } = await plane.welcomed();
  const lying = await peer.assign(scan);
  const first = await peer.take('claim');
  const [digest] = first.body.digests;
  cloud.setFault({ kind: 'wrongDigest', digest });
  peer.send('claimed', { known: [], yours: first.body.digests, wait: [], retryAfterMs: 0 }, first.id);
  const outcome = await peer.outcome(lying);
  t.match(outcome, { state: 'succeeded', unread: [{ digest, failure: { code: 'layer.digest-mismatch', retryable: false } }] });
  t.equal(peer.reports.filter(({ report }) => report.kind === 'layer-done').length, 1, 'the other layer is a fact');
  peer.reports.length = 0;
  cloud.clearFaults();
  const cut = await peer.assign(scan);
  const claim = await peer.take('claim');
  cloud.setFault({ kind: 'cut', digest, afterBytes: 0 });
  peer.send('claimed', { known: [], yours: claim.body.digests, wait: [], retryAfterMs: 0 }, claim.id);
  t.match(await peer.outcome(cut, 60_000), { state: 'failed', failure: { retryable: true }, unread: [{ digest }] });
});

t.test('two sensors do not share a state folder, and none starts without a key', async (t) => {
  const { plane, folder, again } = await sensorFor(t);
  await plane.welcomed();
  const second = again();
  t.equal(await second.ended, 2);
  t.match(second.log(), /another sensor uses.*config\.conflict/);
  const keyless = startSensor(t, {
    folder: join(folder, 'other'),
    controlPlaneUrl: plane.url,
    env: { TIDEWAITER_FINGERPRINT_KEY_FILE: '' },
  });
  t.equal(await keyless.ended, 2);
  t.match(keyless.log(), /TIDEWAITER_FINGERPRINT_KEY_FILE.*tidewaiter-sensor keygen/);
  const short = join(folder, 'short.key');
  writeFileSync(short, 'too short');
  const keyed = startSensor(t, {
    folder: join(folder, 'third'),
    controlPlaneUrl: plane.url,
    env: { TIDEWAITER_FINGERPRINT_KEY_FILE: short },
  });
  t.equal(await keyed.ended, 2);
  t.match(keyed.log(), /got 9 bytes, want 32 bytes/);
  const tokenless = startSensor(t, {
    folder: join(folder, 'fourth'),
    controlPlaneUrl: plane.url,
    env: { TIDEWAITER_FINGERPRINT_KEY_FILE: join(folder, 'fingerprint.key') },
  });
  t.equal(await tokenless.ended, 2);
  t.match(tokenless.log(), /TIDEWAITER_ENROLMENT_TOKEN.*enrolment-tokens/);
});

t.test('a sensor revoked while it works stops at once, and stays', async (t) => {
  const { cloud, env, scan } = await cloudWithImage(t);
  const { plane, sensor } = await sensorFor(t, { env });
  cloud.setFault({ kind: 'slow', operation: 'BatchGetImage', delayMs: 60_000, count: 1 });
  const { peer } = await plane.welcomed();
  await peer.assign(scan);
  peer.send('error', { code: 'sensor.revoked', detail: 'no', remedy: null, retryable: false });
  peer.socket.close(1008, 'sensor.revoked');
  await sensor.says(/work is stopped/);
  await sensor.says(/"nextProbeMs":300000/);
  t.equal(sensor.child.exitCode, null);
  t.equal(plane.upgrades.length, 1);
});

t.test('the same offer twice is accepted once', async (t) => {
  const { cloud, env, scan } = await cloudWithImage(t);
  const { plane } = await sensorFor(t, { env });
  cloud.setFault({ kind: 'slow', operation: 'BatchGetImage', delayMs: 1_000, count: 1 });
  const { peer } = await plane.welcomed();
  const assignmentId = randomUUID();
  for (let times = 0; times < 3; times++) peer.send('offer', { assignmentId, kind: 'scan' });
  const grant = await peer.handOver(scan, assignmentId);
  peer.send('offer', { assignmentId, kind: 'scan' });
  await peer.grantClaims();
  await peer.outcome(grant);
  t.notOk(peer.arrived.some(({ type }) => type === 'accept'));
});

t.test('answers to an enrolment that are too large, or lead elsewhere, are no reason to end', async (t) => {
  const plane = await StandIn.start(t);
  plane.enrolRefusal = { status: 201, contentType: 'application/json', body: `"${'x'.repeat(100_000)}"` };
  const folder = t.testdir();
  keyFile(folder);
  const sensor = startSensor(t, { folder, controlPlaneUrl: plane.url, token: 'a-token' });
  await sensor.says(/more than 65536 bytes/);
  plane.enrolRefusal = { status: 307, contentType: 'text/html', body: '' };
  await sensor.says(/HTTP 307 with text\/html/);
  plane.enrolRefusal = { status: 201, contentType: 'application/json', body: '{"sensorId":7}' };
  await sensor.says(/HTTP 201 with application\/json/);
  plane.enrolRefusal = null;
  await plane.welcomed();
  t.equal(sensor.child.exitCode, null);
});
