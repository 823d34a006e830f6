import { randomBytes, randomUUID } from 'node:crypto';
import t from 'tap';
import { assertionOf, enrolSensor, openSocket, refusedUpgrade, SensorClient } from '../dispatch/sensor-client.ts';
import { startPostgres } from '../storage/postgres-server.ts';
import { folderFor } from '../folder.ts';
import { accountOf, digestOf, pushEvent, registryBody, startTestApp } from './harness.ts';

/** Real waits and a machine shared with others; tap gives a file 30 s. */
t.setTimeout(240_000);

/* Two replicas on one PostgreSQL, started together. */
const postgres = await startPostgres();
t.teardown(() => postgres.stop());
const databaseUrl = await postgres.createDatabase();
const shared = {
  TIDEWAITER_DATABASE_URL: databaseUrl,
  TIDEWAITER_PUBLIC_URL: 'http://127.0.0.1:1',
  TIDEWAITER_OWNER_TOKEN: `tw_${randomBytes(32).toString('base64url')}`,
  TIDEWAITER_KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
};
const [one, two] = await Promise.all([startTestApp(folderFor(t), shared), startTestApp(folderFor(t), shared)]);
t.teardown(() => Promise.all([one.close(), two.close()]));
const token = shared.TIDEWAITER_OWNER_TOKEN;
/** Sensors sign for the public URL, whichever replica they reach. */
const sensorsOf = (app: typeof one) => ({ ...app, audience: shared.TIDEWAITER_PUBLIC_URL });

t.test('replicas started together make one workspace, one owner and one issuer key', async (t) => {
  const [first, second] = await Promise.all([one, two].map((app) => app.call('GET', '/api/v1/workspace', { token })));
  t.equal(first?.status, 200);
  t.strictSame(first?.body, second?.body);
  t.equal((await postgres.query(databaseUrl, 'select * from workspaces')).length, 1);
  t.equal((await postgres.query(databaseUrl, 'select * from issuer_keys')).length, 1);
  const [a, b] = await Promise.all([one, two].map((app) => app.call('GET', '/exposed/.well-known/jwks.json')));
  t.equal(a?.headers.get('etag'), b?.headers.get('etag'), 'both serve the same key set');
});

t.test('of replicas started together on terminals one shows the owner token, and it is the one that works', async (t) => {
  const env = { ...shared, TIDEWAITER_DATABASE_URL: await postgres.createDatabase(), TIDEWAITER_OWNER_TOKEN: '' };
  const shown: string[] = [];
  const apps = await Promise.all([1, 2, 3].map(() => startTestApp(folderFor(t), env, (secret) => shown.push(secret))));
  t.teardown(() => Promise.all(apps.map((app) => app.close())));
  t.equal(shown.length, 1);
  for (const app of apps) {
    t.match(await app.call('GET', '/api/v1/workspace', { token: shown[0] ?? '' }), { status: 200, body: { role: 'owner' } });
    t.notMatch(app.log(), shown[0], 'no log holds it');
  }
});

t.test('a push at one replica wakes the sensor and the pipeline at the other', async (t) => {
  const account = accountOf();
  const { body } = await one.call('POST', '/api/v1/registries', { token, body: registryBody(account) });
  const sensor = await enrolSensor(one, token);
  const client = await SensorClient.open(sensorsOf(two), sensor, { concurrency: 8 });
  t.teardown(() => client.terminate());
  await client.next('offer');
  const digest = digestOf();
  const event = pushEvent({ account, repository: 'shop/web', digest, tag: 'latest' });
  const headers = { 'x-tidewaiter-key': (body['webhookKey'] as { key: string }).key };
  const started = Date.now();
  t.equal((await one.call('POST', '/api/webhooks/ecr', { token: null, body: event, headers })).status, 202);
  const offer = await client.next('offer');
  t.ok(Date.now() - started < 1_500, `offered after ${Date.now() - started} ms, not at the next poll`);
  const { grant } = await client.ask('accept', { assignmentId: offer.body.assignmentId }, 'accepted');
  const waiting = one.call('GET', `/api/v1/verdicts/${digest}?waitSeconds=20`, { token });
  const outcome = { kind: 'outcome' as const, grant, state: 'gone' as const, failure: null, unread: [], timings: {} };
  const reported = Date.now();
  await client.ask('report', { reportId: randomUUID(), schema: 1, report: outcome }, 'ack');
  t.match((await waiting).body, { verdict: 'gone' });
  t.ok(Date.now() - reported < 2_000, `told after ${Date.now() - reported} ms`);
});

t.test('the same event at both replicas at once is one scan', async (t) => {
  const account = accountOf();
  const { body } = await one.call('POST', '/api/v1/registries', { token, body: registryBody(account) });
  const headers = { 'x-tidewaiter-key': (body['webhookKey'] as { key: string }).key };
  const digest = digestOf();
  const event = pushEvent({ account, repository: 'shop/web', digest, tag: 'latest' });
  const answers = await Promise.all(
    [one, two, one, two].map((app) => app.call('POST', '/api/webhooks/ecr', { token: null, body: event, headers })),
  );
  t.strictSame(answers.map(({ status, body: answer }) => `${status} ${String(answer['outcome'])}`).sort(), [
    '202 duplicate',
    '202 duplicate',
    '202 duplicate',
    '202 queued',
  ]);
  const work = await two.call('GET', `/api/v1/assignments?digest=${digest}`, { token });
  t.equal((work.body['items'] as readonly unknown[]).length, 1);
});

t.test('an assertion is used once, whichever replica sees it', async (t) => {
  const sensor = await enrolSensor(one, token);
  const assertion = await assertionOf(sensorsOf(one), sensor);
  const results = await Promise.all(
    [one, two].map(async (app) => {
      const socket = openSocket(app, assertion);
      const opened = new Promise<string>((resolve) => socket.on('open', () => resolve('open')));
      return Promise.race([opened, refusedUpgrade(socket).then(({ body }) => String(body['code']))]);
    }),
  );
  t.strictSame(results.sort(), ['auth.invalid', 'open']);
});

t.test('a sensor revoked at one replica is cut off at the other within seconds', async (t) => {
  const sensor = await enrolSensor(one, token);
  const client = await SensorClient.open(sensorsOf(two), sensor);
  await one.call('POST', `/api/v1/sensors/${sensor.sensorId}/revoke`, { token, body: {} });
  const started = Date.now();
  t.equal((await client.closed).code, 1008);
  t.ok(Date.now() - started < 8_000);
});

t.test('a token minted by one replica verifies against the key set of the other', async (t) => {
  const { createRemoteJWKSet, jwtVerify } = await import('jose');
  const account = accountOf();
  const { body } = await one.call('POST', '/api/v1/registries', { token, body: registryBody(account) });
  const sensor = await enrolSensor(one, token, [(body['registry'] as { id: string }).id]);
  const client = await SensorClient.open(sensorsOf(one), sensor);
  t.teardown(() => client.terminate());
  const offer = await client.next('offer');
  const { grant } = await client.ask('accept', { assignmentId: offer.body.assignmentId }, 'accepted');
  const minted = await client.ask('token-request', { grant }, 'token');
  const keys = createRemoteJWKSet(new URL(`${two.url}/exposed/.well-known/jwks.json`));
  const { payload } = await jwtVerify(minted.token, keys, {
    issuer: `${shared.TIDEWAITER_PUBLIC_URL}/exposed`,
    audience: 'sts.amazonaws.com',
  });
  t.equal(payload.sub, `tidewaiter-account-id:${sensor.workspaceId}`);
});
