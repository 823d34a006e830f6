import { gzipSync } from 'node:zlib';
import t from 'tap';
import { enrolSensor, SensorClient } from '../dispatch/sensor-client.ts';
import { folderFor } from '../folder.ts';
import { accountOf, digestOf, pushEvent, registryBody, startTestApp } from './harness.ts';

/** Real waits and a machine shared with others; tap gives a file 30 s. */
t.setTimeout(240_000);

const app = await startTestApp(folderFor(t));
t.teardown(() => app.close());
const account = accountOf();
const { body: made } = await app.call('POST', '/api/v1/registries', { body: registryBody(account) });
const registryId = (made['registry'] as { id: string }).id;
const key = (made['webhookKey'] as { key: string }).key;

/** The headers an API Destination sends. */
const eventBridge = {
  'user-agent': 'Amazon/EventBridge/ApiDestinations',
  'content-type': 'application/json; charset=utf-8',
  range: 'bytes=0-1048575',
  'accept-encoding': 'gzip,deflate',
};
const deliver = (body: unknown, headers: Record<string, string> = {}) =>
  app.call('POST', '/api/webhooks/ecr', { token: null, body, headers: { ...eventBridge, 'x-tidewaiter-key': key, ...headers } });
const eventsOf = async () => (await app.call('GET', `/api/v1/registries/${registryId}/events`)).body;

/** Has a sensor do the listing with one image in it. */
async function list(assignmentId: string, repository: string, digest: string): Promise<void> {
  const client = await SensorClient.open(app, await enrolSensor(app, app.ownerToken));
  const { grant } = await client.ask('accept', { assignmentId }, 'accepted');
  const image = { repository, digest, tags: ['v'], mediaType: null, sizeBytes: 1, pushedAt: null, status: 'active' as const };
  const report = {
    kind: 'catalog-page' as const,
    grant,
    page: 0,
    last: true,
    repositories: [{ name: repository, createdAt: null }],
    images: [image],
  };
  await client.ask('report', { reportId: 'r', schema: 1, report }, 'ack');
  client.terminate();
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it never came');
}

t.test('a push is stored once and queued within a second', async (t) => {
  const event = pushEvent({ account, repository: 'shop/web', digest: digestOf(), tag: 'v1' });
  const started = Date.now();
  const answer = await deliver(event);
  t.ok(Date.now() - started < 1_000);
  t.match([answer.status, answer.body], [202, { outcome: 'queued', eventId: event.id }]);
  const again = await deliver(event);
  t.match([again.status, again.body], [202, { outcome: 'duplicate' }]);
  t.match(await eventsOf(), { counts: { queued: 1, duplicate: 1 }, items: [{ eventId: event.id, outcome: 'queued', duplicates: 1 }] });
  const { body } = await app.call('GET', '/api/v1/assignments?limit=200');
  const scans = (body['items'] as readonly { readonly kind: string }[]).filter(({ kind }) => kind === 'scan');
  t.equal(scans.length, 1);
  t.match(scans[0], { trigger: 'push', digest: event.detail['image-digest'] });
});

t.test('another account or region is 202 ignored and counted', async (t) => {
  for (const change of [{ account: accountOf() }, { region: 'us-east-1' }]) {
    const answer = await deliver(pushEvent({ account, repository: 'shop/web', digest: digestOf(), tag: 'x', ...change }));
    t.match([answer.status, answer.body], [202, { outcome: 'ignored', reason: String }]);
  }
  t.match(await eventsOf(), { counts: { ignored: 2 } });
});

t.test('the list of events goes on after one with an id as long and as wide as it may be', async (t) => {
  const { body: wide } = await app.call('POST', '/api/v1/registries', { body: registryBody(accountOf()) });
  const id = (wide['registry'] as { id: string }).id;
  const headers = { 'x-tidewaiter-key': (wide['webhookKey'] as { key: string }).key };
  const ids = ['\u6f22'.repeat(128), 'after'];
  for (const eventId of ids)
    t.equal((await deliver({ ...pushEvent({ account, repository: 'r', digest: digestOf(), id: eventId }) }, headers)).status, 202);
  const path = `/api/v1/registries/${id}/events?limit=1`;
  const { body: one } = await app.call('GET', path);
  t.match(one, { items: [{ eventId: ids[0] }] });
  t.match(await app.call('GET', `${path}&cursor=${String(one['nextCursor'])}`), {
    status: 200,
    body: { items: [{ eventId: 'after' }], nextCursor: null },
  });
});

