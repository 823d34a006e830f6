import { emptyCoverage } from '@tidewaiter/shared/judgement';
import type { LayerFinding } from '@tidewaiter/shared/findings';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { FRAME_BYTES_MAX, type FrameBody } from '@tidewaiter/shared/protocol';
import { generateKeyPair } from 'jose';
import t, { type Test } from 'tap';
import { WebSocket, WebSocketServer } from 'ws';
import { createServer } from 'node:http';
import { createAssignments } from '../../src/assignments/index.ts';
import { createCatalog } from '../../src/catalog/index.ts';
import { Gateway } from '../../src/dispatch/index.ts';
import { Outbox } from '../../src/dispatch/outbox.ts';
import { watchSilence } from '../../src/dispatch/silence.ts';
import { createFindings } from '../../src/findings/index.ts';
import { Issuer } from '../../src/issuer/index.ts';
import { Sensors } from '../../src/sensors/index.ts';
import { openStore } from '../../src/storage/index.ts';
import { folderFor } from '../folder.ts';
import { accountOf, digestOf, pushEvent, random, registryBody, startTestApp, type TestApp } from '../api/harness.ts';
import {
  assertionOf,
  type Enrolled,
  enrolSensor,
  helloBody,
  openSocket,
  refusedUpgrade,
  SensorClient,
  testEngine,
} from './sensor-client.ts';

/** Real waits and a machine shared with others; tap gives a file 30 s. */
t.setTimeout(240_000);

const app: TestApp = await startTestApp(folderFor(t));
t.teardown(() => app.close());

interface Connected {
  readonly registryId: string;
  readonly account: string;
  readonly key: string;
}

async function connect(token = app.ownerToken): Promise<Connected> {
  const account = accountOf();
  const { body } = await app.call('POST', '/api/v1/registries', { token, body: registryBody(account) });
  return { account, registryId: (body['registry'] as { id: string }).id, key: (body['webhookKey'] as { key: string }).key };
}

/** Cancels what waits, so that one test's work is not offered to the next one's sensor. */
async function clearWork(): Promise<void> {
  for (const state of ['pending', 'offered', 'running']) {
    const { body } = await app.call('GET', `/api/v1/assignments?state=${state}&limit=200`);
    for (const { id } of body['items'] as readonly { readonly id: string }[]) await app.call('POST', `/api/v1/assignments/${id}/cancel`);
  }
}

async function push({ account, key }: Connected, digest = digestOf()): Promise<string> {
  const event = pushEvent({ account, repository: 'shop/web', digest, tag: 'latest' });
  const answer = await app.call('POST', '/api/webhooks/ecr', { token: null, body: event, headers: { 'x-tidewaiter-key': key } });
  if (answer.status !== 202) throw new Error(answer.text);
  return digest;
}

async function sensorOn(t: Test, registryIds: readonly string[] | null = null, hello: Partial<FrameBody<'hello'>> = {}) {
  const sensor = await enrolSensor(app, app.ownerToken, registryIds);
  const client = await SensorClient.open(app, sensor, hello);
  t.teardown(() => client.terminate());
  return { sensor, client };
}

async function running(
  t: Test,
): Promise<{ client: SensorClient; sensor: Enrolled; grant: FrameBody<'accepted'>['grant']; digest: string; registryId: string }> {
  await clearWork();
  const connected = await connect();
  await clearWork();
  const { client, sensor } = await sensorOn(t, [connected.registryId]);
  const digest = await push(connected);
  const offer = await client.next('offer');
  const { grant, schema, task } = await client.ask('accept', { assignmentId: offer.body.assignmentId }, 'accepted');
  t.equal(schema, 1, 'as it was agreed on with hello');
  t.match(task, { kind: 'scan', digest, repository: 'shop/web', registry: { id: connected.registryId, account: connected.account } });
  return { client, sensor, grant, digest, registryId: connected.registryId };
}

