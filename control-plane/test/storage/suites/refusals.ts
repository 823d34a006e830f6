import type { Failure, Grant } from '@tidewaiter/shared/protocol';
import type { Test } from 'tap';
import type { Sensor, Store } from '../../../src/storage/index.ts';
import type { Stores } from '../conformance.ts';
import { assignmentOf, createWorkspace, digestOf, engine, enrol, registryOf, reportImage } from '../samples.ts';

const limits = { seenSince: 0, refusedMax: 9 };
const failed = { state: 'failed' as const, failure: null, timings: {}, retryAt: null };

/** What a sensor says of a line that its policy lacks. */
function refusalOf(line: string): { failure: Failure; timings: Record<string, number> } {
  const failure = { code: 'policy.refused', detail: `the account, want ${line}`, remedy: `To allow it, add ${line}.`, retryable: false };
  return { failure, timings: { total: 3 } };
}

/** A registry of a new workspace, its sensors (seen at 10) and one scan in its queue. */
async function world(store: Store, sensors: number) {
  const workspaceId = await createWorkspace(store);
  const registry = registryOf(workspaceId);
  await store.registries.create(workspaceId, registry);
  const enrolled: Sensor[] = [];
  for (let at = 0; at < sensors; at++) enrolled.push(await seen(store, await enrol(store, workspaceId), 10));
  const { id } = await store.assignments.create(workspaceId, assignmentOf(registry));
  return { workspaceId, registry, sensors: enrolled, id };
}

async function seen(store: Store, sensor: Sensor, lastSeenAt: number): Promise<Sensor> {
  await store.sensors.update(sensor.workspaceId, sensor.id, { lastSeenAt });
  return sensor;
}

async function take(store: Store, sensor: Sensor | undefined, nowMs: number): Promise<Grant> {
  const { workspaceId = '', id = '' } = sensor ?? {};
  const [offered] = await store.assignments.offer(workspaceId, id, 1, 5, nowMs);
  const accepted = await store.assignments.accept(workspaceId, id, offered?.id ?? '', 1_000, nowMs);
  if (!accepted) throw new Error('not accepted');
  return { assignmentId: accepted.id, attempt: accepted.attempt };
}

/** Takes the next work and refuses it. */
async function refuse(store: Store, sensor: Sensor | undefined, nowMs: number, change: Partial<typeof limits> = {}) {
  const { workspaceId = '', id = '' } = sensor ?? {};
  const grant = await take(store, sensor, nowMs);
  return store.assignments.refuse(workspaceId, id, grant, refusalOf(`line ${nowMs}`), { ...limits, ...change }, nowMs);
}

/** What sensors' own policies refuse: who gets it then, and what becomes of it when nobody does. */
export async function refusalsSuite(t: Test, stores: Stores): Promise<void> {
  await passing(t, stores);
  await stranding(t, stores);
}

