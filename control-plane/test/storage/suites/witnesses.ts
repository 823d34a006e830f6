import { emptyCoverage, engineKey, type LayerFinding } from '@tidewaiter/shared/findings';
import type { Grant } from '@tidewaiter/shared/protocol';
import type { Test } from 'tap';
import type { Registry, Sensor, Store } from '../../../src/storage/index.ts';
import type { Stores } from '../conformance.ts';
import {
  assignmentOf,
  createWorkspace,
  digestOf,
  engine,
  enrol,
  findingOf,
  newId,
  registryOf,
  reportImage,
  summaryOf,
  noneExcluded,
} from '../samples.ts';

const [layer, other, image] = [digestOf('layer'), digestOf('other'), digestOf('image')] as [string, string, string];

/** Two registries of one workspace, the same image in both. */
async function connect(store: Store): Promise<readonly [Registry, Registry]> {
  const workspaceId = await createWorkspace(store);
  const registries = [registryOf(workspaceId), registryOf(workspaceId, { host: 'another.example' })] as const;
  for (const registry of registries) {
    await store.registries.create(registry.workspaceId, registry);
    await place(store, registry, image);
  }
  return registries;
}

async function place(store: Store, registry: Registry, digest: string): Promise<void> {
  const push = { repository: 'app', digest, tag: null, mediaType: null, pushedAt: 5 };
  await store.catalog.updateFromPush(registry.workspaceId, registry.id, push, { repositoryId: newId() }, 5);
}

interface Reader {
  readonly sensor: Sensor;
  readonly grant: Grant;
}

/** A sensor at work on an image, of which it has reported the manifest; it may serve that registry only, unless said. */
async function reader(store: Store, registry: Registry, digest = image, reach: readonly string[] | null = [registry.id]): Promise<Reader> {
  const { workspaceId } = registry;
  const sensor = await enrol(store, workspaceId, reach);
  const work = assignmentOf(registry, { digest, repository: newId() });
  const { id } = await store.assignments.create(work.workspaceId, work);
  const accepted = await store.assignments.accept(workspaceId, sensor.id, id, 1e6, 10);
  if (!accepted) throw new Error('not accepted');
  await reportImage(store, sensor, digest, [layer, other]);
  return { sensor, grant: { assignmentId: id, attempt: accepted.attempt } };
}

const claim = (store: Store, { sensor, grant }: Reader, digests: readonly string[], nowMs = 10) =>
  store.facts.claim(sensor.workspaceId, sensor.id, grant, engine, digests, 100, nowMs);

/** Claims, reads and closes a layer. */
async function read(store: Store, by: Reader, digest: string, findings: readonly LayerFinding[] = [], nowMs = 10) {
  const { workspaceId, id } = by.sensor;
  await claim(store, by, [digest], nowMs);
  await store.facts.createLayerPart(workspaceId, id, engine, digest, { page: 0, paths: null, findings }, 20);
  return store.facts.createLayer(workspaceId, id, engine, summaryOf(digest, findings.length), 1, findings.map(newId), 30);
}

const rootOf = (store: Store, { workspaceId }: Registry, digest = image) => store.facts.fetchRoot(workspaceId, digest, engine);

/** Who vouches for facts, for which registries, and what is left when one of them lied. */
export async function witnessesSuite(t: Test, stores: Stores): Promise<void> {
  await scopes(t, stores);
  await claims(t, stores);
  await disputes(t, stores);
  await compromised(t, stores);
}

