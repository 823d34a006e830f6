import { emptyCoverage } from '@tidewaiter/shared/judgement';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FrameBody } from '@tidewaiter/shared/protocol';
import BetterSqlite from 'better-sqlite3';
import t, { type Test } from 'tap';
import { accountOf, callerOf, digestOf, pushEvent, registryBody, type TestApp } from '../api/harness.ts';
import { folderFor } from '../folder.ts';
import { enrolSensor, helloBody, SensorClient, testEngine } from './sensor-client.ts';

/** Real waits and a machine shared with others; tap gives a file 30 s. */
t.setTimeout(240_000);

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

interface Server {
  readonly app: Omit<TestApp, 'close' | 'log' | 'advance'>;
  /** kill -9 and start again on the same database and port; `meanwhile` it is dead. */
  readonly crash: (meanwhile?: () => void) => Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startServer(t: Test): Promise<Server> {
  const databaseFile = join(folderFor(t), 'tidewaiter.db');
  const port = await freePort();
  const ownerToken = `tw_${randomBytes(32).toString('base64url')}`;
  const env = {
    TIDEWAITER_DATABASE_URL: `sqlite:${databaseFile}`,
    TIDEWAITER_LISTEN_PORT: String(port),
    TIDEWAITER_DEVELOPMENT_URLS: 'true',
    TIDEWAITER_OWNER_TOKEN: ownerToken,
  };
  const url = `http://127.0.0.1:${port}`;
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, ['--conditions=@tidewaiter/source', main, 'serve'], { env, stdio: 'ignore' });
    while (child.exitCode === null) {
      const isUp = await fetch(`${url}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      );
      if (isUp) return child;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`it ended with ${child.exitCode}`);
  };
  let child = await start();
  t.teardown(async () => {
    const exited = once(child, 'exit');
    if (child.kill('SIGKILL')) await exited;
  });
  return {
    app: { url, databaseFile, ownerToken, now: () => Date.now(), call: callerOf(url, ownerToken) },
    async crash(meanwhile = () => undefined) {
      child.kill('SIGKILL');
      await once(child, 'exit');
      meanwhile();
      child = await start();
    },
  };
}

type Report = FrameBody<'report'>;

function reportsOf(grant: FrameBody<'accepted'>['grant'], digest: string, layer: string): readonly [Report, Report, Report, Report] {
  const found = {
    detector: 'test-key',
    confidence: 'certain' as const,
    fingerprints: [{ keyId: testEngine.fingerprintKeyId, value: 'd'.repeat(64) }],
    preview: 'AKIA…20',
  };
  const place = {
    path: 'app/.env',
    pathHash: '0'.repeat(16),
    parentHashes: [],
    line: 1,
    column: 1,
    offset: 0,
    superseded: false,
    inFile: true,
  };
  const manifest = {
    digest,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    shape: 'image' as const,
    platform: null,
    children: [],
  };
  const layers = [{ digest: layer, sizeBytes: 1, diffId: null, instruction: null }];
  const reports: FrameBody<'report'>['report'][] = [
    { kind: 'manifest', grant, engine: testEngine, ...manifest, layers, findings: [], coverage: emptyCoverage },
    { kind: 'layer-page', digest: layer, engine: testEngine, page: 0, findings: [{ ...found, ...place }] },
    {
      kind: 'layer-done',
      engine: testEngine,
      pages: 1,
      summary: { digest: layer, blobBytes: 1, compression: 'none', content: 'tar', coverage: emptyCoverage, findings: 1 },
    },
    { kind: 'outcome', grant, state: 'succeeded', failure: null, unread: [], timings: {} },
  ];
  const [manifestReport, page, done, outcome] = reports.map((report) => ({ reportId: randomUUID(), schema: 1, report }));
  if (!manifestReport || !page || !done || !outcome) throw new Error('four reports were made');
  return [manifestReport, page, done, outcome];
}

/** The steps at which the control plane dies; after each, the sensor comes back and sends again what was not acknowledged. */
const steps = [
  'accept',
  'claim',
  'before an acknowledgement',
  'after an acknowledgement',
  'before the last acknowledgement',
  'after the last one',
] as const;

const server = await startServer(t);

for (const step of steps) {
  t.test(`the control plane is killed at: ${step}; one verdict, one incident, nothing lost or doubled`, async (t) => {
    const { app, crash } = server;
    const account = accountOf();
    const { body } = await app.call('POST', '/api/v1/registries', { body: registryBody(account) });
    const registryId = (body['registry'] as { id: string }).id;
    const sensor = await enrolSensor(app, app.ownerToken, [registryId]);
    const [digest, layer] = [digestOf(), digestOf()];
    const event = pushEvent({ account, repository: 'shop/web', digest, tag: 'latest' });
    const key = (body['webhookKey'] as { key: string }).key;
    const deliver = () => app.call('POST', '/api/webhooks/ecr', { token: null, body: event, headers: { 'x-tidewaiter-key': key } });
    t.equal((await deliver()).status, 202);

    let client = await SensorClient.open(app, sensor);
    let assignmentId = '';
    for (;;) {
      const offer = await client.next('offer');
      if (offer.body.kind === 'scan') {
        assignmentId = offer.body.assignmentId;
        break;
      }
    }
    const { grant } = await client.ask('accept', { assignmentId }, 'accepted');
    const reports = reportsOf(grant, digest, layer);
    const [, pageReport, , outcomeReport] = reports;
    const acknowledged = new Set<string>();
    const comeBack = async (): Promise<void> => {
      await crash();
      await client.closed;
      client = await SensorClient.connect(app, sensor);
      await client.ask('hello', { ...helloBody(app), leases: [grant] }, 'welcome');
    };
    const report = async (count: number): Promise<void> => {
      for (const one of reports.slice(0, count)) {
        if (acknowledged.has(one.reportId)) continue;
        await client.ask('report', one, 'ack');
        acknowledged.add(one.reportId);
      }
    };
    if (step === 'accept') await comeBack();
    await report(1);
    await client.ask('claim', { grant, engine: testEngine, digests: [layer] }, 'claimed');
    if (step === 'claim') {
      await comeBack();
      t.match(await client.ask('claim', { grant, engine: testEngine, digests: [layer] }, 'claimed'), { yours: [layer] });
    }
    if (step === 'before an acknowledgement') {
      client.send('report', pageReport);
      await comeBack();
    }
    await report(2);
    if (step === 'after an acknowledgement') await comeBack();
    await report(3);
    if (step === 'before the last acknowledgement') {
      client.send('report', outcomeReport);
      await comeBack();
    }
    await report(4);
    if (step === 'after the last one') {
      await comeBack();
      for (const one of reports) await client.ask('report', one, 'ack');
    }
    client.terminate();
    t.equal((await deliver()).body['outcome'], 'duplicate');
    t.match((await app.call('GET', `/api/v1/verdicts/${digest}?waitSeconds=5`)).body, { verdict: 'findings', counts: { certain: 1 } });
    const scans = (await app.call('GET', `/api/v1/scans?digest=${digest}`)).body['items'] as readonly unknown[];
    const work = (await app.call('GET', `/api/v1/assignments?digest=${digest}`)).body['items'] as readonly {
      readonly state: string;
      readonly attempt: number;
    }[];
    const incidents = (await app.call('GET', `/api/v1/incidents?digest=${digest}`)).body['items'] as readonly { readonly id: string }[];
    t.strictSame([scans.length, incidents.length], [1, 1]);
    t.match(work, [{ state: 'succeeded', attempt: 1 }]);
    const places = (await app.call('GET', `/api/v1/incidents/${incidents[0]?.id}/occurrences?limit=200`)).body['items'] as readonly {
      readonly rootDigest: string;
    }[];
    t.equal(places.filter(({ rootDigest }) => rootDigest === digest).length, 1);
  });
}

/** A statement that the database does not get done with while anyone waits: what came before it is written, what comes after is not. */
const ENDLESS = 'select count(*) from sqlite_master a, sqlite_master b, sqlite_master c, sqlite_master d, sqlite_master e, sqlite_master f';

/** An event is one transaction, its work another, its outcome a third. */
const eventSteps = [
  ['its work is queued', 'before insert on assignments', 0],
  ['it is noted that its work is queued', 'before update on push_events', 1],
] as const;

for (const [step, when, queued] of eventSteps) {
  t.test(`the control plane is killed after an event is stored and before ${step}: it is scanned once`, async (t) => {
    const { app, crash } = server;
    const account = accountOf();
    const { body } = await app.call('POST', '/api/v1/registries', { body: registryBody(account) });
    const registryId = (body['registry'] as { id: string }).id;
    const digest = digestOf();
    const event = pushEvent({ account, repository: 'shop/web', digest, tag: 'latest' });
    const headers = { 'x-tidewaiter-key': (body['webhookKey'] as { key: string }).key };
    const deliver = () => app.call('POST', '/api/webhooks/ecr', { token: null, body: event, headers });
    const database = new BetterSqlite(app.databaseFile);
    t.teardown(() => database.close());
    const stored = () => database.prepare('select outcome from push_events where event_id = ?').pluck().get(event.id);
    const works = () => database.prepare('select count(*) from assignments where digest = ?').pluck().get(digest);
    database.exec(`create trigger endless ${when} begin ${ENDLESS}; end`);
    const delivered = deliver().then(
      () => 'answered',
      () => 'cut off',
    );
    while (stored() !== 'waiting' || works() !== queued) await new Promise((resolve) => setTimeout(resolve, 20));
    await crash(() => {
      t.strictSame([stored(), works()], ['waiting', queued], 'as it was left');
      database.exec('drop trigger endless');
    });
    t.equal(await delivered, 'cut off');
    const again = await deliver();
    t.match([again.status, again.body], [202, { outcome: 'duplicate' }], 'EventBridge tries again');
    for (let tries = 0; tries < 200 && stored() !== 'queued'; tries++) await new Promise((resolve) => setTimeout(resolve, 50));
    t.equal(stored(), 'queued');
    const work = (await app.call('GET', `/api/v1/assignments?digest=${digest}`)).body['items'];
    t.match(work, [{ kind: 'scan', state: 'pending', trigger: 'push', registryId }]);
    t.equal((work as readonly unknown[]).length, 1);
  });
}

/** A registry of its own with scans that a sensor accepted, each at its last try. */
async function lastTries(t: Test, count: number) {
  const { app } = server;
  const account = accountOf();
  const { body } = await app.call('POST', '/api/v1/registries', { body: registryBody(account) });
  const sensor = await enrolSensor(app, app.ownerToken, [(body['registry'] as { id: string }).id]);
  const headers = { 'x-tidewaiter-key': (body['webhookKey'] as { key: string }).key };
  const digests = Array.from({ length: count }, digestOf);
  const client = await SensorClient.open(app, sensor, { concurrency: count + 1 });
  const ids: string[] = [];
  for (const digest of digests) {
    await app.call('POST', '/api/webhooks/ecr', {
      token: null,
      body: pushEvent({ account, repository: 'shop/web', digest, tag: 'v1' }),
      headers,
    });
    const offer = await client.take(({ type, body }) => type === 'offer' && 'kind' in body && body.kind === 'scan');
    const { assignmentId } = offer.body as FrameBody<'offer'>;
    await client.ask('accept', { assignmentId }, 'accepted');
    ids.push(assignmentId);
  }
  const database = new BetterSqlite(app.databaseFile);
  t.teardown(() => database.close());
  client.terminate();
  await client.closed;
  const change = (what: string, at: number) => database.prepare(`update assignments set ${what} where id = ?`).run(ids[at]);
  for (const at of ids.keys()) change('attempt = 5', at);
  const stateOf = (at: number) => database.prepare('select state from assignments where id = ?').pluck().get(ids[at]);
  const verdictOf = (at: number, waitSeconds: number) =>
    app.call('GET', `/api/v1/verdicts/${digests[at]}?waitSeconds=${waitSeconds}`).then(({ status, body }) => [status, body['verdict']]);
  return { app, sensor, digests, database, change, stateOf, verdictOf };
}

type LastTries = Awaited<ReturnType<typeof lastTries>>;

/** Ways in which work fails without a word of its sensor. */
const silentEnds: Readonly<Record<string, (scan: LastTries) => void>> = {
  'its lease ran out': ({ change }) => change('lease_expires_at = 1', 0),
  'its sensor came back without it': ({ app, sensor }) => {
    SensorClient.connect(app, sensor).then(
      (client) => client.send('hello', helloBody(app)),
      () => undefined,
    );
  },
  'nobody is left who would do what was refused': ({ database, sensor, change }) => {
    database.prepare('update sensors set last_seen_at = 0 where id = ?').run(sensor.sensorId);
    change(`state = 'pending', sensor_id = null, lease_expires_at = null, refused = 1, stranded_at = 1`, 0);
  },
};

for (const [why, end] of Object.entries(silentEnds)) {
  t.test(
    `the control plane is killed after it wrote that work failed, since ${why}, and before its verdict: the verdict comes`,
    async (t) => {
      const scan = await lastTries(t, 1);
      const { database, stateOf, verdictOf } = scan;
      database.exec(`create trigger endless before insert on scans begin ${ENDLESS}; end`);
      end(scan);
      for (let tries = 0; tries < 500 && stateOf(0) !== 'failed'; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
      await server.crash(() => {
        t.equal(stateOf(0), 'failed');
        t.equal(database.prepare('select count(*) from scans where digest = ?').pluck().get(scan.digests[0]), 0, 'as it was left');
        database.exec('drop trigger endless');
      });
      t.strictSame(await verdictOf(0, 20), [200, 'failed']);
    },
  );
}

t.test('a verdict that cannot be written keeps no other from being made, and comes as soon as it can', async (t) => {
  const { digests, database, change, stateOf, verdictOf } = await lastTries(t, 2);
  database.exec(
    `create trigger broken before insert on scans when new.digest = '${digests[0]}' begin select raise(abort, 'not this one'); end`,
  );
  t.teardown(() => database.exec('drop trigger if exists broken'));
  // In one sweep, the one that cannot be written first.
  database.transaction(() => [0, 1].map((at) => change(`lease_expires_at = ${at + 1}`, at)))();
  t.strictSame(await verdictOf(1, 20), [200, 'failed']);
  t.strictSame([stateOf(0), await verdictOf(0, 0)], ['failed', [202, undefined]]);
  database.exec('drop trigger broken');
  t.strictSame(await verdictOf(0, 20), [200, 'failed']);
});
