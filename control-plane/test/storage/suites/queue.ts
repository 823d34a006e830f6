import type { Failure, Grant, Progress } from '@tidewaiter/shared/protocol';
import type { Test } from 'tap';
import type { Registry, Store } from '../../../src/storage/index.ts';
import type { Stores } from '../conformance.ts';
import { assignmentOf, createWorkspace, digestOf, engine, enrol, newId, registryOf, reportImage } from '../samples.ts';

const first = { cursor: null, limit: 100 };
const progress: Progress = { phase: 'layers', layersDone: 1, layersTotal: 2, bytesDone: 3, bytesTotal: 4 };
const failure: Failure = { code: 'registry.unreachable', detail: 'no route', remedy: null, retryable: true };

async function connect(store: Store, name = 'one', change: Partial<Registry> = {}): Promise<Registry> {
  const registry = registryOf(await createWorkspace(store, name), change);
  await store.registries.create(registry.workspaceId, registry);
  return registry;
}

async function accept(store: Store, registry: Registry, sensorId: string, nowMs: number): Promise<Grant> {
  const [offered] = await store.assignments.offer(registry.workspaceId, sensorId, 1, 100, nowMs);
  const accepted = await store.assignments.accept(registry.workspaceId, sensorId, offered?.id ?? '', 1_000, nowMs);
  if (!accepted) throw new Error('not accepted');
  return { assignmentId: accepted.id, attempt: accepted.attempt };
}

/** Assignments: offers, leases, fencing. */
export async function queueSuite(t: Test, stores: Stores): Promise<void> {
  await offers(t, stores);
  await leases(t, stores);
  await endings(t, stores);
}