t.test('an upgrade is refused before the handshake, with a problem', async (t) => {
  const sensor = await enrolSensor(app, app.ownerToken);
  const stranger = { ...sensor, sensorId: randomUUID() };
  const thief = { ...sensor, key: (await generateKeyPair('EdDSA')).privateKey };
  const at = Math.floor(app.now() / 1000);
  const used = await assertionOf(app, sensor);
  const first = openSocket(app, used);
  await once(first, 'open');
  first.terminate();
  const cases = [
    ['no credential', () => openSocket(app, null), 401, 'auth.missing'],
    ['no JWT', () => openSocket(app, 'x'), 401, 'auth.invalid'],
    ['an API token', () => openSocket(app, app.ownerToken), 401, 'auth.invalid'],
    ['an unknown sensor', async () => openSocket(app, await assertionOf(app, stranger)), 401, 'sensor.unknown'],
    ['another key', async () => openSocket(app, await assertionOf(app, thief)), 401, 'auth.invalid'],
    [
      'another audience',
      async () => openSocket(app, await assertionOf(app, sensor, { aud: 'https://elsewhere.example' })),
      401,
      'auth.invalid',
    ],
    ['another issuer', async () => openSocket(app, await assertionOf(app, sensor, { iss: randomUUID() })), 401, 'auth.invalid'],
    ['another subject', async () => openSocket(app, await assertionOf(app, sensor, { sub: randomUUID() })), 401, 'auth.invalid'],
    ['an expired one', async () => openSocket(app, await assertionOf(app, sensor, { iat: at - 200, exp: at - 100 })), 401, 'auth.invalid'],
    [
      'one from the future',
      async () => openSocket(app, await assertionOf(app, sensor, { iat: at + 100, exp: at + 160 })),
      401,
      'auth.invalid',
    ],
    [
      'one that lives too long',
      async () => openSocket(app, await assertionOf(app, sensor, { iat: at, exp: at + 121 })),
      401,
      'auth.invalid',
    ],
    ['one without jti', async () => openSocket(app, await assertionOf(app, sensor, { jti: '' })), 401, 'auth.invalid'],
    ['one used before', () => openSocket(app, used), 401, 'auth.invalid'],
    [
      'another subprotocol',
      async () => openSocket(app, await assertionOf(app, sensor), { protocols: ['tidewaiter.v9'] }),
      426,
      'protocol.version-unsupported',
    ],
    ['another path', async () => openSocket(app, await assertionOf(app, sensor), { path: '/api/v1/sensors' }), 404, 'resource.not-found'],
  ] as const;
  for (const [name, open, status, code] of cases) {
    const refused = await refusedUpgrade(await open());
    t.match(refused, { status, body: { status, code } }, name);
  }
});

t.test('an assertion of the longest life is accepted', async (t) => {
  const sensor = await enrolSensor(app, app.ownerToken);
  const at = Math.floor(app.now() / 1000);
  const socket = openSocket(app, await assertionOf(app, sensor, { iat: at, exp: at + 120 }));
  await once(socket, 'open');
  t.equal(socket.protocol, 'tidewaiter.v1');
  t.equal(socket.extensions, '', 'no compression');
  socket.terminate();
});

t.test('an assertion may name localhost, or another URL that sensors use', async (t) => {
  const other = await startTestApp(folderFor(t), { TIDEWAITER_SENSOR_URLS: 'https://inside.example' });
  t.teardown(() => other.close());
  const sensor = await enrolSensor(other, other.ownerToken);
  for (const aud of ['https://inside.example', other.url, other.url.replace('127.0.0.1', 'localhost')]) {
    const socket = openSocket(other, await assertionOf(other, sensor, { aud }));
    await once(socket, 'open');
    socket.terminate();
  }
});

t.test('hello comes first, once, and is answered with the session', async (t) => {
  const sensor = await enrolSensor(app, app.ownerToken);
  const early = await SensorClient.connect(app, sensor);
  const id = early.send('heartbeat', { leases: [] });
  t.match(await early.next('error'), { replyTo: id, body: { code: 'protocol.out-of-order', retryable: false } });
  t.equal((await early.closed).code, 1008);

  const client = await SensorClient.connect(app, sensor);
  const welcome = await client.ask('hello', helloBody(app), 'welcome');
  t.match(welcome, {
    protocol: 1,
    schema: 1,
    sensorId: sensor.sensorId,
    workspaceId: sensor.workspaceId,
    leaseMs: 120_000,
    leaseRenewMs: 40_000,
    leases: [],
  });
  client.send('hello', helloBody(app));
  t.match(await client.next('error'), { body: { code: 'protocol.out-of-order' } });
  t.equal((await client.closed).code, 1008);
  t.match((await app.call('GET', `/api/v1/sensors/${sensor.sensorId}`)).body, { version: '0.1.0', engine: testEngine, lastSeenAt: /Z$/ });
});

t.test('versions that have nothing in common end the session with both sides named', async (t) => {
  const sensor = await enrolSensor(app, app.ownerToken);
  const cases: readonly [Partial<FrameBody<'hello'>>, object][] = [
    [{ protocols: [2] }, { code: 'protocol.version-unsupported', detail: /got protocols 2, want protocol 1/ }],
    [{ schemas: [9] }, { code: 'protocol.schema-unsupported', detail: /got schemas 9, want one of 1/, remedy: /one minor release apart/ }],
    [{ schemas: [] }, { code: 'protocol.schema-unsupported', detail: /got schemas none/ }],
  ];
  for (const [change, body] of cases) {
    const client = await SensorClient.connect(app, sensor);
    client.send('hello', { ...helloBody(app), ...change });
    t.match(await client.next('error'), { body });
    t.equal((await client.closed).code, 1008);
  }
});