async function scopes(t: Test, stores: Stores): Promise<void> {
  await t.test('a layer is known in a registry only by a witness that may serve it; the same body read there makes one', async (t) => {
    const store = await stores.open(t);
    const [one, two] = await connect(store);
    const [mine, theirs, next] = [await reader(store, one), await reader(store, two), await reader(store, two)];
    t.equal(await read(store, mine, layer, [findingOf()]), 'created');
    t.match(await claim(store, mine, [layer]), { known: [layer] });
    t.match(await claim(store, theirs, [layer]), { known: [], yours: [layer] });
    t.match(await claim(store, next, [layer]), { known: [], wait: [layer] }, 'one of them reads it');
    const { workspaceId, id } = theirs.sensor;
    t.equal(await store.facts.createLayer(workspaceId, id, engine, summaryOf(layer, 1), 1, [newId()], 30), 'parts-missing', 'all of it');
    t.equal(await read(store, theirs, layer, [findingOf()]), 'known');
    for (const by of [mine, theirs, next]) t.match(await claim(store, by, [layer]), { known: [layer] });
    t.equal((await rootOf(store, one))?.images[0]?.layers[0]?.findings.length, 1, 'and is one fact');
  });

  await t.test('a root counts what is witnessed for a registry it is placed in, manifests as well as layers', async (t) => {
    const store = await stores.open(t);
    const [one, two] = await connect(store);
    const { workspaceId } = one;
    const mine = await reader(store, one);
    const alone = digestOf('alone');
    await place(store, two, alone);
    await reportImage(store, mine.sensor, alone, [layer]);
    for (const digest of [layer, other]) await read(store, mine, digest, [findingOf()]);
    t.equal(await store.facts.isComplete(workspaceId, image, engine), true);
    t.equal(await rootOf(store, two, alone), null, 'its manifest comes from a sensor of the other registry');
    const theirs = await reader(store, two, alone);
    t.equal(await rootOf(store, two, alone).then((root) => root?.images.length), 0, 'it named two layers, who came first named one');
    t.equal(await reportImage(store, theirs.sensor, alone, [layer]), 'known');
    t.match(await rootOf(store, two, alone), { images: [{ layers: [{ digest: layer, summary: null, findings: [] }] }], missing: [] });
    t.equal(await store.facts.isComplete(workspaceId, alone, engine), false);
    await read(store, theirs, layer, [findingOf()]);
    t.match(await rootOf(store, two, alone), { images: [{ layers: [{ summary: { digest: layer }, findings: [{}] }] }] });
    t.equal(await store.facts.isComplete(workspaceId, alone, engine), true);
  });

  await t.test('the parts of an index count where it is placed; what stands nowhere counts by whom every registry trusts', async (t) => {
    const store = await stores.open(t);
    const [one] = await connect(store);
    const { workspaceId } = one;
    const [index, child] = [digestOf('index'), digestOf('child')];
    const scoped = await enrol(store, workspaceId, [one.id]);
    await reportImage(store, scoped, index, [], { shape: 'index', children: [{ digest: child, platform: null }] });
    await reportImage(store, scoped, child, []);
    t.equal(await rootOf(store, one, child), null);
    await place(store, one, index);
    for (const digest of [index, child]) t.equal(await store.facts.isComplete(workspaceId, digest, engine), true);
    const nowhere = digestOf('nowhere');
    await reportImage(store, scoped, nowhere, []);
    t.equal(await rootOf(store, one, nowhere), null);
    t.equal(await reportImage(store, await enrol(store, workspaceId), nowhere, []), 'known');
    t.match(await rootOf(store, one, nowhere), { digest: nowhere });
  });
}