async function offers(t: Test, stores: Stores): Promise<void> {
  await t.test('the same work is queued once while it lives', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const [registry, theirs] = [await connect(one), await connect(one, 'two')];
    const { workspaceId } = registry;
    const made = await Promise.all(
      [one, two, one, two].map((store) => store.assignments.create(registry.workspaceId, assignmentOf(registry))),
    );
    t.equal(made.filter((queued) => queued.created).length, 1);
    t.equal(new Set(made.map((queued) => queued.id)).size, 1);
    t.equal(
      (await one.assignments.create(theirs.workspaceId, assignmentOf(theirs))).created,
      true,
      'another workspace has the same digest',
    );
    t.equal((await one.assignments.create(registry.workspaceId, assignmentOf(registry, { repository: 'web' }))).created, true);
    t.equal(
      (await one.assignments.create(registry.workspaceId, assignmentOf(registry, { kind: 'sync', repository: null, digest: null })))
        .created,
      true,
    );
    t.equal(
      (await one.assignments.create(registry.workspaceId, assignmentOf(registry, { kind: 'sync', repository: null, digest: null })))
        .created,
      false,
    );
    t.equal(await one.assignments.cancel(workspaceId, { id: made[0]?.id ?? '' }, 5), 1);
    t.equal((await one.assignments.create(registry.workspaceId, assignmentOf(registry))).created, true, 'what ended may come again');
    t.same(await one.assignments.count(workspaceId), { cancelled: 1, pending: 3 });
    t.same(await one.assignments.count(theirs.workspaceId), { pending: 1 });
  });

  await t.test('many are queued in one go as each would be by itself, at the size of a statement and beyond', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const [registry, theirs] = [await connect(one), await connect(one, 'two')];
    const { workspaceId } = registry;
    const works = (names: readonly string[]) => names.map((name) => assignmentOf(registry, { digest: digestOf(name) }));
    const named = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `image ${from + at}`);
    const live = await one.assignments.create(registry.workspaceId, assignmentOf(registry, { digest: digestOf('image 7') }));
    const ended = await one.assignments.create(registry.workspaceId, assignmentOf(registry, { digest: digestOf('image 8') }));
    await one.assignments.cancel(workspaceId, { id: ended.id }, 5);
    await one.assignments.create(theirs.workspaceId, assignmentOf(theirs, { digest: digestOf('image 9') }));
    // 500 rows fill a statement.
    for (const [from, to, fresh] of [
      [0, 500, 499],
      [0, 501, 1],
      [400, 1_402, 901],
    ] as const) {
      const asked = works(named(from, to));
      const queued = await one.assignments.createAll(workspaceId, asked);
      t.equal(queued.length, asked.length);
      t.equal(queued.filter(({ created }) => created).length, fresh);
      t.ok(
        queued.every(({ id, created }, at) => created === (id === asked[at]?.id)),
        'in the order asked',
      );
      if (from === 0) t.same(queued[7], { id: live.id, created: false }, 'what lives already keeps its id');
    }
    t.same(await one.assignments.count(workspaceId), { pending: 1_402, cancelled: 1 });
    t.same(await one.assignments.count(theirs.workspaceId), { pending: 1 });
    t.same(await one.assignments.createAll(workspaceId, []), []);

    const [twice, again] = await one.assignments.createAll(workspaceId, works(['twice', 'twice']));
    t.equal(twice?.id, again?.id);
    t.not(twice?.created, again?.created, 'the same work twice in one go is one');

    const names = named(2_000, 2_600);
    const rivals = await Promise.all([
      one.assignments.createAll(workspaceId, works(names)),
      two.assignments.createAll(workspaceId, works(names.toReversed())),
    ]);
    t.equal(rivals.flat().filter(({ created }) => created).length, 600, 'two that queue the same in other orders share it');
    t.same(
      rivals[0].map(({ id }) => id),
      rivals[1].toReversed().map(({ id }) => id),
    );

    const stranger = assignmentOf(registry, { digest: digestOf('stranger'), registryId: 'none' });
    await t.rejects(one.assignments.createAll(workspaceId, [...works(['with it']), stranger]), { code: 'resource.not-found' });
    t.same((await one.assignments.list(workspaceId, { digest: digestOf('with it') }, first)).items, [], 'all or none');
  });

  await t.test('offers come by priority and age, to sensors that may serve the registry, and stand for a while', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const { workspaceId } = registry;
    const theirs = await connect(store, 'two');
    const other = registryOf(workspaceId, { host: 'other.example', provider: 'oci' });
    await store.registries.create(other.workspaceId, other);
    const [slow, urgent, second] = [
      assignmentOf(registry, { priority: 10, digest: digestOf('1') }),
      assignmentOf(other, { priority: 0, digest: digestOf('2') }),
      assignmentOf(registry, { priority: 10, digest: digestOf('3') }),
    ];
    const later = assignmentOf(registry, { priority: 0, notBefore: 500, digest: digestOf('4') });
    for (const assignment of [slow, urgent, second, later, assignmentOf(theirs)])
      await store.assignments.create(assignment.workspaceId, assignment);
    const [all, only, none] = [
      await enrol(store, workspaceId),
      await enrol(store, workspaceId, [registry.id]),
      await enrol(store, workspaceId, []),
    ];
    const offer = async (sensorId: string, nowMs: number, limit = 9) =>
      (await store.assignments.offer(workspaceId, sensorId, limit, 100, nowMs)).map((assignment) => assignment.id);
    t.same(await offer(none.id, 10), []);
    t.same(await offer('nobody', 10), []);
    t.same(await offer(only.id, 10, 1), [slow.id]);
    t.same(await offer(all.id, 11), [urgent.id, second.id], 'what is offered is not offered again');
    t.same(await offer(all.id, 109), []);
    t.same(await offer(all.id, 110), [slow.id], 'until nobody took it');
    t.same(await offer(only.id, 600), [later.id, slow.id, second.id]);
    t.match(await store.assignments.fetch(workspaceId, slow.id), { state: 'offered', offeredAt: 600, attempt: 0 });
    t.equal(await store.assignments.accept(workspaceId, none.id, slow.id, 50, 601), null, 'it may not serve this registry');
    t.equal(await store.assignments.accept(theirs.workspaceId, all.id, slow.id, 50, 601), null);
    await store.sensors.update(workspaceId, all.id, { revokedAt: 601 });
    t.equal(await store.assignments.accept(workspaceId, all.id, slow.id, 50, 602), null, 'it was revoked');
    t.same(await offer(all.id, 9_000), []);
    t.match(await store.assignments.accept(workspaceId, only.id, slow.id, 50, 602), {
      state: 'running',
      attempt: 1,
      sensorId: only.id,
      leaseExpiresAt: 652,
      acceptedAt: 602,
    });
  });

  await t.test('four claimers share three pieces of work without one of them twice', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const registry = await connect(one);
    for (const name of ['1', '2', '3'])
      await one.assignments.create(registry.workspaceId, assignmentOf(registry, { digest: digestOf(name) }));
    const sensors = [await enrol(one, registry.workspaceId), await enrol(one, registry.workspaceId)];
    const offered = await Promise.all(
      [one, two, one, two].map((store, at) => store.assignments.offer(registry.workspaceId, sensors[at % 2]?.id ?? '', 1, 100, 10)),
    );
    const ids = offered.flat().map((assignment) => assignment.id);
    t.equal(ids.length, 3);
    t.equal(new Set(ids).size, 3);
  });

  await t.test('one assignment is accepted by one of two sensors', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const registry = await connect(one);
    const { workspaceId } = registry;
    const sensors = [await enrol(one, workspaceId), await enrol(one, workspaceId)];
    for (let round = 0; round < 10; round++) {
      const assignment = assignmentOf(registry, { digest: digestOf(`${round}`) });
      await one.assignments.create(assignment.workspaceId, assignment);
      const accepted = await Promise.all(
        [one, two].map((store, at) => store.assignments.accept(workspaceId, sensors[at]?.id ?? '', assignment.id, 100, 10)),
      );
      t.equal(accepted.filter((taken) => taken !== null).length, 1);
    }
  });

  await t.test('assignments are listed by registry, state and digest', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const theirs = await connect(store, 'two');
    const { workspaceId } = registry;
    const kept = assignmentOf(registry, { digest: digestOf('kept') });
    for (const assignment of [kept, assignmentOf(registry), assignmentOf(theirs)])
      await store.assignments.create(assignment.workspaceId, assignment);
    await store.assignments.cancel(workspaceId, { id: kept.id }, 7);
    t.match((await store.assignments.list(workspaceId, { state: 'cancelled' }, first)).items, [{ id: kept.id, finishedAt: 7 }]);
    t.equal((await store.assignments.list(workspaceId, { registryId: registry.id }, first)).items.length, 2);
    t.same((await store.assignments.list(workspaceId, { registryId: theirs.id }, first)).items, []);
    t.match((await store.assignments.list(workspaceId, { digest: digestOf('kept') }, first)).items, [{ id: kept.id }]);
    t.equal(await store.assignments.fetch(theirs.workspaceId, kept.id), null);
    t.equal(await store.assignments.cancel(theirs.workspaceId, { registryId: registry.id }, 8), 0);
    t.equal(await store.assignments.cancel(workspaceId, {}, 8), 0, 'without a filter nothing is cancelled');
    t.equal(await store.assignments.cancel(workspaceId, { registryId: registry.id }, 8), 1);
  });

  await t.test('the newest work on a digest is told however much came before it, and what lives however much came after', async (t) => {
    const store = await stores.open(t);
    const [registry, theirs] = [await connect(store), await connect(store, 'two')];
    const { workspaceId } = registry;
    const newest = (workspaceId: string, digest: string, limit: number) => store.assignments.listNewest(workspaceId, digest, limit);
    const live = (workspaceId: string, digest: string) => store.assignments.fetchLive(workspaceId, digest);
    const digest = digestOf('pushed again and again');
    t.same([await newest(workspaceId, digest, 9), await live(workspaceId, digest)], [[], null]);
    const waiting = assignmentOf(registry, { digest, repository: 'another' });
    await store.assignments.create(workspaceId, waiting);
    const pushes = Array.from({ length: 201 }, () => assignmentOf(registry, { digest }));
    for (const [at, work] of pushes.entries()) {
      await store.assignments.create(workspaceId, work);
      if (at < 200) await store.assignments.cancel(workspaceId, { id: work.id }, 5);
    }
    for (const other of [assignmentOf(registry), assignmentOf(theirs, { digest })])
      await store.assignments.create(other.workspaceId, other);
    const ids = pushes.map(({ id }) => id).toReversed();
    const shown = (await newest(workspaceId, digest, 200)).map(({ id }) => id);
    t.same(shown, ids.slice(0, 200));
    t.same(
      (await newest(workspaceId, digest, 202)).map(({ id }) => id),
      [...ids, waiting.id],
    );
    t.match(await live(workspaceId, digest), { id: ids[0], state: 'pending' });
    await store.assignments.cancel(workspaceId, { id: ids[0] ?? '' }, 6);
    t.match(await live(workspaceId, digest), { id: waiting.id, state: 'pending' }, '201 that ended are newer');
    const sensor = await enrol(store, workspaceId);
    for (const { id } of await store.assignments.offer(workspaceId, sensor.id, 9, 100, 10)) {
      if (id !== waiting.id) continue;
      t.match(await live(workspaceId, digest), { id, state: 'offered' });
      await store.assignments.accept(workspaceId, sensor.id, id, 100, 10);
    }
    t.match(await live(workspaceId, digest), { id: waiting.id, state: 'running' });
    await store.assignments.cancel(workspaceId, { id: waiting.id }, 7);
    t.equal(await live(workspaceId, digest), null);
  });
}