t.test('what is no frame gets an error and a close; the leases are left to their rules', async (t) => {
  const { client: first, sensor, grant } = await running(t);
  const id = randomUUID();
  const bad = [
    ['no JSON', 'hello?', 'protocol.frame-invalid', 1008, undefined],
    ['an array', '[]', 'protocol.frame-invalid', 1008, undefined],
    ['no body', JSON.stringify({ v: 1, type: 'accept', id }), 'protocol.frame-invalid', 1008, id],
    [
      'a body of another shape',
      JSON.stringify({ v: 1, type: 'accept', id, body: { assignmentId: 7 } }),
      'protocol.frame-invalid',
      1008,
      id,
    ],
    ['another version', JSON.stringify({ v: 2, type: 'accept', id, body: {} }), 'protocol.version-unsupported', 1008, id],
    ['bytes', Buffer.from([0, 1, 2]), 'protocol.frame-invalid', 1008, undefined],
    [
      'one byte too many',
      JSON.stringify({ v: 1, type: 'x', id, body: '' }).replace('""', `"${'x'.repeat(FRAME_BYTES_MAX)}"`),
      'protocol.frame-too-large',
      1009,
      id,
    ],
  ] as const;
  first.terminate();
  for (const [name, text, code, close, replyTo] of bad) {
    const client = await SensorClient.open(app, sensor, { leases: [grant] });
    client.sendText(text);
    const error = await client.next('error');
    t.match(error.body, { code, retryable: false }, name);
    t.equal(error.replyTo, replyTo, name);
    t.equal((await client.closed).code, close, name);
  }
  const { body } = await app.call('GET', `/api/v1/assignments/${grant.assignmentId}`);
  t.match(body, { state: 'running', attempt: grant.attempt, sensorId: sensor.sensorId });
});

t.test('a frame far over the limit is cut off unread', async (t) => {
  const { client } = await sensorOn(t);
  client.sendText('x'.repeat(2 * FRAME_BYTES_MAX));
  t.equal((await client.closed).code, 1009);
});

t.test('a frame of the largest size is read', async (t) => {
  const { client } = await sensorOn(t);
  const frame = JSON.stringify({ v: 1, type: 'later', id: 'a', body: '' });
  client.sendText(frame.replace('""', `"${'x'.repeat(FRAME_BYTES_MAX - frame.length)}"`));
  t.match(await client.ask('heartbeat', { leases: [] }, 'leases'), { verdicts: [] });
});

t.test('frames of unknown types are ignored, and counted when the session ends', async (t) => {
  const { client, sensor } = await sensorOn(t);
  for (const type of ['later', '__proto__', 'toString']) client.sendText(JSON.stringify({ v: 1, type, id: randomUUID(), body: {} }));
  await client.ask('heartbeat', { leases: [] }, 'leases');
  client.close();
  await client.closed;
  await new Promise((resolve) => setTimeout(resolve, 100));
  t.match(app.log(), new RegExp(`"sensorId":"${sensor.sensorId}","frames":3`));
});

t.test('frames that only the control plane sends are out of order', async (t) => {
  const { client } = await sensorOn(t);
  client.send('drain', { retryAfterMs: 0 });
  t.match(await client.next('error'), { body: { code: 'protocol.out-of-order' } });
  t.equal((await client.closed).code, 1008);
});

const foundIn = (path: string): LayerFinding => ({
  detector: 'test-key',
  confidence: 'certain',
  fingerprints: [{ keyId: testEngine.fingerprintKeyId, value: 'c'.repeat(64) }],
  preview: 'AKIA…20',
  path,
  pathHash: '0'.repeat(16),
  parentHashes: ['1'.repeat(16)],
  line: 1,
  column: 1,
  offset: 0,
  superseded: false,
  inFile: true,
});

t.test('a push is offered at once, accepted under a lease, claimed, reported and acknowledged', async (t) => {
  const { client, grant, digest } = await running(t);
  const layer = digestOf();
  const coverage = { ...emptyCoverage, entriesSeen: 1, filesSeen: 1, filesScanned: 1, bytesSeen: 9, bytesScanned: 9 };
  const reports: FrameBody<'report'>['report'][] = [
    {
      kind: 'manifest',
      grant,
      engine: testEngine,
      digest,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      shape: 'image',
      platform: { os: 'linux', architecture: 'amd64' },
      children: [],
      layers: [{ digest: layer, sizeBytes: 9, diffId: null, instruction: 'COPY . .' }],
      findings: [],
      coverage: { ...coverage, entriesSeen: 0, filesSeen: 0, filesScanned: 0, bytesSeen: 0, bytesScanned: 0 },
    },
    {
      kind: 'layer-page',
      digest: layer,
      engine: testEngine,
      page: 0,
      findings: [foundIn('app/.env')],
    },
    {
      kind: 'layer-done',
      engine: testEngine,
      pages: 1,
      summary: { digest: layer, blobBytes: 9, compression: 'gzip', content: 'tar', coverage, findings: 1 },
    },
    { kind: 'outcome', grant, state: 'succeeded', failure: null, unread: [], timings: { credentials: 1, manifest: 2, layers: 3 } },
  ];
  const waiting = app.call('GET', `/api/v1/verdicts/${digest}?waitSeconds=30`);
  const [manifest, ...results] = reports;
  if (!manifest) throw new Error('there is one');
  const claim = client.send('claim', { grant, engine: testEngine, digests: [layer] });
  t.match(await client.next('error'), { replyTo: claim, body: { code: 'protocol.frame-invalid' } }, 'before its manifest is reported');
  await client.ask('report', { reportId: randomUUID(), schema: 1, report: manifest }, 'ack');
  t.strictSame(await client.ask('claim', { grant, engine: testEngine, digests: [layer] }, 'claimed'), {
    known: [],
    yours: [layer],
    wait: [],
    retryAfterMs: 0,
  });
  for (const report of results) await client.ask('report', { reportId: randomUUID(), schema: 1, report }, 'ack');
  for (const report of reports) await client.ask('report', { reportId: randomUUID(), schema: 1, report }, 'ack');
  t.match(
    (await waiting).body,
    { digest, verdict: 'findings', counts: { certain: 1 }, ruleSet: testEngine.ruleSetHash },
    'a pipeline that waits is told',
  );
  const { body } = await app.call('GET', `/api/v1/incidents?digest=${digest}`);
  const incidents = body['items'] as readonly { readonly id: string }[];
  t.equal(incidents.length, 1, 'sent twice, it is one incident');
  t.match(incidents[0], { detector: 'test-key', status: 'triggered', preview: 'AKIA…20' });
  const places = await app.call('GET', `/api/v1/incidents/${incidents[0]?.id}/occurrences`);
  t.match(places.body['items'], [
    { repository: 'shop/web', rootDigest: digest, layerDigest: layer, visibility: 'visible', tags: ['latest'], instruction: 'COPY . .' },
  ]);
  t.match((await app.call('GET', `/api/v1/scans/${digest}`)).body, {
    scan: { verdict: 'findings' },
    assignments: [{ state: 'succeeded', timings: { layers: 3 } }],
  });
});