async function claims(t: Test, stores: Stores): Promise<void> {
  await t.test('only layers that the sensor itself reported below its root can be claimed', async (t) => {
    const store = await stores.open(t);
    const [one] = await connect(store);
    const mine = await reader(store, one);
    const foreign = digestOf('foreign');
    t.same(await claim(store, mine, [layer, foreign]), { foreign: [foreign] });
    t.match(await claim(store, await reader(store, one), [layer]), { yours: [layer] }, 'and nothing of it was claimed');
    const unseen = digestOf('unseen');
    await place(store, one, unseen);
    await reportImage(store, mine.sensor, unseen, [foreign]);
    t.same(await claim(store, mine, [foreign]), { foreign: [foreign] }, 'another image is not below its root');
    const late = await enrol(store, one.workspaceId, [one.id]);
    const { id } = await store.assignments.create(one.workspaceId, assignmentOf(one, { digest: unseen, repository: 'late' }));
    await store.assignments.accept(one.workspaceId, late.id, id, 1e6, 10);
    const grant = { assignmentId: id, attempt: 1 };
    t.same(await claim(store, { sensor: late, grant }, [foreign]), { foreign: [foreign] }, 'what others reported is not enough');
    await reportImage(store, late, unseen, [foreign]);
    t.match(await claim(store, { sensor: late, grant }, [foreign]), { yours: [foreign] });
    const sync = await store.assignments.create(one.workspaceId, assignmentOf(one, { kind: 'sync', digest: null, repository: null }));
    await store.assignments.accept(one.workspaceId, late.id, sync.id, 1e6, 10);
    const listing = { sensor: late, grant: { assignmentId: sync.id, attempt: 1 } };
    t.same(await claim(store, listing, [foreign]), { foreign: [foreign] }, 'a listing reads no layer');
  });
}

async function disputes(t: Test, stores: Stores): Promise<void> {
  await t.test('another body changes nothing, and the layer is disputed where nobody agrees', async (t) => {
    const store = await stores.open(t);
    const [one, two] = await connect(store);
    const { workspaceId } = one;
    const [mine, theirs] = [await reader(store, one), await reader(store, two)];
    for (const digest of [layer, other]) await read(store, mine, digest, [findingOf()]);
    t.same((await rootOf(store, one))?.disputed, []);
    t.equal(await read(store, theirs, layer), 'conflict');
    const { id } = theirs.sensor;
    t.equal(await store.facts.createLayer(workspaceId, id, engine, summaryOf(layer, 0), 1, [], 30), 'conflict', 'the same word again');
    t.match(await claim(store, theirs, [layer]), { yours: [layer] }, 'it stays unread there');
    t.match(await claim(store, mine, [layer]), { known: [layer] });
    const root = await rootOf(store, one);
    t.match(root, { disputed: [layer], images: [{ layers: [{ findings: [{}] }, { findings: [{}] }] }] }, 'findings stay findings');
    t.equal(await store.facts.isComplete(workspaceId, image, engine), false);
    t.equal(await read(store, await reader(store, two), layer, [findingOf()], 500), 'known');
    t.same((await rootOf(store, one))?.disputed, [], 'somebody there agrees');
    t.equal(await store.facts.isComplete(workspaceId, image, engine), true);
  });

  await t.test('a root that others told otherwise is disputed where it is not known', async (t) => {
    const store = await stores.open(t);
    const [one, two] = await connect(store);
    const apart = digestOf('apart');
    await place(store, two, apart);
    await reportImage(store, await enrol(store, one.workspaceId, [one.id]), apart, [layer]);
    t.equal(await rootOf(store, two, apart), null);
    t.equal(await reportImage(store, await enrol(store, one.workspaceId, [two.id]), apart, []), 'conflict');
    t.match(await rootOf(store, two, apart), { digest: apart, images: [], missing: [apart], disputed: [apart] });
  });
}

async function judge(store: Store, { workspaceId }: Registry, digest: string, verdict: 'clean' | 'findings' | 'gone' = 'findings') {
  const root = await store.facts.fetchRoot(workspaceId, digest, engine);
  const findings = (root?.images ?? []).flatMap((one) => one.layers.flatMap((at) => at.findings));
  const told = { ruleSetHash: engine.ruleSetHash, coverage: emptyCoverage, counts: {}, unread: [], scannedAt: 50, excluded: noneExcluded };
  const seen = { imageDigest: digest, visibility: 'visible' as const, reported: true, severity: 'high' as const, excludedBy: [] };
  return store.scans.create(
    workspaceId,
    { id: newId(), digest, engineKey: engineKey(engine), verdict, ...told },
    findings.map((finding) => ({ ...seen, findingId: finding.id })),
    newId,
  );
}