async function leases(t: Test, stores: Stores): Promise<void> {
  await t.test('a lease is renewed by its grant only, and keeps its claims alive', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const theirs = await connect(store, 'two');
    const { workspaceId } = registry;
    const [sensor, other] = [await enrol(store, workspaceId), await enrol(store, workspaceId)];
    await store.assignments.create(registry.workspaceId, assignmentOf(registry));
    await store.assignments.create(registry.workspaceId, assignmentOf(registry, { digest: digestOf('other') }));
    const grant = await accept(store, registry, sensor.id, 10);
    const second = await accept(store, registry, other.id, 10);
    const layer = digestOf('layer');
    await reportImage(store, sensor, digestOf('root'), [layer]);
    await reportImage(store, other, digestOf('other'), [layer]);
    t.match(await store.facts.claim(workspaceId, sensor.id, grant, engine, [layer], 100, 10), { yours: [layer] });
    t.equal(await store.assignments.renew(workspaceId, sensor.id, grant, progress, 1_000, 500), true);
    t.match(await store.assignments.fetch(workspaceId, grant.assignmentId), { leaseExpiresAt: 1_500, progress });
    t.equal(await store.assignments.renew(workspaceId, sensor.id, grant, null, 1_000, 501), true);
    t.match(await store.assignments.fetch(workspaceId, grant.assignmentId), { progress }, 'no word of progress changes none');
    t.match(await store.facts.claim(workspaceId, other.id, second, engine, [layer], 100, 1_400), { wait: [layer] });
    for (const [workspace, who, what] of [
      [workspaceId, other.id, grant],
      [workspaceId, sensor.id, { ...grant, attempt: 2 }],
      [workspaceId, sensor.id, { ...grant, assignmentId: 'none' }],
      [theirs.workspaceId, sensor.id, grant],
    ] as const) {
      t.equal(await store.assignments.renew(workspace, who, what, progress, 1_000, 501), false);
      t.equal(await store.assignments.isCurrent(workspace, who, what), false);
      t.equal(
        await store.assignments.finish(workspace, who, what, { state: 'succeeded', failure: null, timings: {}, retryAt: null }, 501),
        null,
      );
    }
    t.equal(await store.assignments.isCurrent(workspaceId, sensor.id, grant), true);
  });

  await t.test("a lease that ran out is anyone's, and its old holder is fenced off", async (t) => {
    const [one, two] = await stores.openTwo(t);
    const registry = await connect(one);
    const { workspaceId } = registry;
    const [sensor, other] = [await enrol(one, workspaceId), await enrol(one, workspaceId)];
    await one.assignments.create(registry.workspaceId, assignmentOf(registry));
    const grant = await accept(one, registry, sensor.id, 10);
    t.same(await one.assignments.expire(1_009, 5), { freed: [], failed: [] });
    const swept = await Promise.all([one.assignments.expire(1_010, 5), two.assignments.expire(1_010, 5)]);
    t.equal(swept.flatMap((sweep) => sweep.freed).length, 1);
    const next = await accept(two, registry, other.id, 1_020);
    t.same(next, { assignmentId: grant.assignmentId, attempt: 2 });
    t.equal(await one.assignments.renew(workspaceId, sensor.id, grant, null, 100, 1_021), false);
    t.equal(await one.assignments.isCurrent(workspaceId, other.id, next), true);
    const swept2 = await two.assignments.expire(9_999, 2);
    t.match(swept2, {
      freed: [],
      failed: [{ id: grant.assignmentId, state: 'failed', sensorId: other.id, failure: { code: 'protocol.timeout' } }],
    });
    t.match(await two.assignments.fetch(workspaceId, grant.assignmentId), {
      state: 'failed',
      finishedAt: 9_999,
      failure: { code: 'protocol.timeout' },
    });
  });

  await t.test('a sensor that comes back keeps the leases it names and loses the rest at once', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const { workspaceId } = registry;
    const [sensor, other] = [await enrol(store, workspaceId), await enrol(store, workspaceId)];
    for (const name of ['1', '2', '3', '4'])
      await store.assignments.create(registry.workspaceId, assignmentOf(registry, { digest: digestOf(name) }));
    const [kept, lost, wrong] = [
      await accept(store, registry, sensor.id, 10),
      await accept(store, registry, sensor.id, 10),
      await accept(store, registry, sensor.id, 10),
    ];
    const theirs = await accept(store, registry, other.id, 10);
    const layer = digestOf('layer');
    await reportImage(store, sensor, digestOf('2'), [layer]);
    await reportImage(store, other, digestOf('4'), [layer]);
    t.match(await store.facts.claim(workspaceId, sensor.id, lost, engine, [layer], 9_999, 10), { yours: [layer] });
    const held = [kept, { ...wrong, attempt: 7 }, theirs];
    t.same(await store.assignments.release(workspaceId, sensor.id, held, 5, 20), { held: [kept], freed: 2, failed: [] });
    t.match(await store.assignments.fetch(workspaceId, lost.assignmentId), {
      state: 'pending',
      sensorId: null,
      leaseExpiresAt: null,
      attempt: 1,
    });
    t.equal(await store.assignments.isCurrent(workspaceId, other.id, theirs), true);
    t.match(
      await store.facts.claim(workspaceId, other.id, theirs, engine, [layer], 100, 21),
      { yours: [layer] },
      'its claims went with it',
    );
    t.match(await store.assignments.release(workspaceId, sensor.id, [], 1, 30), {
      held: [],
      freed: 0,
      failed: [{ id: kept.assignmentId }],
    });
  });
}