t.test('an image that was asked for more than 200 times shows its newest work', async (t) => {
  const connected = await connect();
  const { registryId } = connected;
  const digest = await push(connected);
  const [first] = (await app.call('GET', `/api/v1/assignments?digest=${digest}`)).body['items'] as readonly { readonly id: string }[];
  const ids = [first?.id ?? ''];
  while (ids.length < 201) {
    await app.call('POST', `/api/v1/assignments/${ids.at(-1)}/cancel`);
    const { body } = await app.call('POST', '/api/v1/scans', { body: { registryId, repository: 'shop/web', digest } });
    ids.push(...(body['assignmentIds'] as readonly string[]));
  }
  const { client } = await sensorOn(t, [registryId]);
  const { grant } = await client.ask('accept', { assignmentId: ids.at(-1) ?? '' }, 'accepted');
  t.strictSame((await app.call('GET', `/api/v1/verdicts/${digest}`)).body, { state: 'running' });
  await report(client, manifestOf(grant, digest, testEngine));
  const { body } = await app.call('GET', `/api/v1/scans/${digest}`);
  const work = body['assignments'] as readonly { readonly id: string; readonly state: string }[];
  t.strictSame(
    work.map(({ id }) => id),
    ids.toReversed().slice(0, 200),
    'newest first',
  );
  t.equal(work[0]?.state, 'running');
});

t.test('layers that another sensor reads are to be asked for again in two seconds', async (t) => {
  const { client, grant, digest } = await running(t);
  const layer = digestOf();
  await report(client, manifestOf(grant, digest, testEngine, [layer]));
  t.match(await client.ask('claim', { grant, engine: testEngine, digests: [layer] }, 'claimed'), { yours: [layer] });
  const connected = await connect();
  const second = (await sensorOn(t, [connected.registryId])).client;
  const image = await push(connected);
  const offer = await second.take(({ type, body }) => type === 'offer' && 'kind' in body && body.kind === 'scan');
  const { assignmentId } = offer.body as FrameBody<'offer'>;
  const own = (await second.ask('accept', { assignmentId }, 'accepted')).grant;
  await report(second, manifestOf(own, image, testEngine, [layer]));
  const claimed = await second.ask('claim', { grant: own, engine: testEngine, digests: [layer] }, 'claimed');
  t.strictSame(claimed, { known: [], yours: [], wait: [layer], retryAfterMs: 2_000 });
});

t.test('a layer nobody granted is refused, and the session goes on', async (t) => {
  const { client } = await running(t);
  const report = { kind: 'layer-page' as const, digest: digestOf(), engine: testEngine, page: 0, findings: [] };
  const id = client.send('report', { reportId: randomUUID(), schema: 1, report });
  t.match(await client.next('error'), { replyTo: id, body: { code: 'claim.missing', retryable: false } });
  t.match(await client.ask('heartbeat', { leases: [] }, 'leases'), { verdicts: [] });
});

t.test('a report of a schema that is not spoken is refused by name, and the session goes on', async (t) => {
  const { client, grant, digest } = await running(t);
  const id = randomUUID();
  const report = { kind: 'outcome', grant, state: 'a state of schema 2' };
  client.sendText(JSON.stringify({ v: 1, type: 'report', id, body: { reportId: randomUUID(), schema: 2, report } }));
  const refused = await client.next('error');
  const body = { code: 'protocol.schema-unsupported', detail: /report frame.*got schema 2, want one of 1/, retryable: false };
  t.match(refused, { replyTo: id, body: { ...body, remedy: /one minor release apart/ } });
  t.match(await client.ask('heartbeat', { leases: [] }, 'leases'), { verdicts: [] });
  t.match((await app.call('GET', `/api/v1/assignments/${grant.assignmentId}`)).body, { state: 'running' }, 'nothing of it was believed');
  t.equal((await app.call('GET', `/api/v1/verdicts/${digest}`)).status, 202);
});