async function passing(t: Test, stores: Stores): Promise<void> {
  await t.test('what one sensor refuses another does, under a later attempt', async (t) => {
    const store = await stores.open(t);
    const { workspaceId, sensors, id } = await world(store, 2);
    const [one, two] = sensors;
    const grant = await take(store, one, 20);
    const layer = digestOf('layer');
    if (one) await reportImage(store, one, digestOf('root'), [layer]);
    t.match(await store.facts.claim(workspaceId, one?.id ?? '', grant, engine, [layer], 9_999, 20), { yours: [layer] });
    const said = refusalOf('"accounts": ["1"]');
    for (const [who, stale] of [
      [two?.id ?? '', grant],
      [one?.id ?? '', { ...grant, attempt: 2 }],
    ] as const)
      t.equal(await store.assignments.refuse(workspaceId, who, stale, said, limits, 21), null, 'fenced off');
    t.same(await store.assignments.listRefusals(workspaceId, [id], 9), [], 'and nothing is kept of it');
    t.equal(await store.assignments.refuse(workspaceId, one?.id ?? '', grant, said, limits, 21), 'passed-on');
    t.match(await store.assignments.fetch(workspaceId, id), {
      state: 'pending',
      attempt: 1,
      refused: 1,
      sensorId: null,
      leaseExpiresAt: null,
      failure: said.failure,
      timings: { total: 3 },
      notBefore: 21,
      finishedAt: null,
    });
    t.equal(await store.assignments.refuse(workspaceId, one?.id ?? '', grant, said, limits, 22), null, 'its attempt is over');
    t.same(await store.assignments.offer(workspaceId, one?.id ?? '', 9, 5, 22), [], 'it is not offered what it refused');
    t.equal(await store.assignments.accept(workspaceId, one?.id ?? '', id, 9, 22), null, 'nor may it take it');
    const next = await take(store, two, 23);
    t.same(next, { assignmentId: id, attempt: 2 });
    if (two) await reportImage(store, two, digestOf('root'), [layer]);
    t.match(await store.facts.claim(workspaceId, two?.id ?? '', next, engine, [layer], 99, 23), { yours: [layer] }, 'its claims are free');
    const done = { ...failed, state: 'succeeded' as const };
    t.match(await store.assignments.finish(workspaceId, two?.id ?? '', next, done, 30), { state: 'succeeded', failure: null });
    t.same(
      await store.assignments.listRefusals(workspaceId, [id, 'none'], 9),
      [{ assignmentId: id, sensorId: one?.id, sensorName: 'a sensor', failure: said.failure, refusedAt: 21 }],
      'it stays to be seen',
    );
    t.equal(await store.assignments.deleteRefusals(workspaceId, one?.id ?? ''), 0, 'for good, when the work is ended');
  });

  await t.test('a refusal is the last one when no other sensor is there that may do it', async (t) => {
    const store = await stores.open(t);
    const { workspaceId, registry, sensors, id } = await world(store, 6);
    const [one, revoked, away, never, elsewhere, two] = sensors;
    await store.sensors.update(workspaceId, revoked?.id ?? '', { revokedAt: 15 });
    if (away) await seen(store, away, 9);
    await store.sensors.update(workspaceId, never?.id ?? '', { revokedAt: 15 });
    await store.sensors.update(workspaceId, elsewhere?.id ?? '', { revokedAt: 15 });
    await enrol(store, workspaceId);
    const other = registryOf(workspaceId, { host: 'other.example', provider: 'oci' });
    await store.registries.create(workspaceId, other);
    await seen(store, await enrol(store, workspaceId, [other.id]), 10);
    const theirs = await createWorkspace(store, 'two');
    await seen(store, await enrol(store, theirs), 10);
    const since = { seenSince: 10 };
    t.equal(await refuse(store, one, 20, since), 'passed-on', 'the second one was seen at that very moment');
    const grant = await take(store, two, 30);
    const end = refusalOf('two');
    t.equal(await store.assignments.refuse(workspaceId, two?.id ?? '', grant, end, { ...limits, ...since }, 31), 'last');
    t.match(await store.assignments.fetch(workspaceId, id), { state: 'running', attempt: 2, sensorId: two?.id, refused: 1 });
    t.equal(
      await store.assignments.refuse(workspaceId, two?.id ?? '', grant, end, { ...limits, ...since }, 32),
      'last',
      'a crash before its end brings it again',
    );
    t.equal((await store.assignments.listRefusals(workspaceId, [id], 9)).length, 2);
    t.equal(
      await store.assignments.refuse(workspaceId, two?.id ?? '', grant, end, { ...limits, seenSince: 9 }, 33),
      'passed-on',
      'the one that was away is back',
    );
    t.same(
      (await store.assignments.offer(workspaceId, away?.id ?? '', 9, 5, 40)).map((offered) => offered.registryId),
      [registry.id],
    );
  });

  await t.test('two that come back all the time end at the bound, and are shown newest first', async (t) => {
    const store = await stores.open(t);
    const { workspaceId, sensors, id } = await world(store, 2);
    const refusals: unknown[] = [];
    for (let at = 0; at < 4; at++) {
      const sensor = sensors[at % 2];
      refusals.push(await refuse(store, sensor, 20 + at, { refusedMax: 4 }));
      // As its next hello does.
      if (at < 2) t.equal(await store.assignments.deleteRefusals(workspaceId, sensor?.id ?? ''), 1);
    }
    t.same(refusals, ['passed-on', 'passed-on', 'passed-on', 'last']);
    t.match(await store.assignments.fetch(workspaceId, id), { attempt: 4, refused: 3 });
    const shown = async (limit: number) => (await store.assignments.listRefusals(workspaceId, [id], limit)).map((one) => one.refusedAt);
    t.same(await shown(9), [23, 22]);
    t.same(await shown(1), [23]);
  });

  await t.test('refusals are no tries: the work of a sensor that falls silent comes again as often as ever', async (t) => {
    const store = await stores.open(t);
    const { workspaceId, sensors, id } = await world(store, 3);
    await refuse(store, sensors[0], 20);
    await refuse(store, sensors[1], 21);
    const grant = await take(store, sensors[2], 22);
    t.equal(grant.attempt, 3);
    t.match(await store.assignments.release(workspaceId, sensors[2]?.id ?? '', [], 2, 23), { freed: 1, failed: [] });
    await take(store, sensors[2], 24);
    t.match(await store.assignments.expire(9_999, 2), { freed: [], failed: [{ id, attempt: 4, refused: 2 }] });
  });
}