async function endings(t: Test, stores: Stores): Promise<void> {
  await t.test('what fails without a word of its sensor owes its verdict until that is made, page by page', async (t) => {
    const store = await stores.open(t);
    const [registry, theirs] = [await connect(store), await connect(store, 'two')];
    const { workspaceId } = registry;
    const works = ['expired', 'left', 'told'].map((name) => assignmentOf(registry, { digest: digestOf(name) }));
    for (const work of [...works, assignmentOf(theirs)]) await store.assignments.create(work.workspaceId, work);
    const [sensor, other] = [await enrol(store, workspaceId), await enrol(store, theirs.workspaceId)];
    const [expired, left, told] = [
      await accept(store, registry, sensor.id, 10),
      await accept(store, registry, sensor.id, 11),
      await accept(store, registry, sensor.id, 12),
    ];
    const far = await accept(store, theirs, other.id, 10);
    const owed = async (limit = 9, cursor: string | null = null) => {
      const { items, nextCursor } = await store.assignments.listUnjudged({ cursor, limit });
      return { ids: items.map(({ id }) => id), nextCursor };
    };
    const end = { state: 'failed' as const, failure, timings: {}, retryAt: null };
    await store.assignments.finish(workspaceId, sensor.id, told, end, 20);
    t.same(await owed(), { ids: [], nextCursor: null }, 'its caller made the verdict before');
    await store.assignments.expire(1_010, 1);
    await store.assignments.release(workspaceId, sensor.id, [], 1, 1_011);
    const all = [expired, left, far].map(({ assignmentId }) => assignmentId).sort();
    t.same(await owed(), { ids: all, nextCursor: null }, 'in all workspaces');
    t.match((await store.assignments.listUnjudged(first)).items[0], { state: 'failed', engine, failure: { code: 'protocol.timeout' } });
    const page = await owed(2);
    t.same([page.ids, (await owed(2, page.nextCursor)).ids], [all.slice(0, 2), all.slice(2)]);
    t.equal(await store.assignments.updateJudged(theirs.workspaceId, expired.assignmentId), false, 'it is of another workspace');
    t.equal(await store.assignments.updateJudged(workspaceId, expired.assignmentId), true);
    t.equal(await store.assignments.updateJudged(workspaceId, expired.assignmentId), false);
    t.same(
      (await owed()).ids,
      all.filter((id) => id !== expired.assignmentId),
    );
  });

  await t.test('an assignment ends once, or goes back to the queue until its pause is over', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const { workspaceId } = registry;
    const sensor = await enrol(store, workspaceId);
    await store.assignments.create(registry.workspaceId, assignmentOf(registry));
    const grant = await accept(store, registry, sensor.id, 10);
    const end = { state: 'failed' as const, failure, timings: { total: 4 }, retryAt: 50 };
    t.match(await store.assignments.finish(workspaceId, sensor.id, grant, end, 20), {
      state: 'pending',
      attempt: 1,
      notBefore: 50,
      failure,
    });
    t.equal(await store.assignments.finish(workspaceId, sensor.id, grant, end, 21), null);
    t.equal(await store.assignments.accept(workspaceId, sensor.id, grant.assignmentId, 100, 49), null);
    const again = await accept(store, registry, sensor.id, 50);
    t.equal(again.attempt, 2);
    const done = { ...end, state: 'succeeded' as const, failure: null, retryAt: null };
    t.match(await store.assignments.finish(workspaceId, sensor.id, again, done, 60), {
      state: 'succeeded',
      finishedAt: 60,
      failure: null,
      timings: { total: 4 },
      leaseExpiresAt: null,
      sensorId: sensor.id,
    });
    t.equal(await store.assignments.finish(workspaceId, sensor.id, again, done, 61), null);
  });

  await t.test('cancelled work is lost to its sensor at once', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const { workspaceId } = registry;
    const sensor = await enrol(store, workspaceId);
    await store.assignments.create(registry.workspaceId, assignmentOf(registry, { id: newId() }));
    const grant = await accept(store, registry, sensor.id, 10);
    t.equal(await store.assignments.cancel(workspaceId, { id: grant.assignmentId }, 20), 1);
    t.equal(await store.assignments.renew(workspaceId, sensor.id, grant, progress, 100, 21), false);
    t.equal(await store.facts.claim(workspaceId, sensor.id, grant, engine, [digestOf('l')], 100, 21), null);
    t.same(await store.assignments.expire(99_999, 5), { freed: [], failed: [] });
  });
}