t.test('a report before hello is out of order, whatever its schema', async (t) => {
  const client = await SensorClient.connect(app, await enrolSensor(app, app.ownerToken));
  client.sendText(JSON.stringify({ v: 1, type: 'report', id: 'r', body: { reportId: 'r', schema: 2, report: {} } }));
  t.match(await client.next('error'), { replyTo: 'r', body: { code: 'protocol.out-of-order' } });
  t.equal((await client.closed).code, 1008);
});

t.test('a claim under another engine than in hello is refused', async (t) => {
  const { client, grant } = await running(t);
  client.send('claim', { grant, engine: { ...testEngine, ruleSetHash: 'f'.repeat(64) }, digests: [digestOf()] });
  t.match(await client.next('error'), { body: { code: 'protocol.frame-invalid' } });
});

/** A manifest of one layer, or of none and a finding of its own. */
function manifestOf(grant: FrameBody<'accepted'>['grant'], digest: string, engine: typeof testEngine, layers: readonly string[] = []) {
  return {
    kind: 'manifest' as const,
    grant,
    engine,
    digest,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    shape: 'image' as const,
    platform: null,
    children: [],
    layers: layers.map((layer) => ({ digest: layer, sizeBytes: 9, diffId: null, instruction: null })),
    findings: [],
    coverage: emptyCoverage,
  };
}

const report = (client: SensorClient, one: FrameBody<'report'>['report']) =>
  client.ask('report', { reportId: randomUUID(), schema: 1, report: one }, 'ack');

t.test('what a sensor spooled before it got another engine counts under the one it was accepted with', async (t) => {
  const { client, sensor, grant, digest } = await running(t);
  const newEngine = { ...testEngine, ruleSetHash: 'f'.repeat(64) };
  const layer = digestOf();
  await report(client, manifestOf(grant, digest, testEngine, [layer]));
  await client.ask('claim', { grant, engine: testEngine, digests: [layer] }, 'claimed');
  client.terminate();
  const upgraded = await SensorClient.connect(app, sensor);
  t.teardown(() => upgraded.terminate());
  const welcome = await upgraded.ask('hello', { ...helloBody(app), engine: newEngine, leases: [grant] }, 'welcome');
  t.strictSame(welcome.leases, [grant], 'the lease of a spooled outcome is held');
  const foreign = { reportId: randomUUID(), schema: 1, report: manifestOf(grant, digest, newEngine, [layer]) };
  const id = upgraded.send('report', foreign);
  const refused = { code: 'protocol.frame-invalid', detail: /another engine than the assignment was accepted with/ };
  t.match(await upgraded.next('error'), { replyTo: id, body: refused });
  // Sent again, for its acknowledgement was lost: the same fact.
  await report(upgraded, manifestOf(grant, digest, testEngine, [layer]));
  await report(upgraded, { kind: 'layer-page', digest: layer, engine: testEngine, page: 0, findings: [foundIn('app/.env')] });
  const summary = { digest: layer, blobBytes: 9, compression: 'gzip', content: 'tar', coverage: emptyCoverage, findings: 1 } as const;
  await report(upgraded, { kind: 'layer-done', engine: testEngine, pages: 1, summary });
  await report(upgraded, { kind: 'outcome', grant, state: 'succeeded', failure: null, unread: [], timings: {} });
  const { body } = await app.call('GET', `/api/v1/verdicts/${digest}`);
  t.match(
    body,
    { verdict: 'findings', counts: { certain: 1 }, ruleSet: testEngine.ruleSetHash },
    'nothing is lost, and nothing false said',
  );
  t.match((await app.call('GET', `/api/v1/assignments/${grant.assignmentId}`)).body, { state: 'succeeded', failure: null });
  t.match((await app.call('GET', `/api/v1/sensors/${sensor.sensorId}`)).body, { engine: newEngine });
});

t.test('work that a sensor did not end before it got another engine is done anew under that', async (t) => {
  const { client, sensor, grant, digest } = await running(t);
  const newEngine = { ...testEngine, ruleSetHash: 'f'.repeat(64) };
  client.terminate();
  const upgraded = await SensorClient.open(app, sensor, { engine: newEngine });
  t.teardown(() => upgraded.terminate());
  await report(upgraded, manifestOf(grant, digest, testEngine));
  t.equal(
    (await app.call('GET', `/api/v1/verdicts/${digest}`)).status,
    202,
    'a spooled manifest of a lost lease is acknowledged and dropped',
  );
  const offer = await upgraded.next('offer');
  t.equal(offer.body.assignmentId, grant.assignmentId);
  const again = await upgraded.ask('accept', { assignmentId: grant.assignmentId }, 'accepted');
  await report(upgraded, manifestOf(again.grant, digest, newEngine));
  await report(upgraded, { kind: 'outcome', grant: again.grant, state: 'succeeded', failure: null, unread: [], timings: {} });
  t.match((await app.call('GET', `/api/v1/verdicts/${digest}`)).body, { verdict: 'clean', ruleSet: newEngine.ruleSetHash });
});

