import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import t from 'tap';
import { assertionOf, enrolSensor, openSocket, refusedUpgrade, SensorClient, testEngine } from '../dispatch/sensor-client.ts';
import { folderFor } from '../folder.ts';
import { ensureFirstOwner } from '../../src/owner-token.ts';
import { openStore } from '../../src/storage/index.ts';
import { createLog } from '../../src/telemetry/index.ts';
import { Workspaces } from '../../src/workspaces/index.ts';
import { newId, systemClock } from '../storage/samples.ts';
import { accountOf, digestOf, pushEvent, random, registryBody, startTestApp } from './harness.ts';

/** Real waits and a machine shared with others; tap gives a file 30 s. */
t.setTimeout(240_000);

/* Another process (a backup, a shell) holds SQLite's write lock: whoever writes is told to come again, and nothing is lost. */
const app = await startTestApp(folderFor(t));
t.teardown(() => app.close());
const account = accountOf();
const { body: made } = await app.call('POST', '/api/v1/registries', { body: registryBody(account) });
const key = (made['webhookKey'] as { key: string }).key;
const deliver = (body: unknown) => app.call('POST', '/api/webhooks/ecr', { token: null, body, headers: { 'x-tidewaiter-key': key } });

t.test('a locked database is 503 with Retry-After before EventBridge gives up', async (t) => {
  const other = new BetterSqlite(app.databaseFile);
  other.exec('begin immediate');
  const event = pushEvent({ account, repository: 'shop/web', digest: digestOf(), tag: 'locked' });
  const started = Date.now();
  const answers = await Promise.all([deliver(event), deliver(event), deliver(event)]);
  t.ok(Date.now() - started < 4_500);
  for (const answer of answers) {
    t.match([answer.status, answer.body], [503, { code: 'storage.unavailable', retryable: true }]);
    t.equal(answer.headers.get('retry-after'), '30');
  }
  other.exec('rollback');
  other.close();
  const after = await deliver(event);
  t.equal(after.status, 202, 'sent again, it is taken');
  // The one of them that was stored after its answer may still be at work.
  await queued(event.detail['image-digest']);
});

async function queued(digest: string): Promise<void> {
  const scan = async () => (await app.call('GET', `/api/v1/assignments?digest=${digest}`)).body['items'] as readonly unknown[];
  while ((await scan()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

t.test('a first start that a locked database stops leaves no file for its token behind', async (t) => {
  const folder = t.testdir();
  const database = join(folder, 'new.db');
  const store = await openStore(`sqlite:${database}`, systemClock);
  const other = new BetterSqlite(database);
  t.teardown(async () => {
    other.close();
    await store.close();
  });
  const log = createLog('silent', { write: () => undefined });
  const workspaces = new Workspaces(store, { now: systemClock.now, random, newId });
  const file = join(folder, 'owner-token');
  const start = () => ensureFirstOwner({ workspaces, log, given: null, show: null, file });
  other.exec('begin immediate');
  await t.rejects(start(), { code: 'storage.unavailable' });
  const tokens = () => readdirSync(folder).filter((name) => name.startsWith('owner-token'));
  t.strictSame(tokens(), []);
  other.exec('rollback');
  await start();
  t.strictSame(tokens(), ['owner-token']);
});

/** Deliveries that are all there but for their last byte: so they can be completed at one moment, however busy the machine is. */
async function heldDeliveries(count: number, event: unknown): Promise<readonly (() => Promise<IncomingMessage>)[]> {
  const text = JSON.stringify(event);
  const headers = { 'x-tidewaiter-key': key, 'content-length': text.length };
  const start = async (): Promise<() => Promise<IncomingMessage>> => {
    const held = httpRequest(`${app.url}/api/webhooks/ecr`, { method: 'POST', headers, agent: false });
    const answered = once(held, 'response').then(([response]) => (response as IncomingMessage).resume());
    await new Promise((resolve) => held.write(text.slice(0, -1), resolve));
    return () => {
      held.end(text.slice(-1));
      return answered;
    };
  };
  return Promise.all(Array.from({ length: count }, start));
}

t.test('what waits for a locked database is bounded; the rest is told to come later', async (t) => {
  const other = new BetterSqlite(app.databaseFile);
  const event = pushEvent({ account, repository: 'shop/web', digest: digestOf(), tag: 'flood' });
  const held = await heldDeliveries(300, event);
  other.exec('begin immediate');
  const answers = await Promise.all(held.map((complete) => complete()));
  other.exec('rollback');
  other.close();
  const [late, refused] = [503, 429].map((status) => answers.filter(({ statusCode }) => statusCode === status));
  t.strictSame([late?.length, refused?.length], [256, 44]);
  t.equal(refused?.[0]?.headers['retry-after'], '30');
  while ((await deliver(event)).status !== 202) await new Promise((resolve) => setTimeout(resolve, 100));
  await queued(event.detail['image-digest']);
  const { body } = await app.call('GET', `/api/v1/assignments?digest=${event.detail['image-digest']}`);
  t.equal((body['items'] as readonly unknown[]).length, 1, 'of all that one scan comes');
});

t.test('a locked database is 503 on the API, and reading goes on', async (t) => {
  const other = new BetterSqlite(app.databaseFile);
  other.exec('begin immediate');
  const refused = await app.call('POST', '/api/v1/enrolment-tokens', { body: {} });
  t.match([refused.status, refused.body], [503, { code: 'storage.unavailable', retryable: true }]);
  t.match(refused.headers.get('retry-after'), /^\d+$/);
  t.equal((await app.call('GET', '/api/v1/registries')).status, 200);
  other.exec('rollback');
  other.close();
  t.equal((await app.call('POST', '/api/v1/enrolment-tokens', { body: {} })).status, 201);
});

t.test('a locked database costs a frame its answer and a sensor nothing else', async (t) => {
  const sensor = await enrolSensor(app, app.ownerToken);
  const client = await SensorClient.open(app, sensor);
  t.teardown(() => client.terminate());
  const offer = await client.next('offer');
  const { grant } = await client.ask('accept', { assignmentId: offer.body.assignmentId }, 'accepted');
  const another = await enrolSensor(app, app.ownerToken);
  const other = new BetterSqlite(app.databaseFile);
  other.exec('begin immediate');
  const id = client.send('claim', { grant, engine: testEngine, digests: [] });
  t.match(await client.next('error'), { replyTo: id, body: { code: 'storage.unavailable', retryable: true } });
  t.match(
    await refusedUpgrade(openSocket(app, await assertionOf(app, another))),
    { status: 503, body: { code: 'storage.unavailable' } },
    'an upgrade is told to come again',
  );
  other.exec('rollback');
  other.close();
  t.match(await client.ask('claim', { grant, engine: testEngine, digests: [] }, 'claimed'), { wait: [] }, 'asked again, it is answered');
});
