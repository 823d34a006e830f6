import BetterSqlite from 'better-sqlite3';
import t from 'tap';
import { assertionOf, enrolSensor, openSocket, refusedUpgrade, SensorClient, testEngine } from '../dispatch/sensor-client.ts';
import { accountOf, digestOf, pushEvent, registryBody, startTestApp } from './harness.ts';

/** Real waits and a machine shared with others; tap gives a file 30 s. */
t.setTimeout(120_000);

/* Another process (a backup, a shell) holds SQLite's write lock: whoever writes is told to come again, and nothing is lost. */
const app = await startTestApp(t.testdir());
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
});

t.test('what waits for a locked database is bounded; the rest is told to come later', async (t) => {
  const other = new BetterSqlite(app.databaseFile);
  other.exec('begin immediate');
  const event = pushEvent({ account, repository: 'shop/web', digest: digestOf(), tag: 'flood' });
  const answers = await Promise.all(Array.from({ length: 300 }, () => deliver(event)));
  other.exec('rollback');
  other.close();
  const [late, refused] = [503, 429].map((status) => answers.filter((answer) => answer.status === status));
  t.strictSame([late?.length, refused?.length], [256, 44]);
  t.match(refused?.[0]?.body, { code: 'overloaded', retryable: true });
  t.equal(refused?.[0]?.headers.get('retry-after'), '30');
  while ((await deliver(event)).status !== 202) await new Promise((resolve) => setTimeout(resolve, 100));
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
  const id = client.send('claim', { grant, engine: testEngine, digests: [digestOf()] });
  t.match(await client.next('error'), { replyTo: id, body: { code: 'storage.unavailable', retryable: true } });
  t.match(
    await refusedUpgrade(openSocket(app, await assertionOf(app, another))),
    { status: 503, body: { code: 'storage.unavailable' } },
    'an upgrade is told to come again',
  );
  other.exec('rollback');
  other.close();
  t.match(
    await client.ask('claim', { grant, engine: testEngine, digests: [digestOf()] }, 'claimed'),
    { wait: [] },
    'asked again, it is answered',
  );
});