t.test('never more is offered than the sensor can do', async (t) => {
  await clearWork();
  const connected = await connect();
  await clearWork();
  const { client } = await sensorOn(t, [connected.registryId], { concurrency: 2 });
  for (let index = 0; index < 4; index += 1) await push(connected);
  await client.next('offer');
  await client.next('offer');
  await new Promise((resolve) => setTimeout(resolve, 500));
  t.equal(client.waiting.filter(({ type }) => type === 'offer').length, 0);
});

t.test('of two sensors offered the same work one gets it', async (t) => {
  await clearWork();
  const connected = await connect();
  await clearWork();
  const [one, two] = [await sensorOn(t, [connected.registryId]), await sensorOn(t, [connected.registryId])];
  await push(connected);
  const offer = await Promise.race([one.client.next('offer'), two.client.next('offer')]);
  const body = { assignmentId: offer.body.assignmentId };
  one.client.send('accept', body);
  two.client.send('accept', body);
  const isAnswer = ({ replyTo }: { readonly replyTo?: string }): boolean => replyTo !== undefined;
  const answers = await Promise.all([one.client.take(isAnswer), two.client.take(isAnswer)]);
  t.strictSame(answers.map(({ type }) => type).sort(), ['accepted', 'error']);
  t.match(
    answers.find(({ type }) => type === 'error'),
    { body: { code: 'assignment.taken' } },
  );
});

t.test('a heartbeat renews what is held and cancels what is not', async (t) => {
  const { client, grant } = await running(t);
  const progress = { phase: 'layers' as const, layersDone: 1, layersTotal: 2, bytesDone: 10, bytesTotal: 20 };
  const stale = { assignmentId: randomUUID(), attempt: 1 };
  const { verdicts } = await client.ask(
    'heartbeat',
    {
      leases: [
        { grant, progress },
        { grant: stale, progress },
      ],
    },
    'leases',
  );
  t.strictSame(verdicts, [
    { assignmentId: grant.assignmentId, verdict: 'continue' },
    { assignmentId: stale.assignmentId, verdict: 'cancel' },
  ]);
  t.match((await app.call('GET', `/api/v1/assignments/${grant.assignmentId}`)).body, { progress });
  await app.call('POST', `/api/v1/assignments/${grant.assignmentId}/cancel`);
  const after = await client.ask('heartbeat', { leases: [{ grant, progress }] }, 'leases');
  t.match(after.verdicts, [{ verdict: 'cancel' }]);
});

t.test('a sensor that comes back keeps the leases it names and frees the others at once', async (t) => {
  const { client, sensor, grant } = await running(t);
  client.terminate();
  const named = await SensorClient.connect(app, sensor);
  t.match(await named.ask('hello', { ...helloBody(app), leases: [grant] }, 'welcome'), { leases: [grant] });
  named.terminate();
  const unnamed = await SensorClient.connect(app, sensor);
  t.teardown(() => unnamed.terminate());
  t.match(await unnamed.ask('hello', helloBody(app), 'welcome'), { leases: [] });
  const offer = await unnamed.next('offer');
  t.equal(offer.body.assignmentId, grant.assignmentId);
  const next = await unnamed.ask('accept', { assignmentId: grant.assignmentId }, 'accepted');
  t.equal(next.grant.attempt, grant.attempt + 1, 'under a new fencing token');
  unnamed.send('token-request', { grant });
  t.match(await unnamed.next('error'), { body: { code: 'assignment.stale' } }, 'the old one mints no token');
});

t.test('a newer socket of a sensor takes the place of the former', async (t) => {
  const { client, sensor } = await sensorOn(t);
  const newer = await SensorClient.open(app, sensor);
  t.teardown(() => newer.terminate());
  t.match(await client.closed, { code: 1008, reason: /replaced/ });
  t.match(await newer.ask('heartbeat', { leases: [] }, 'leases'), { verdicts: [] });
});

t.test('a revoked sensor is cut off, its work goes to others, and it does not come back', async (t) => {
  const { client, sensor, grant } = await running(t);
  t.equal((await app.call('POST', `/api/v1/sensors/${sensor.sensorId}/revoke`, { body: { compromised: false } })).status, 200);
  t.equal((await client.closed).code, 1008);
  t.match((await app.call('GET', `/api/v1/assignments/${grant.assignmentId}`)).body, { state: 'pending' });
  t.match(await refusedUpgrade(openSocket(app, await assertionOf(app, sensor))), { status: 403, body: { code: 'sensor.revoked' } });
});

