import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure, FrameBody, Grant } from '@tidewaiter/shared/protocol';
import t, { type Test } from 'tap';
import { accountOf, digestOf, pushEvent, registryBody, startTestApp, type TestApp } from '../api/harness.ts';
import { type Enrolled, enrolSensor, SensorClient } from './sensor-client.ts';

/*
 * Sensors of one registry whose own policies differ, over real sockets: what one refuses another does, and what none does ends in a word.
 */
t.setTimeout(240_000);

const app: TestApp = await startTestApp(t.testdir());
t.teardown(() => app.close());

interface Peer {
  readonly sensor: Enrolled;
  readonly client: SensorClient;
}

/** A registry of its own, and as many sensors for it and nothing else. */
async function placeWith(t: Test, sensors: number) {
  const account = accountOf();
  const { body } = await app.call('POST', '/api/v1/registries', { body: registryBody(account) });
  const registryId = (body['registry'] as { id: string }).id;
  const { body: listings } = await app.call('GET', `/api/v1/assignments?registryId=${registryId}`);
  for (const { id } of listings['items'] as readonly { id: string }[]) await app.call('POST', `/api/v1/assignments/${id}/cancel`);
  const peers: Peer[] = [];
  for (let at = 0; at < sensors; at++) {
    const sensor = await enrolSensor(app, app.ownerToken, [registryId]);
    peers.push({ sensor, client: await open(t, sensor) });
  }
  const headers = { 'x-tidewaiter-key': (body['webhookKey'] as { key: string }).key };
  const push = async (): Promise<string> => {
    const digest = digestOf();
    const event = pushEvent({ account, repository: 'shop/web', digest, tag: 'latest' });
    const answer = await app.call('POST', '/api/webhooks/ecr', { token: null, body: event, headers });
    t.equal(answer.status, 202);
    return digest;
  };
  return { peers, push };
}

async function open(t: Test, sensor: Enrolled): Promise<SensorClient> {
  const client = await SensorClient.open(app, sensor, { concurrency: 1 });
  t.teardown(() => client.terminate());
  return client;
}

/** Whoever of them is offered the work first. */
async function offered(peers: readonly Peer[]): Promise<{ readonly one: Peer; readonly rest: readonly Peer[]; readonly id: string }> {
  for (let tries = 0; tries < 400; tries++) {
    const one = peers.find(({ client }) => client.waiting.some((frame) => frame.type === 'offer'));
    if (one) return { one, rest: peers.filter((peer) => peer !== one), id: (await one.client.next('offer')).body.assignmentId };
    await sleep(20);
  }
  throw new Error('nobody was offered anything');
}

const grantOf = async ({ client }: Peer, assignmentId: string): Promise<Grant> =>
  (await client.ask('accept', { assignmentId }, 'accepted')).grant;

const refusalOf = (account: string): Failure => ({
  code: 'policy.refused',
  detail: `account: got ${account}, want none`,
  remedy: `To allow it, add to accounts in the sensor's TIDEWAITER_POLICY_FILE: ["${account}"].`,
  retryable: false,
});

type Outcome = Extract<FrameBody<'report'>['report'], { readonly kind: 'outcome' }>;

async function end({ client }: Peer, grant: Grant, change: Pick<Outcome, 'state' | 'failure'>): Promise<void> {
  const report: Outcome = { kind: 'outcome', grant, unread: [], timings: {}, ...change };
  await client.ask('report', { reportId: randomUUID(), schema: 1, report }, 'ack');
}

async function refuse(peer: Peer, assignmentId: string, account: string): Promise<Grant> {
  const grant = await grantOf(peer, assignmentId);
  await end(peer, grant, { state: 'failed', failure: refusalOf(account) });
  return grant;
}

const work = async (id: string) => (await app.call('GET', `/api/v1/assignments/${id}`)).body;

async function until(id: string, fits: (body: Awaited<ReturnType<typeof work>>) => boolean) {
  for (let tries = 0; tries < 200; tries++) {
    const body = await work(id);
    if (fits(body)) return body;
    await sleep(100);
  }
  throw new Error(`it never came to that: ${JSON.stringify(await work(id))}`);
}

