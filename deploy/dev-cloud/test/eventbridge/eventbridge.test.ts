import type { RuleRequest } from '@tidewaiter/dev-cloud/cloud';
import tap, { type Test } from 'tap';
import { cloudFor } from '../clients.ts';
import { serve, smallImage, until, Webhook } from '../fixtures.ts';

async function setUp(t: Test, rule: Partial<RuleRequest> = {}) {
  const cloud = await cloudFor(t);
  const webhook = await Webhook.start();
  t.teardown(() => webhook.close());
  await cloud.createRepository({ name: 'app' });
  cloud.createRule({ name: 'push', url: `${webhook.url}/hook`, retry: { delaysMs: [20] }, ...rule });
  const push = (seed = 'a') => cloud.putImage({ repository: 'app', tag: 'v1', ...smallImage(seed) });
  return { cloud, webhook, push };
}

void tap.test('an event is posted as EventBridge posts it', async (t) => {
  const { cloud, webhook, push } = await setUp(t, { header: { name: 'X-Api-Key', value: 'k' } });
  const { digest } = await push();
  await until(() => cloud.counters().events['delivered'] === 1);
  t.match(webhook.received[0]?.event, {
    version: '0',
    id: /^[0-9a-f-]{36}$/,
    'detail-type': 'ECR Image Action',
    source: 'aws.ecr',
    account: '123456789012',
    time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    region: 'eu-west-1',
    resources: [],
    detail: {
      result: 'SUCCESS',
      'repository-name': 'app',
      'image-digest': digest,
      'action-type': 'PUSH',
      'image-tag': 'v1',
      'manifest-media-type': 'application/vnd.oci.image.manifest.v1+json',
      'artifact-media-type': 'application/vnd.oci.image.config.v1+json',
    },
  });
  t.match(webhook.received[0]?.headers, {
    'user-agent': 'Amazon/EventBridge/ApiDestinations',
    'content-type': 'application/json; charset=utf-8',
    range: 'bytes=0-1048575',
    'accept-encoding': 'gzip,deflate',
    connection: 'close',
    'x-api-key': 'k',
  });
});

void tap.test('429, 5xx and silence are tried again; every other answer is the last', async (t) => {
  for (const status of [429, 500, 503]) {
    await t.test(`${status} is tried again`, async (tt) => {
      const { cloud, webhook, push } = await setUp(tt);
      webhook.answer = (count, response) => response.writeHead(count < 3 ? status : 202).end();
      await push();
      await until(() => cloud.counters().events['delivered'] === 1);
      tt.equal(webhook.received.length, 3);
      tt.equal(webhook.received[0]?.event['id'], webhook.received[2]?.event['id'], 'with the same id');
    });
  }
  for (const status of [301, 400, 401, 404]) {
    await t.test(`${status} goes to the dead letters`, async (tt) => {
      const { cloud, webhook, push } = await setUp(tt);
      webhook.answer = (_, response) => response.writeHead(status).end();
      await push();
      await until(() => cloud.deadLetters().length === 1);
      tt.match(cloud.deadLetters()[0], { rule: 'push', attempts: 1, reason: `HTTP ${status}` });
    });
  }
  await t.test('no answer within the time limit', async (tt) => {
    const { cloud, webhook, push } = await setUp(tt, { timeoutMs: 100 });
    webhook.answer = (count, response) => {
      if (count > 1) response.writeHead(202).end();
    };
    await push();
    await until(() => cloud.counters().events['delivered'] === 1);
    tt.match(cloud.deliveries()[0]?.attempts[0]?.answer, { kind: 'none' });
  });
  await t.test('nobody listens', async (tt) => {
    const gone = await serve((_, response) => response.end());
    await gone.close();
    const { cloud, push } = await setUp(tt, { url: gone.url, retry: { delaysMs: [1], retriesMax: 2 } });
    await push();
    await until(() => cloud.deadLetters().length === 1);
    tt.match(cloud.deadLetters()[0], { attempts: 3, reason: /ECONNREFUSED.* after 2 retries$/ });
  });
});

void tap.test('Retry-After is waited for where it is longer, and a negative one ends it', async (t) => {
  const { cloud, webhook, push } = await setUp(t);
  webhook.answer = (count, response) => response.writeHead(count === 1 ? 503 : 202, count === 1 ? { 'retry-after': '1' } : {}).end();
  await push();
  await until(() => cloud.counters().events['delivered'] === 1);
  const [first, second] = webhook.received;
  t.ok((second?.at ?? 0) - (first?.at ?? 0) >= 990, 'a second, not 20 ms');
  webhook.answer = (_, response) => response.writeHead(503, { 'retry-after': '-1' }).end();
  await push('b');
  await until(() => cloud.deadLetters().length === 1);
  t.match(cloud.deadLetters()[0], { attempts: 1, reason: 'HTTP 503 with a negative Retry-After' });
});

void tap.test('an event that would be older than its age is given up', async (t) => {
  const { cloud, webhook, push } = await setUp(t, { retry: { ageSecondsMax: 1, delaysMs: [2000] } });
  webhook.answer = (_, response) => response.writeHead(503).end();
  await push();
  await until(() => cloud.deadLetters().length === 1);
  t.match(cloud.deadLetters()[0], { attempts: 1, reason: 'HTTP 503, older than 1 s' });
});

void tap.test('a rule takes what its pattern fits, in its own account and region', async (t) => {
  const { cloud, webhook, push } = await setUp(t, {
    pattern: { source: ['aws.ecr'], detail: { 'action-type': ['DELETE'], 'image-tag': [{ prefix: 'v' }] } },
  });
  cloud.createRule({ name: 'elsewhere', url: webhook.url, region: 'us-east-1' });
  await push();
  cloud.deleteImage({ repository: 'app', imageTag: 'v1' });
  await until(() => webhook.received.length === 1);
  t.match(webhook.received[0]?.detail, { 'action-type': 'DELETE' });
  t.match(cloud.counters().events, { emitted: 2, delivered: 1 });
  t.throws(
    () => cloud.createRule({ name: 'x', url: webhook.url, pattern: { detail: { size: [{ numeric: ['>', 1] }] } } }),
    /does not know/,
  );
});

void tap.test('events are lost, late and doubled as the faults say', async (t) => {
  const { cloud, webhook, push } = await setUp(t);
  cloud.setFault({ kind: 'lostEvent', repository: 'app', count: 1 });
  await push('a');
  t.match(cloud.counters().events, { emitted: 1, lost: 1 });
  cloud.setFault({ kind: 'lateEvent', delayMs: 150, count: 1 });
  const pushed = Date.now();
  await push('b');
  await until(() => webhook.received.length === 1);
  t.ok((webhook.received[0]?.at ?? 0) - pushed >= 145);
  cloud.setFault({ kind: 'doubledEvent', count: 1 });
  await push('c');
  await until(() => webhook.received.length === 3);
  t.equal(webhook.received[1]?.event['id'], webhook.received[2]?.event['id'], 'the same event twice');
});