t.test('what a sensor said is dropped when it is revoked as compromised, and its images are scanned anew', async (t) => {
  const { client, sensor, grant, digest } = await running(t);
  await report(client, manifestOf(grant, digest, testEngine));
  const outcome = { kind: 'outcome' as const, grant, state: 'succeeded' as const, failure: null, unread: [], timings: {} };
  await client.ask('report', { reportId: randomUUID(), schema: 1, report: outcome }, 'ack');
  t.match((await app.call('GET', `/api/v1/verdicts/${digest}`)).body, { verdict: 'clean' });
  const revoke = () => app.call('POST', `/api/v1/sensors/${sensor.sensorId}/revoke`, { body: { compromised: true } });
  const answer = await revoke();
  t.match([answer.status, answer.body], [200, { compromisedAt: String, revokedAt: String, dropped: { facts: 1, images: 1 } }]);
  t.equal((await app.call('GET', `/api/v1/verdicts/${digest}`)).status, 202, 'there is no verdict any more');
  const work = (await app.call('GET', `/api/v1/assignments?digest=${digest}`)).body['items'];
  t.match(work, [
    { state: 'succeeded', trigger: 'push' },
    { state: 'pending', trigger: 'reconcile' },
  ]);
  t.match((await revoke()).body, { dropped: { facts: 0, images: 0 } }, 'again, there is nothing left');
  t.match((await app.call('GET', `/api/v1/sensors/${sensor.sensorId}`)).body, { compromisedAt: String });
});

t.test('a sensor gets no work, token or claim outside its registries', async (t) => {
  await clearWork();
  const [mine, other] = [await connect(), await connect()];
  await clearWork();
  const { client } = await sensorOn(t, [mine.registryId]);
  const stranger = await sensorOn(t, [other.registryId]);
  await push(mine);
  const offer = await client.next('offer');
  stranger.client.send('accept', { assignmentId: offer.body.assignmentId });
  t.match(await stranger.client.next('error'), { body: { code: 'assignment.taken' } });
  const { grant } = await client.ask('accept', { assignmentId: offer.body.assignmentId }, 'accepted');
  stranger.client.send('token-request', { grant });
  t.match(await stranger.client.next('error'), { body: { code: 'assignment.stale' } });
  stranger.client.send('claim', { grant, engine: testEngine, digests: [digestOf()] });
  t.match(await stranger.client.next('error'), { body: { code: 'assignment.stale' } });
  const { verdicts } = await stranger.client.ask(
    'heartbeat',
    { leases: [{ grant, progress: { phase: 'layers', layersDone: 0, layersTotal: 0, bytesDone: 0, bytesTotal: 0 } }] },
    'leases',
  );
  t.match(verdicts, [{ verdict: 'cancel' }]);
});

t.test('a wall clock that jumps closes no socket; leases that ran out by it go back to the queue', async (t) => {
  const jumping = await startTestApp(folderFor(t));
  t.teardown(() => jumping.close());
  await jumping.call('POST', '/api/v1/registries', { body: registryBody(accountOf()) });
  const sensor = await enrolSensor(jumping, jumping.ownerToken);
  const client = await SensorClient.open(jumping, sensor);
  const offer = await client.next('offer');
  const { grant } = await client.ask('accept', { assignmentId: offer.body.assignmentId }, 'accepted');
  jumping.advance(3_600_000);
  const progress = { phase: 'listing' as const, layersDone: 0, layersTotal: 0, bytesDone: 0, bytesTotal: 0 };
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const { verdicts, serverTime } = await client.ask('heartbeat', { leases: [{ grant, progress }] }, 'leases');
  t.match(verdicts, [{ verdict: 'cancel' }]);
  t.ok(Date.parse(serverTime) > Date.now() + 3_500_000, 'the sensor is told the time');
  t.equal((await client.next('offer')).body.assignmentId, grant.assignmentId);
  const again = await client.ask('accept', { assignmentId: grant.assignmentId }, 'accepted');
  t.equal(again.grant.attempt, grant.attempt + 1);
  client.terminate();
});

t.test('an assertion used before a restart is still used', async (t) => {
  const folder = folderFor(t);
  const before = await startTestApp(folder);
  const { port } = new URL(before.url);
  const sensor = await enrolSensor(before, before.ownerToken);
  const assertion = await assertionOf(before, sensor);
  const socket = openSocket(before, assertion);
  await once(socket, 'open');
  socket.terminate();
  await before.close();
  const after = await startTestApp(folder, { TIDEWAITER_LISTEN_PORT: port });
  t.teardown(() => after.close());
  t.match(await refusedUpgrade(openSocket(after, assertion)), { status: 401, body: { code: 'auth.invalid', detail: /used before/ } });
});

/** Both ends of a socket of the test's own. */
async function socketPair(t: Test): Promise<{ readonly ours: WebSocket; readonly theirs: WebSocket }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  t.teardown(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  const theirs = new WebSocket(`ws://127.0.0.1:${port}`);
  t.teardown(() => theirs.terminate());
  const [[ours]] = await Promise.all([once(server, 'connection'), once(theirs, 'open')]);
  return { ours: ours as WebSocket, theirs };
}

t.test('a socket on which nothing comes is cut; one that answers pings, or that we do not read, is not', async (t) => {
  const pace = { lookMs: 200, silenceMsMax: 1_500 };
  const [silent, alive, paused] = await Promise.all([socketPair(t), socketPair(t), socketPair(t)]);
  silent.theirs.pause();
  paused.theirs.pause();
  paused.ours.pause();
  const started = performance.now();
  const stops = [silent, alive, paused].map(({ ours }) => watchSilence(ours, { ...pace, monotonic: () => performance.now() }));
  await once(silent.ours, 'close');
  t.ok(performance.now() - started >= 1_500);
  await new Promise((resolve) => setTimeout(resolve, 600));
  t.strictSame([alive.ours.readyState, paused.ours.readyState], [WebSocket.OPEN, WebSocket.OPEN]);
  for (const stop of stops) stop();
});

