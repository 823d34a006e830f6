import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '@tidewaiter/shared/protocol';
import t from 'tap';
import { OFFERS_MAX } from '../../src/session/limits.ts';
import { cloudWithImage, hostRole, sensorFor, spooled } from './fixtures.ts';
import { ACCOUNT, folderFor, keyFile, push, REGION, ROLE, sampleImage, startSensor } from './programs.ts';
import { StandIn, waitFor } from './stand-in.ts';

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
  cloud.setFault({ kind: 'slow', operation: 'BatchGetImage', delayMs: 8_000, count: 2 });
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
  await waitFor(() => sensor.log().match(/"msg":"work ends"/g)?.length === 2, 60_000, 'the second end');
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

t.test('sends after kill -9 what was not acknowledged, in order and under the same ids, and holds its lease meanwhile', async (t) => {
  const { env, scan } = await cloudWithImage(t);
  const { plane, sensor, folder, again } = await sensorFor(t, { env });
  const { peer } = await plane.welcomed();
  peer.acks = false;
  const grant = await peer.assign(scan);
  const manifest = await peer.take('report');
  await new Promise((resolve) => setTimeout(resolve, 200));
  t.notOk(
    peer.arrived.some(({ type }) => type === 'claim'),
    'no layer is claimed before the manifest that names it is acknowledged',
  );
  peer.send('ack', {}, manifest.id);
  await peer.grantClaims();
  await sensor.says(/"msg":"work ends"/);
  await waitFor(() => spooled(folder).some((name) => name.includes('-outcome-')), 60_000, 'the outcome in the spool');
  const names = spooled(folder).toSorted();
  for (const name of names) t.equal(statSync(join(folder, 'state', 'spool', name)).mode & 0o777, 0o600);
  t.equal(peer.reports.length, 2, 'one at a time');
  sensor.child.kill('SIGKILL');
  await sensor.ended;
  const other = again();
  const { peer: second, hello } = await plane.welcomed();
  t.strictSame(hello.leases, [grant]);
  t.match(await second.outcome(grant), { state: 'succeeded' });
  t.strictSame(
    second.reports.map(({ reportId }) => reportId),
    names.map((name) => name.slice(-50, -14)),
  );
  t.equal(second.reports[0]?.reportId, peer.reports[1]?.reportId);
  await waitFor(() => spooled(folder).length === 0, 60_000, 'an empty spool');
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
  const answer = async (code: string, retryable: boolean): Promise<string> => {
    const { id, body } = await peer.take('report');
    peer.send('error', { code, detail: 'no', remedy: null, retryable }, id);
    return body.reportId;
  };
  const first = await answer('storage.unavailable', true);
  t.equal(await answer('sensor.revoked', false), first, 'the sensor’s own standing is not about the report');
  t.equal(await answer('assignment.stale', false), first);
  await peer.grantClaims();
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

t.test('keeps reports of a schema that is not spoken, says so, works on, and sends them to the next control plane that does', async (t) => {
  const { env, scan } = await cloudWithImage(t);
  const plane = await StandIn.start(t);
  const folder = folderFor(t);
  keyFile(folder);
  const spool = join(folder, 'state', 'spool');
  mkdirSync(spool, { recursive: true });
  const foreign = `${'1'.padStart(15, '0')}-of-schema-two-${randomUUID()}.schema-2.json`;
  writeFileSync(join(spool, foreign), '{"of":"schema 2"}');
  const sensor = startSensor(t, { folder, controlPlaneUrl: plane.url, token: 'a-token', env });
  const { peer } = await plane.welcomed();
  await sensor.says(
    /"level":50,.*"reports":1,"schemas":\[2\],"want":1,"remedy":"Start the build that wrote them.*this build does not speak/,
  );
  peer.acks = false;
  const grant = await peer.assign(scan);
  const { id, body } = await peer.take('report');
  t.match(body, { schema: 1, report: { kind: 'manifest', grant } });
  const remedy = 'Upgrade the control plane.';
  peer.send('error', { code: 'protocol.schema-unsupported', detail: 'got schema 1', remedy, retryable: false }, id);
  await sensor.says(new RegExp(`"level":50,.*"schema":1,"remedy":"${remedy}".*are kept and not sent: the control plane`));
  await sensor.says(/"state":"failed","code":"protocol.schema-unsupported".*"msg":"work ends"/);
  await waitFor(() => spooled(folder).length === 3, 60_000, 'all are kept: the foreign one, the manifest, the outcome');
  t.strictSame(readdirSync(join(spool, 'set-aside')), []);
  const other = randomUUID();
  peer.send('offer', { assignmentId: other, kind: 'sync' });
  t.match(await peer.take('accept'), { body: { assignmentId: other } }, 'new work is taken');
  t.equal(peer.reports.length, 1, 'and nothing of that schema sent');
  peer.socket.terminate();
  const { peer: next, hello } = await plane.welcomed();
  t.strictSame(hello.leases, [], 'the lease of the outcome that cannot be sent is let go');
  await next.outcome(grant);
  t.strictSame(
    next.reports.map(({ report }) => report.kind),
    ['manifest', 'outcome'],
  );
  await waitFor(() => spooled(folder).length === 1, 60_000, 'what was acknowledged to go');
  t.strictSame(spooled(folder), [foreign], 'that of schema 2 waits on');
});

t.test('on SIGTERM gives back what it cannot finish, sends what it has, says goodbye and ends with 0', async (t) => {
  const { cloud, env, scan } = await cloudWithImage(t);
  const { plane, sensor, folder } = await sensorFor(t, { env: { ...env, TIDEWAITER_DRAIN_SECONDS: '1' } });
  const { peer } = await plane.welcomed();
  cloud.setFault({ kind: 'slow', operation: 'BatchGetImage', delayMs: 8_000, count: 1 });
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
  const grant = await peer.assign(scan);
  // The first layer is read; the second hangs.
  const { id, body } = await peer.take('claim');
  peer.acks = false;
  const [first = '', second = ''] = body.digests;
  cloud.setFault({ kind: 'slow', digest: second, bytesPerSecond: 1 });
  peer.send('claimed', { known: [], yours: [first, second], wait: [], retryAfterMs: 0 }, id);
  await waitFor(() => spooled(folder).some((name) => name.includes('layer-done')), 60_000, 'the first layer in the spool');
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
    kept.map((name) => name.slice(-50, -14)),
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
  const listed = cloud.requests().filter(({ operation }) => operation === 'DescribeImages').length;
  t.equal(listed, 2, 'AWS is asked about no image of the private repository');
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

t.test('layers the control plane passes over in its answer are asked for again; what was not asked for is not read', async (t) => {
  const { cloud, env, scan } = await cloudWithImage(t);
  const { plane } = await sensorFor(t, { env });
  const { peer } = await plane.welcomed();
  const grant = await peer.assign(scan);
  const { id, body } = await peer.take('claim');
  const [first = '', second = ''] = body.digests;
  const stranger = `sha256:${'0'.repeat(64)}`;
  cloud.resetCounters();
  peer.send('claimed', { known: [], yours: [first, stranger], wait: [], retryAfterMs: 0 }, id);
  const again = await peer.take('claim');
  t.strictSame(again.body.digests, [second]);
  peer.send('claimed', { known: [], yours: [], wait: [second], retryAfterMs: 86_400_000 }, again.id);
  await waitFor(() => peer.reports.some(({ report }) => report.kind === 'layer-done'), 60_000, 'the first layer');
  peer.send('cancel', { grant });
  t.equal(peer.reports.filter(({ report }) => report.kind === 'layer-done').length, 1);
  t.strictSame(Object.keys(cloud.counters().blobs).includes(stranger), false);
});

t.test('remembers offers to a bound until there is room, the rest are made again', async (t) => {
  const { cloud, env, scan } = await cloudWithImage(t);
  const { plane } = await sensorFor(t, { env: { ...env, TIDEWAITER_CONCURRENCY: '1' } });
  const { peer } = await plane.welcomed();
  cloud.setFault({ kind: 'slow', operation: 'BatchGetImage', delayMs: 2_000, count: 1 });
  const grant = await peer.assign(scan);
  const offers = Array.from({ length: OFFERS_MAX + 1 }, () => randomUUID());
  for (const assignmentId of offers) peer.send('offer', { assignmentId, kind: 'sync' });
  peer.send('cancel', { grant });
  const accepted: string[] = [];
  for (let at = 0; at < OFFERS_MAX; at++) {
    const { id, body } = await peer.take('accept');
    accepted.push(body.assignmentId);
    peer.send('error', { code: 'assignment.taken', detail: 'no', remedy: null, retryable: false }, id);
  }
  t.strictSame(accepted, offers.slice(0, OFFERS_MAX), 'in order');
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.notOk(peer.arrived.some(({ type }) => type === 'accept'));
});

t.test('takes no new work while its spool is half full, and takes it again when that is acknowledged', async (t) => {
  const plane = await StandIn.start(t);
  const folder = folderFor(t);
  keyFile(folder);
  const spool = join(folder, 'state', 'spool');
  mkdirSync(spool, { recursive: true });
  const engine = { fingerprintKeyId: '0123456789abcdef', engineVersion: 't', ruleSetHash: 'a'.repeat(64), limitsHash: 'b'.repeat(64) };
  const page = {
    kind: 'layer-page',
    digest: `sha256:${'c'.repeat(64)}`,
    engine,
    page: 0,
    paths: { kind: 'files', hashes: 'A'.repeat(900_000) },
  };
  for (let at = 1; at <= 6; at++)
    writeFileSync(join(spool, `${String(at).padStart(15, '0')}-layer-page-${randomUUID()}.schema-1.json`), JSON.stringify(page));
  startSensor(t, { folder, controlPlaneUrl: plane.url, token: 'a-token', env: { TIDEWAITER_SPOOL_MIB_MAX: '8' } });
  const { peer } = await plane.welcomed();
  peer.acks = false;
  const assignmentId = randomUUID();
  peer.send('offer', { assignmentId, kind: 'sync' });
  for (let left = 6; left > 0; left--) {
    const report = await peer.take('report');
    t.notOk(
      peer.arrived.some(({ type }) => type === 'accept'),
      `${left} are left`,
    );
    peer.send('ack', {}, report.id);
  }
  t.match(await peer.take('accept'), { body: { assignmentId } });
});