t.test('a wrong key is 401, counted and shown', async (t) => {
  const event = pushEvent({ account, repository: 'shop/web', digest: digestOf() });
  for (const headers of [{ 'x-tidewaiter-key': `${key}x` }, { 'x-tidewaiter-key': '' }]) {
    const answer = await deliver(event, headers);
    t.match([answer.status, answer.body], [401, { code: 'webhook.key-invalid', remedy: /webhook-keys/ }]);
  }
  t.equal((await app.call('POST', '/api/webhooks/ecr', { token: null, body: 'junk' })).status, 401, 'an unreadable body is counted, too');
  t.match(await eventsOf(), { rejected: { count: 1, lastAt: /Z$/ }, rejectedByClaim: { count: 1, lastAt: /Z$/ } });
});

t.test('an API token is no webhook key, nor a key an API token', async (t) => {
  t.equal((await deliver({}, { 'x-tidewaiter-key': app.ownerToken })).status, 401);
  t.equal((await app.call('GET', '/api/v1/registries', { token: key })).status, 401);
});

t.test('only an unreadable body is 400', async (t) => {
  const bodies = [
    '',
    '{',
    'null',
    '7',
    gzipSync(JSON.stringify(pushEvent({ account, repository: 'a', digest: digestOf() }))).toString('latin1'),
  ];
  for (const body of bodies) {
    const answer = await deliver(body === '' ? undefined : body);
    t.match([answer.status, answer.body], [400, { code: 'webhook.body-invalid' }], JSON.stringify(body.slice(0, 20)));
  }
  const bytes = await fetch(`${app.url}/api/webhooks/ecr`, {
    method: 'POST',
    headers: { 'x-tidewaiter-key': key },
    body: new Uint8Array([0xff, 0xfe]),
  });
  t.equal(bytes.status, 400, 'no UTF-8');
});

t.test('a repository that ECR cannot have is 202 ignored, and becomes none', async (t) => {
  const answer = await deliver(pushEvent({ account, repository: 'UPPER CASE/../x', digest: digestOf(), tag: 'v1', id: 'i'.repeat(2_000) }));
  t.match([answer.status, answer.body], [202, { outcome: 'ignored', reason: /repository that ECR cannot have/, eventId: /^[a-f\d]{64}$/ }]);
  const { body } = await app.call('GET', `/api/v1/registries/${registryId}/repositories`);
  t.notMatch(JSON.stringify(body), /UPPER/);
});

t.test('the media type and content encoding named change nothing', async (t) => {
  const event = () => JSON.stringify(pushEvent({ account, repository: 'shop/web', digest: digestOf(), tag: 'y' }));
  for (const headers of [{ 'content-type': 'text/plain' }, { 'content-type': 'x' }, { 'content-encoding': 'gzip' }])
    t.equal((await deliver(event(), headers)).status, 202, JSON.stringify(headers));
});

t.test('a body at 64 KiB is read, one byte more is 413', async (t) => {
  const event = JSON.stringify(pushEvent({ account, repository: 'shop/web', digest: digestOf(), tag: 'z' }));
  t.equal((await deliver(event + ' '.repeat(65_536 - event.length))).status, 202);
  const over = await deliver(event + ' '.repeat(65_537 - event.length));
  t.match([over.status, over.body], [413, { code: 'request.too-large' }]);
});

t.test('a key works while two live, and not after it ended', async (t) => {
  const second = await app.call('POST', `/api/v1/registries/${registryId}/webhook-keys`);
  const event = () => pushEvent({ account, repository: 'shop/web', digest: digestOf(), tag: 'k' });
  t.equal((await deliver(event(), { 'x-tidewaiter-key': String(second.body['key']) })).status, 202);
  t.equal((await deliver(event())).status, 202);
  t.equal((await app.call('DELETE', `/api/v1/registries/${registryId}/webhook-keys/${String(second.body['id'])}`)).status, 204);
  const before = (await eventsOf())['rejected'] as { count: number };
  t.equal((await deliver(event(), { 'x-tidewaiter-key': String(second.body['key']) })).status, 401);
  t.match((await eventsOf())['rejected'], { count: before.count + 1 }, 'a key that ended is counted at its registry');
  const swapped = `${key.slice(0, 37)}${String(second.body['key']).slice(37)}`;
  t.equal((await deliver(event(), { 'x-tidewaiter-key': swapped })).status, 401, 'the secret of one key does not fit the name of another');
});