t.test('an authenticated socket without hello is closed after a while', async (t) => {
  const sensor = await enrolSensor(app, app.ownerToken);
  const client = await SensorClient.connect(app, sensor);
  const started = performance.now();
  t.match(await client.take(({ type }) => type === 'error', 15_000), { body: { code: 'protocol.timeout' } });
  t.equal((await client.closed).code, 1008);
  t.ok(performance.now() - started > 4_500);
});

t.test('frames sent faster than they are handled wait their turn, none is lost', async (t) => {
  const { client } = await sensorOn(t);
  const ids = Array.from({ length: 300 }, () => client.send('heartbeat', { leases: [] }));
  const answers: (string | undefined)[] = [];
  while (answers.length < ids.length) answers.push((await client.next('leases')).replyTo);
  t.strictSame(answers, ids);
});

t.test('a sensor that does not read is cut off before its queue grows', async (t) => {
  const { ours: socket, theirs: reader } = await socketPair(t);
  reader.pause();
  const outbox = new Outbox(socket, randomUUID);
  const closed = once(socket, 'close');
  const frame = { token: 'x'.repeat(4_096), expiresAt: '' };
  for (let index = 0; index < 4_000 && socket.readyState === WebSocket.OPEN; index += 1) outbox.send('token', frame);
  t.ok(socket.bufferedAmount < 5 * FRAME_BYTES_MAX);
  await closed;
});

t.test('a process holds as many sockets as its bound says; one that closes makes room', async (t) => {
  const store = await openStore(`sqlite:${app.databaseFile}`, { now: app.now, monotonic: () => performance.now() });
  const around = { now: app.now, random, newId: randomUUID };
  const note = () => undefined;
  const log = { info: note, warn: note, error: note };
  const context = { store, now: app.now, monotonic: () => performance.now(), newId: randomUUID, log };
  const findings = createFindings(context);
  const work = createAssignments(context, findings);
  const parts = {
    ...context,
    work,
    findings,
    listings: createCatalog(context, work),
    issuer: new Issuer({ ...around, store, issuerUrl: () => null, keyEncryptionKey: random(32) }),
    sensors: new Sensors(store, around),
    audiences: () => [app.url],
  };
  const gateway = new Gateway(parts, 2);
  const server = createServer();
  gateway.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(async () => {
    await gateway.close();
    server.close();
    await store.close();
  });
  const { port } = server.address() as { readonly port: number };
  const socketOf = async (sensor?: Enrolled): Promise<WebSocket> => {
    const assertion = await assertionOf(app, sensor ?? (await enrolSensor(app, app.ownerToken)));
    return openSocket({ ...app, url: `http://127.0.0.1:${port}` }, assertion);
  };
  const returning = await enrolSensor(app, app.ownerToken);
  const [first, former] = [await socketOf(), await socketOf(returning)];
  await Promise.all([once(first, 'open'), once(former, 'open')]);
  t.equal(gateway.count, 2);
  const refused = { status: 429, body: { code: 'overloaded', detail: /sensor sockets.*want at most 2 in one process/, retryable: true } };
  t.match(await refusedUpgrade(await socketOf()), refused);
  const replaced = once(former, 'close');
  const second = await socketOf(returning);
  await once(second, 'open');
  t.match((await replaced).map(String), ['1008', /replaced by a newer socket/], 'its own former socket gives way');
  t.equal(gateway.count, 2);
  t.match(await refusedUpgrade(await socketOf()), refused, 'and makes no room for others');
  first.close();
  while (gateway.count > 1) await new Promise((resolve) => setTimeout(resolve, 10));
  const third = await socketOf();
  await once(third, 'open');
  t.equal(gateway.count, 2);
});

t.test('a peer that takes no part in the closing handshake is cut', async (t) => {
  const { ours, theirs } = await socketPair(t);
  theirs.pause();
  const at = performance.now();
  new Outbox(ours, randomUUID).close(1008, 'over');
  const [code] = await once(ours, 'close');
  t.equal(code, 1006, 'without an answer');
  const took = performance.now() - at;
  t.ok(took > 1_900 && took < 4_000, `${Math.round(took)} ms`);
});

t.test('a shutdown tells sensors to come back, spread over five seconds, and closes with 1012', async (t) => {
  const other = await startTestApp(folderFor(t));
  const clients: SensorClient[] = [];
  for (let sensor = 0; sensor < 5; sensor++) clients.push(await SensorClient.open(other, await enrolSensor(other, other.ownerToken)));
  const closing = other.close();
  const drains = await Promise.all(clients.map((client) => client.next('drain')));
  t.strictSame(
    drains.map(({ body }) => body.retryAfterMs),
    [0, 1_000, 2_000, 3_000, 4_000],
    'evenly, the last one under the bound',
  );
  for (const client of clients) t.equal((await client.closed).code, 1012);
  await closing;
});