t.test('what one sensor refuses is offered to the other at once, and done', async (t) => {
  const { peers, push } = await placeWith(t, 2);
  const digest = await push();
  const { one, rest, id } = await offered(peers);
  const waiting = app.call('GET', `/api/v1/verdicts/${digest}?waitSeconds=20`);
  const started = Date.now();
  await refuse(one, id, '111');
  const [other] = rest;
  if (!other) throw new Error('there are two');
  t.equal((await other.client.next('offer')).body.assignmentId, id);
  t.ok(Date.now() - started < 2_500, `offered after ${Date.now() - started} ms, not at the next poll`);
  const refusals = [{ sensorId: one.sensor.sensorId, sensorName: 'test sensor', failure: refusalOf('111'), refusedAt: String }];
  t.match(await work(id), { state: 'offered', attempt: 1, strandedAt: null, refusals });
  const grant = await grantOf(other, id);
  t.equal(grant.attempt, 2);
  await end(other, grant, { state: 'gone', failure: null });
  t.match((await waiting).body, { verdict: 'gone' }, 'a refusal by one is no verdict');
  t.match(await work(id), { state: 'succeeded', failure: null, refusals });
  t.match((await app.call('GET', `/api/v1/assignments?digest=${digest}`)).body['items'], [{ id, refusals }], 'in the list, too');
  t.notOk(
    one.client.waiting.some((frame) => frame.type === 'offer'),
    'who refused it is not offered it again',
  );
});

t.test('what both refuse fails with the last refusal, and both lines are shown', async (t) => {
  const { peers, push } = await placeWith(t, 2);
  const digest = await push();
  const first = await offered(peers);
  await refuse(first.one, first.id, '111');
  const second = await offered(first.rest);
  await refuse(second.one, second.id, '222');
  t.match(await work(first.id), {
    state: 'failed',
    attempt: 2,
    failure: refusalOf('222'),
    refusals: [
      { sensorId: second.one.sensor.sensorId, failure: { remedy: /\["222"\]/ } },
      { sensorId: first.one.sensor.sensorId, failure: { remedy: /\["111"\]/ } },
    ],
  });
  t.match((await app.call('GET', `/api/v1/verdicts/${digest}`)).body, { verdict: 'failed' });
});

t.test('a sensor is offered what it refused again in its next session, with whatever policy it has then', async (t) => {
  const { peers, push } = await placeWith(t, 2);
  await push();
  const { one, rest, id } = await offered(peers);
  await refuse(one, id, '111');
  for (const { client } of rest) {
    await client.next('offer');
    client.terminate();
  }
  one.client.terminate();
  app.advance(20_001);
  const again: Peer = { sensor: one.sensor, client: await open(t, one.sensor) };
  t.equal((await again.client.next('offer')).body.assignmentId, id);
  t.match(await work(id), { refusals: [] });
  const grant = await grantOf(again, id);
  await end(again, grant, { state: 'gone', failure: null });
  t.match(await work(id), { state: 'succeeded', attempt: 2 });
});

t.test('work whose last sensor is revoked says so, and fails with the refusal when no other comes', async (t) => {
  const { peers, push } = await placeWith(t, 2);
  const digest = await push();
  const { one, rest, id } = await offered(peers);
  await refuse(one, id, '111');
  for (const { sensor } of rest) await app.call('POST', `/api/v1/sensors/${sensor.sensorId}/revoke`, { body: {} });
  const stranded = await until(id, (body) => body['strandedAt'] !== null);
  t.match(stranded, { finishedAt: null, refusals: [{ failure: refusalOf('111') }] });
  t.equal((await app.call('GET', `/api/v1/verdicts/${digest}`)).status, 202);
  app.advance(120_000);
  t.match(await until(id, (body) => body['state'] === 'failed'), {
    failure: refusalOf('111'),
    refusals: [{ sensorId: one.sensor.sensorId }],
  });
  t.match((await app.call('GET', `/api/v1/verdicts/${digest}`)).body, { verdict: 'failed' }, 'who waits for a verdict gets one');
});

t.test('refusals are no tries: a failure that may pass is tried again after more refusals than there are tries', async (t) => {
  const { peers, push } = await placeWith(t, 6);
  await push();
  let left: readonly Peer[] = peers;
  let last = await offered(left);
  for (let refusals = 1; refusals <= 5; refusals++) {
    await refuse(last.one, last.id, `${refusals}`);
    left = last.rest;
    last = await offered(left);
  }
  const grant = await grantOf(last.one, last.id);
  t.equal(grant.attempt, 6);
  await end(last.one, grant, {
    state: 'failed',
    failure: { code: 'registry.unreachable', detail: 'no route', remedy: null, retryable: true },
  });
  t.match(await work(last.id), { state: 'pending', failure: { code: 'registry.unreachable' }, refusals: { length: 5 } });
});