async function stranding(t: Test, stores: Stores): Promise<void> {
  const strand = (store: Store, nowMs: number) => store.assignments.strand(nowMs, { seenSince: nowMs - 100, strandedSince: nowMs - 50 });

  await t.test('refused work fails some time after the last sensor left that would have done it', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const { workspaceId, registry, sensors, id } = await world(one, 2);
    const [refuser, other] = sensors;
    const fresh = await one.assignments.create(workspaceId, assignmentOf(registry, { digest: digestOf('nobody refused it'), priority: 9 }));
    t.equal(await refuse(one, refuser, 20), 'passed-on');
    const strandedAt = async () => (await one.assignments.fetch(workspaceId, id))?.strandedAt;
    t.same(await strand(one, 110), []);
    t.equal(await strandedAt(), null, 'the other one was seen 100 ago');
    if (refuser) await seen(one, refuser, 111);
    t.same(await strand(one, 111), []);
    t.equal(await strandedAt(), 111, 'one more, and it is gone');
    if (other) await seen(one, other, 150);
    t.same(await strand(one, 151), []);
    t.equal(await strandedAt(), null, 'it came back');
    await one.sensors.update(workspaceId, other?.id ?? '', { revokedAt: 155 });
    t.same(await strand(one, 160), []);
    t.same(await strand(one, 209), []);
    t.equal(await strandedAt(), 160);
    const swept = await Promise.all([strand(one, 210), strand(two, 210)]);
    t.match(swept.flat(), [{ id, state: 'failed', finishedAt: 210, failure: refusalOf('line 20').failure, engine }]);
    t.equal(swept.flat().length, 1, 'once, whoever sweeps');
    t.match((await one.assignments.listUnjudged({ cursor: null, limit: 9 })).items, [{ id }], 'and owes its verdict');
    t.match(await one.assignments.fetch(workspaceId, id), { state: 'failed', finishedAt: 210, failure: refusalOf('line 20').failure });
    t.match(
      await one.assignments.fetch(workspaceId, fresh.id),
      { state: 'pending', strandedAt: null },
      'what nobody refused waits for anyone',
    );
  });

  await t.test('a sensor that takes stranded work takes it out of its end, and a newer failure does not hide the refusal', async (t) => {
    const store = await stores.open(t);
    const { workspaceId, sensors, id } = await world(store, 2);
    await refuse(store, sensors[0], 20);
    await strand(store, 111);
    const grant = await take(store, sensors[1], 120);
    t.match(await store.assignments.fetch(workspaceId, id), { state: 'running', strandedAt: null });
    t.same(await strand(store, 500), [], 'what runs is not waiting');
    const failure = { code: 'registry.unreachable', detail: 'no route', remedy: null, retryable: true };
    await store.assignments.finish(workspaceId, sensors[1]?.id ?? '', grant, { ...failed, failure, retryAt: 600 }, 510);
    await strand(store, 700);
    t.match(await strand(store, 750), [{ id, failure: { code: 'policy.refused' } }]);
  });

  await t.test('more refused work than one sweep ends is ended by the next ones', async (t) => {
    const store = await stores.open(t);
    const { workspaceId, registry, sensors } = await world(store, 2);
    const works = Array.from({ length: 500 }, (_, at) => assignmentOf(registry, { digest: digestOf(`${at}`) }));
    await store.assignments.createAll(workspaceId, works);
    for (let at = 0; at < 501; at++) await refuse(store, sensors[0], 20);
    const ended = [];
    for (const nowMs of [200, 201, 250, 251, 252]) ended.push((await strand(store, nowMs)).length);
    t.same(ended, [0, 0, 500, 1, 0]);
    t.same(await store.assignments.count(workspaceId), { failed: 501 });
  });
}