t.test('an untagged push waits two seconds for its index, then it is queued by itself', async (t) => {
  const digest = digestOf();
  t.match((await deliver(pushEvent({ account, repository: 'shop/web', digest }))).body, { outcome: 'waiting' });
  const of = async () => (await app.call('GET', `/api/v1/assignments?digest=${digest}`)).body['items'] as readonly unknown[];
  t.equal((await of()).length, 0);
  await until(async () => (await of()).length === 1);
});

t.test('a registry is listed anew when its interval has passed', async (t) => {
  const { body } = await app.call('POST', '/api/v1/registries', { body: { ...registryBody(accountOf()), intervalSeconds: 1_800 } });
  const id = (body['registry'] as { id: string }).id;
  await app.call('POST', `/api/v1/assignments/${String(body['assignmentId'])}/cancel`);
  app.advance(1_800_000);
  const pending = async () => (await app.call('GET', `/api/v1/assignments?registryId=${id}&state=pending`)).body['items'];
  await until(async () => ((await pending()) as readonly unknown[]).length === 1);
  t.match(await pending(), [{ kind: 'sync' }]);
});

t.test('a verdict waits, then says its state; only what is outside the perimeter is 404', async (t) => {
  const unknown = await app.call('GET', `/api/v1/verdicts/${digestOf()}`);
  t.match([unknown.status, unknown.body, unknown.headers.get('retry-after')], [202, { state: 'unknown' }, '5']);
  const digest = digestOf();
  await deliver(pushEvent({ account, repository: 'shop/web', digest, tag: 'v' }));
  const started = Date.now();
  const pending = await app.call('GET', `/api/v1/verdicts/${digest}?waitSeconds=1`);
  t.match([pending.status, pending.body], [202, { state: 'pending' }]);
  t.ok(Date.now() - started >= 950);
  for (const bad of ['-1', '61', 'x']) t.equal((await app.call('GET', `/api/v1/verdicts/${digest}?waitSeconds=${bad}`)).status, 400, bad);
  t.equal((await app.call('GET', '/api/v1/verdicts/sha256:abc')).status, 400);

  const outside = accountOf();
  const { body } = await app.call('POST', '/api/v1/registries', { body: registryBody(outside, 'specific') });
  const hidden = digestOf();
  const event = pushEvent({ account: outside, repository: 'not/watched', digest: hidden, tag: 'v' });
  const answer = await deliver(event, { 'x-tidewaiter-key': (body['webhookKey'] as { key: string }).key });
  t.match(answer.body, { outcome: 'ignored' });
  t.equal((await app.call('GET', `/api/v1/verdicts/${hidden}`)).status, 202, 'no listing has named it yet');
  await list(String(body['assignmentId']), 'not/watched', hidden);
  t.equal((await app.call('GET', `/api/v1/verdicts/${hidden}?waitSeconds=5`)).status, 404);
});

t.test('a thousand requests may wait at once, one more is told to come later', async (t) => {
  const other = await startTestApp(folderFor(t));
  const digest = digestOf();
  const calls = Array.from({ length: 1_001 }, () => other.call('GET', `/api/v1/verdicts/${digest}?waitSeconds=60`));
  t.equal((await Promise.race(calls)).status, 429, 'all others still wait');
  await other.close();
  const answers = await Promise.all(calls);
  t.strictSame(
    [202, 429].map((status) => answers.filter((answer) => answer.status === status).length),
    [1_000, 1],
  );
});

t.test('whoever waits for a verdict is answered when the program shuts down', async (t) => {
  const other = await startTestApp(folderFor(t));
  const waiting = other.call('GET', `/api/v1/verdicts/${digestOf()}?waitSeconds=60`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const started = Date.now();
  await other.close();
  t.match([(await waiting).status, (await waiting).body], [202, { state: 'unknown' }]);
  t.ok(Date.now() - started < 5_000);
});