async function compromised(t: Test, stores: Stores): Promise<void> {
  await t.test('a compromised sensor takes its facts and their verdicts with it, not what others witness, too', async (t) => {
    const store = await stores.open(t);
    const [one] = await connect(store);
    const { workspaceId } = one;
    const apart = digestOf('apart');
    await place(store, one, apart);
    const [bad, good] = [await reader(store, one), await reader(store, one, apart)];
    await reportImage(store, good.sensor, image, [layer, other]);
    t.equal(await read(store, bad, layer, [findingOf()]), 'created');
    t.equal(await read(store, good, other), 'created');
    for (const digest of [image, apart]) await judge(store, one, digest);
    const [incident] = (await store.incidents.list(workspaceId, {}, { cursor: null, limit: 9 })).items;
    await claim(store, bad, [other], 500);
    const dropped = await store.facts.deleteBySensor(workspaceId, bad.sensor.id, 60);
    t.same(dropped, { facts: 1, images: [apart, image].sort() }, 'one layer; both images hold it');
    t.match(await store.sensors.fetch(workspaceId, bad.sensor.id), { revokedAt: 60, compromisedAt: 60 });
    t.match(await rootOf(store, one), {
      images: [
        {
          layers: [
            { digest: layer, summary: null, findings: [] },
            { digest: other, summary: { digest: other } },
          ],
        },
      ],
    });
    for (const digest of [image, apart]) t.equal(await store.scans.fetchLatest(workspaceId, digest), null);
    t.match(await store.incidents.fetch(workspaceId, incident?.id ?? ''), { status: 'triggered' }, 'an incident stays');
    t.same((await store.incidents.listOccurrences(workspaceId, incident?.id ?? '', { cursor: null, limit: 9 })).items, []);
    t.same(await store.facts.deleteBySensor(workspaceId, bad.sensor.id, 70), { facts: 0, images: [] }, 'once is enough');
    t.match(await store.sensors.fetch(workspaceId, bad.sensor.id), { compromisedAt: 60 });
    t.equal(await reportImage(store, bad.sensor, image, [layer]), 'refused');
    t.equal(await store.facts.createLayer(workspaceId, bad.sensor.id, engine, summaryOf(layer, 0), 0, [], 70), 'unclaimed');
    t.equal(await read(store, good, layer), 'created', 'another body is no conflict any more');
    t.equal(await store.facts.isComplete(workspaceId, apart, engine), true);
  });

  await t.test('verdicts fall, too, where the other witnesses of their facts may not serve, and those given without facts', async (t) => {
    const store = await stores.open(t);
    const [one, two] = await connect(store);
    const { workspaceId } = one;
    const [bad, scoped, gone] = [await reader(store, one, image, null), await reader(store, two), digestOf('gone')];
    for (const digest of [layer, other]) for (const by of [scoped, bad]) await read(store, by, digest);
    await judge(store, one, image, 'clean');
    const ended = await reader(store, one, gone, null);
    await judge(store, one, gone, 'gone');
    t.same(await store.facts.deleteBySensor(workspaceId, ended.sensor.id, 60), { facts: 1, images: [gone] });
    t.match(await store.scans.fetchLatest(workspaceId, image), { verdict: 'clean' }, 'it never spoke of this one');
    t.same(await store.facts.deleteBySensor(workspaceId, bad.sensor.id, 60), { facts: 0, images: [image] });
    t.equal(await store.facts.isComplete(workspaceId, image, engine), true, 'the facts themselves are left, for the other registry');
    t.match(await claim(store, await reader(store, one), [layer]), { known: [], yours: [layer] });
    t.equal(await store.facts.deleteBySensor(workspaceId, newId(), 60), null);
  });
}
