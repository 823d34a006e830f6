import type { Grant, Outcome } from '@tidewaiter/shared/protocol';
import t from 'tap';
import type { Registry, Sensor } from '../../src/storage/index.ts';
import { firstPage, type Plane, plane } from '../storage/plane.ts';
import { digestOf, engine, enrol, findingOf, imageOf, newId, registryOf, summaryOf } from '../storage/samples.ts';

const [image, layer] = [digestOf('image'), digestOf('layer')] as [string, string];

async function connect({ store, workspaceId }: Plane, host: string): Promise<Registry> {
  const registry = registryOf(workspaceId, { host });
  await store.registries.create(registry.workspaceId, registry);
  return registry;
}

/** Queues a scan of the image in this registry and takes it. */
async function take({ store, assignments, workspaceId }: Plane, registry: Registry, sensor: Sensor, digest = image): Promise<Grant> {
  const push = { repository: 'app', digest, tag: 'v1', mediaType: null, pushedAt: 5 };
  await store.catalog.updateFromPush(workspaceId, registry.id, push, { repositoryId: newId() }, 5);
  const scan = { workspaceId, registryId: registry.id, repository: 'app', digest, trigger: 'push' as const };
  const { id } = await assignments.queueScan(scan);
  return (await assignments.accept(sensor, id)).grant;
}

/** Reads the image as the pipeline of a sensor does; answers what was left to it to read. */
async function scan(it: Plane, registry: Registry, sensor: Sensor, found = [findingOf()], layers = [layer]): Promise<readonly string[]> {
  const { findings, assignments } = it;
  const grant = await take(it, registry, sensor);
  await findings.accept(sensor, { kind: 'manifest', grant, ...imageOf(image, layers) });
  const { yours } = await findings.claim(sensor, grant, engine, layers);
  for (const digest of yours) {
    await findings.accept(sensor, { kind: 'layer-page', digest, engine, page: 0, findings: found });
    await findings.accept(sensor, { kind: 'layer-done', engine, pages: 1, summary: summaryOf(digest, found.length) });
  }
  const outcome: Outcome = { kind: 'outcome', grant, state: 'succeeded', failure: null, unread: [], timings: {} };
  await assignments.finish(sensor, outcome);
  return yours;
}

t.test('a lie about a layer, told where its teller may serve, hides nothing elsewhere and is called one', async (t) => {
  const it = await plane(t);
  const { store, workspaceId, registry, logged } = it;
  const other = await connect(it, 'other.example');
  const [liar, honest] = [await enrol(store, workspaceId, [registry.id]), await enrol(store, workspaceId, [other.id])];
  t.same(await scan(it, registry, liar, []), [layer]);
  t.match(await store.scans.fetchLatest(workspaceId, image), { verdict: 'clean' }, 'its own registry has only its word');
  t.same(await scan(it, other, honest), [layer], 'there the layer is read again');
  t.match(await store.scans.fetchLatest(workspaceId, image), {
    verdict: 'incomplete',
    coverage: { complete: false, gaps: [{ reason: 'disputed', path: layer }] },
    unread: [{ digest: layer, code: 'fact.disputed' }],
  });
  t.match(
    logged.filter((line) => line.level === 'error'),
    [{ message: /another result for a known layer/ }],
  );
  t.match((await store.audit.list(workspaceId, firstPage)).items, [{ action: 'layer.conflict', actor: `sensor:${honest.id}` }]);

  t.test('revoked as compromised, its word is gone, and the image is scanned anew in each registry', async (t) => {
    t.same(await it.triggers.distrust(workspaceId, liar.id), { facts: 1, images: 1 }, 'the manifest is the other sensor’s word, too');
    t.equal(await store.scans.fetchLatest(workspaceId, image), null);
    const { items } = await store.assignments.list(workspaceId, { state: 'pending' }, firstPage);
    t.same(new Set(items.map((work) => work.registryId)), new Set([registry.id, other.id]));
    for (const work of items) t.match(work, { trigger: 'reconcile', digest: image, repository: 'app' });
    t.same(await scan(it, other, honest), [layer]);
    t.match(await store.scans.fetchLatest(workspaceId, image), { verdict: 'findings', unread: [] });
    t.equal((await store.incidents.list(workspaceId, {}, firstPage)).items.length, 1);
    t.same(await it.triggers.distrust(workspaceId, liar.id), { facts: 0, images: 0 });
    t.equal(await it.triggers.distrust(workspaceId, newId()), null);
  });
});

t.test('a lie about a manifest leaves the verdict of the other registry incomplete, with its reason', async (t) => {
  const it = await plane(t);
  const { store, workspaceId, registry } = it;
  const other = await connect(it, 'other.example');
  const liar = await enrol(store, workspaceId, [registry.id]);
  const grant = await take(it, registry, liar);
  await it.findings.accept(liar, { kind: 'manifest', grant, ...imageOf(image, []) });
  t.match(await store.scans.fetchLatest(workspaceId, image), { verdict: 'clean' });
  const honest = await enrol(store, workspaceId, [other.id]);
  const theirs = await take(it, other, honest);
  await it.findings.accept(honest, { kind: 'manifest', grant: theirs, ...imageOf(image, [layer]) });
  t.match(await store.scans.fetchLatest(workspaceId, image), {
    verdict: 'incomplete',
    unread: [{ digest: image, code: 'fact.disputed' }],
  });
  await t.rejects(
    it.findings.claim(honest, theirs, engine, [layer]),
    { code: 'protocol.frame-invalid' },
    'the kept manifest names no layer',
  );
});

t.test('a root of 50 layers and 100 findings is settled in a moment', async (t) => {
  const it = await plane(t);
  const { workspaceId, registry, sensor } = it;
  const layers = Array.from({ length: 50 }, (_, at) => digestOf(`layer ${at}`));
  await scan(it, registry, sensor, [findingOf(), findingOf({ path: 'etc/key' })], layers);
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const since = performance.now();
    t.match(await it.findings.settle(workspaceId, image, engine), { counts: { certain: 100 } });
    times.push(performance.now() - since);
  }
  t.comment(`settled in ${times.map((time) => time.toFixed(0)).join(', ')} ms`);
  t.ok(Math.min(...times) < 1_000, 'on a busy machine, too');
});
