import { engineKey, type LayerFinding, type LayerSummary, visibilityOf } from '@tidewaiter/shared/findings';
import type { Grant } from '@tidewaiter/shared/protocol';
import type { Test } from 'tap';
import type { LayerPart, Registry, Store } from '../../../src/storage/index.ts';
import type { Stores } from '../conformance.ts';
import {
  assignmentOf,
  createWorkspace,
  digestOf,
  engine,
  enrol,
  findingOf,
  hashesOf,
  hexOf,
  imageOf,
  newId,
  pathHashOf,
  registryOf,
  reportImage,
  summaryOf,
  noneExcluded,
} from '../samples.ts';

interface Reader {
  readonly registry: Registry;
  readonly workspaceId: string;
  readonly sensorId: string;
  readonly grant: Grant;
}

const otherEngine = { ...engine, ruleSetHash: hexOf('other rules') };
const layer = digestOf('layer');
/** What the manifest of every reader's image names. */
const claimable = ['layer', 'other layer', 'third', 'base', 'above', ...Array.from({ length: 20 }, (_, at) => `layer ${at}`)].map(digestOf);

/** A sensor at work on an image of its own, in `workspaceId` or a new workspace. */
async function reader(store: Store, registry?: Registry, image = newId()): Promise<Reader> {
  const on = registry ?? registryOf(await createWorkspace(store));
  if (!registry) await store.registries.create(on.workspaceId, on);
  const { workspaceId } = on;
  const sensor = await enrol(store, workspaceId);
  const { id } = await store.assignments.create(on.workspaceId, assignmentOf(on, { digest: digestOf(image) }));
  const accepted = await store.assignments.accept(workspaceId, sensor.id, id, 1_000, 10);
  if (!accepted) throw new Error('not accepted');
  for (const on of [engine, otherEngine]) await reportImage(store, sensor, digestOf(image), claimable, { engine: on });
  return { registry: on, workspaceId, sensorId: sensor.id, grant: { assignmentId: id, attempt: accepted.attempt } };
}

async function claim(store: Store, { workspaceId, sensorId, grant }: Reader, digests: readonly string[], nowMs = 10, on = engine) {
  const answer = await store.facts.claim(workspaceId, sensorId, grant, on, digests, 100, nowMs);
  if (answer && 'foreign' in answer) throw new Error(`foreign: ${answer.foreign.join()}`);
  return answer;
}

const partOf = (page: number, change: Partial<LayerPart> = {}): LayerPart => ({ page, paths: null, findings: [], ...change });

const addPart = (store: Store, { workspaceId, sensorId }: Reader, part: LayerPart, digest = layer, on = engine) =>
  store.facts.createLayerPart(workspaceId, sensorId, on, digest, part, 20);

const addLayer = (store: Store, { workspaceId, sensorId }: Reader, summary: LayerSummary, pages: number, on = engine) =>
  store.facts.createLayer(workspaceId, sensorId, on, summary, pages, Array.from({ length: summary.findings }, newId), 30);

/** Claims, reads and closes a layer. */
async function read(
  store: Store,
  by: Reader,
  digest: string,
  findings: readonly LayerFinding[] = [],
  paths: Partial<Record<'files' | 'whiteouts', readonly string[]>> = {},
) {
  await claim(store, by, [digest]);
  await addPart(store, by, partOf(0, { findings, paths: { kind: 'files', hashes: hashesOf(paths.files ?? []) } }), digest);
  await addPart(store, by, partOf(1, { paths: { kind: 'whiteouts', hashes: hashesOf(paths.whiteouts ?? []) } }), digest);
  return addLayer(store, by, summaryOf(digest, findings.length), 2);
}

export async function factsSuite(t: Test, stores: Stores): Promise<void> {
  await claims(t, stores);
  await layers(t, stores);
  await paths(t, stores);
  await roots(t, stores);
}

async function claims(t: Test, stores: Stores): Promise<void> {
  await t.test('a layer is read by one sensor at a time, and known when it is read', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const ours = await reader(one);
    const theirs = await reader(one, ours.registry);
    const digests = Array.from({ length: 20 }, (_, at) => digestOf(`layer ${at}`));
    const [first, second] = await Promise.all([claim(one, ours, digests), claim(two, theirs, digests.toReversed())]);
    const yours = [...(first?.yours ?? []), ...(second?.yours ?? [])];
    t.equal(yours.length, 20);
    t.equal(new Set(yours).size, 20, 'none twice');
    t.equal((first?.wait.length ?? 0) + (second?.wait.length ?? 0), 20);
    t.same((await claim(one, ours, digests))?.yours, first?.yours, 'asking again gives the same answer');
    await read(one, ours, layer);
    t.match(await claim(two, theirs, [layer, layer]), { known: [layer], yours: [], wait: [] });
    t.match(await claim(two, theirs, [layer], 10, otherEngine), { known: [], yours: [layer] }, 'another engine knows nothing of it');
    t.same(await claim(two, theirs, []), { known: [], yours: [], wait: [] });
  });

  await t.test('a claim ends with its lease or its assignment; a second assignment of the sensor waits, too', async (t) => {
    const store = await stores.open(t);
    const ours = await reader(store);
    const theirs = await reader(store, ours.registry);
    await claim(store, ours, [layer], 10);
    t.match(await claim(store, theirs, [layer], 109), { wait: [layer] });
    t.match(await claim(store, theirs, [layer], 110), { yours: [layer] }, 'the lease ran out');
    t.match(await claim(store, ours, [layer], 111), { wait: [layer] });
    const { workspaceId, sensorId, grant } = theirs;
    const next = await store.assignments.create(ours.registry.workspaceId, assignmentOf(ours.registry, { digest: digestOf('next') }));
    const taken = await store.assignments.accept(workspaceId, sensorId, next.id, 1_000, 112);
    await reportImage(store, { workspaceId, id: sensorId }, digestOf('next'), [layer]);
    const second = { ...theirs, grant: { assignmentId: next.id, attempt: taken?.attempt ?? 0 } };
    t.match(await claim(store, second, [layer], 112), { wait: [layer] });
    await store.assignments.finish(workspaceId, sensorId, grant, { state: 'succeeded', failure: null, timings: {}, retryAt: null }, 113);
    t.equal(await claim(store, theirs, [layer], 114), null, 'its grant is stale');
    t.match(await claim(store, ours, [layer], 114), { yours: [layer] });
  });

  await t.test('a result is taken late from whoever was granted the layer, and from nobody else', async (t) => {
    const store = await stores.open(t);
    const ours = await reader(store);
    const stranger = await reader(store, ours.registry);
    await claim(store, ours, [layer], 10);
    await store.assignments.cancel(ours.workspaceId, { id: ours.grant.assignmentId }, 50);
    t.equal(await addPart(store, stranger, partOf(0)), false);
    t.equal(await addLayer(store, stranger, summaryOf(layer, 0), 0), 'unclaimed');
    t.equal(await addPart(store, ours, partOf(0), layer, otherEngine), false, 'not under another engine');
    t.equal(await addLayer(store, ours, summaryOf(layer, 0), 0, otherEngine), 'unclaimed');
    t.equal(await addPart(store, ours, partOf(0), digestOf('another layer')), false);
    t.equal(await addPart(store, ours, partOf(0)), true);
    t.equal(await addLayer(store, ours, summaryOf(layer, 0), 1), 'created');
  });
}

async function layers(t: Test, stores: Stores): Promise<void> {
  await t.test('a layer is a fact when all its pages are there, and the same body again changes nothing', async (t) => {
    const store = await stores.open(t);
    const by = await reader(store);
    await claim(store, by, [layer]);
    const pages = [partOf(0, { findings: [findingOf()] }), partOf(1, { paths: { kind: 'files', hashes: hashesOf(['a', 'b']) } })];
    const summary = summaryOf(layer, 1);
    t.equal(await addLayer(store, by, summary, 2), 'parts-missing');
    t.equal(await addPart(store, by, pages[1] ?? partOf(9)), true);
    t.equal(await addLayer(store, by, summary, 2), 'parts-missing');
    t.equal(await addPart(store, by, pages[0] ?? partOf(9)), true);
    t.equal(await addLayer(store, by, summaryOf(layer, 2), 2), 'parts-missing', 'findings do not add up');
    t.equal(await addLayer(store, by, summary, 2), 'created');
    t.equal(await addLayer(store, by, summary, 2), 'known');
    for (const page of pages) t.equal(await addPart(store, by, page), true);
    t.equal(await addLayer(store, by, summary, 2), 'known');
    await store.facts.createManifest(by.workspaceId, by.sensorId, imageOf(digestOf('image'), [layer]), newId, 5);
    t.equal((await store.facts.fetchRoot(by.workspaceId, digestOf('image'), engine))?.images[0]?.layers[0]?.findings.length, 1);
  });

  await t.test('another body for a known layer is a conflict and changes nothing', async (t) => {
    const store = await stores.open(t);
    const ours = await reader(store);
    const theirs = await reader(store, ours.registry);
    await claim(store, ours, [layer], 10);
    await claim(store, theirs, [layer], 500);
    await addPart(store, ours, partOf(0, { findings: [findingOf()] }));
    await addPart(store, theirs, partOf(0, { findings: [findingOf()] }));
    t.equal(await addLayer(store, ours, summaryOf(layer, 1), 1), 'created');
    t.equal(await addLayer(store, theirs, summaryOf(layer, 1), 1), 'known', 'the same body from another sensor, begun before');
    await addPart(store, theirs, partOf(0));
    t.equal(await addLayer(store, theirs, summaryOf(layer, 0), 1), 'conflict');
    t.equal(await addLayer(store, theirs, summaryOf(layer, 1, { blobBytes: 7 }), 1), 'conflict');
    t.equal(await addLayer(store, theirs, summaryOf(layer, 1), 2), 'conflict');
    t.equal(await addLayer(store, theirs, summaryOf(layer, 1), 1), 'known');
    await store.facts.createManifest(ours.workspaceId, ours.sensorId, imageOf(digestOf('image'), [layer]), newId, 5);
    const root = await store.facts.fetchRoot(ours.workspaceId, digestOf('image'), engine);
    t.match(root?.images[0]?.layers, [{ summary: summaryOf(layer, 1), findings: [{ detector: 'aws-access-key', layerDigest: layer }] }]);
  });

  await t.test(
    'the fingerprint under the key before is no part of the comparison: sensors with it and without it tell one fact',
    async (t) => {
      const store = await stores.open(t);
      const current = findingOf().fingerprints.slice(0, 1);
      const [both, alone] = [findingOf({ fingerprints: [...current, { keyId: 'f'.repeat(16), value: hexOf('before') }] }), findingOf()];
      const { detector, confidence, preview } = both;
      const inEnv = { detector, confidence, preview, kind: 'env' as const, key: 'TOKEN', instruction: null };
      for (const [one, other] of [
        [both, alone],
        [alone, both],
      ] as const) {
        const ours = await reader(store);
        const theirs = await reader(store, ours.registry);
        await claim(store, ours, [layer], 10);
        await claim(store, theirs, [layer], 500);
        await addPart(store, ours, partOf(0, { findings: [one] }));
        await addPart(store, theirs, partOf(0, { findings: [other] }));
        t.equal(await addLayer(store, ours, summaryOf(layer, 1), 1), 'created');
        t.equal(await addLayer(store, theirs, summaryOf(layer, 1), 1), 'known');
        const tell = (by: Reader, { fingerprints }: LayerFinding) =>
          reportImage(store, { workspaceId: by.workspaceId, id: by.sensorId }, digestOf('env'), [], {
            findings: [{ ...inEnv, fingerprints }],
          });
        t.equal(await tell(ours, one), 'created');
        t.equal(await tell(theirs, other), 'known');
        t.equal(await tell(theirs, findingOf({ fingerprints: both.fingerprints.toReversed() })), 'conflict', 'the current one is');
      }
    },
  );

  await t.test('pages whose layer is never closed are forgotten after a while, facts are not', async (t) => {
    const store = await stores.open(t);
    const by = await reader(store);
    const other = digestOf('other layer');
    await read(store, by, other);
    await claim(store, by, [layer]);
    await addPart(store, by, partOf(0));
    await store.facts.prune(20);
    t.equal(await addLayer(store, by, summaryOf(layer, 0), 1), 'created', 'received at 20, so not before it');
    await claim(store, by, [digestOf('third')]);
    await addPart(store, by, partOf(0), digestOf('third'));
    t.ok((await store.facts.prune(21)) >= 1);
    t.equal(await addLayer(store, by, summaryOf(digestOf('third'), 0), 1), 'parts-missing');
    t.match(await claim(store, by, [layer, other]), { known: [layer, other] });
  });

  await t.test('two replicas close one layer at once and make one fact', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const by = await reader(one);
    await claim(one, by, [layer]);
    await addPart(one, by, partOf(0, { findings: [findingOf()] }));
    const made = await Promise.all([one, two, one, two].map((store) => addLayer(store, by, summaryOf(layer, 1), 1)));
    t.same(made.sort(), ['created', 'known', 'known', 'known']);
  });
}

async function paths(t: Test, stores: Stores): Promise<void> {
  await t.test('paths are found by kind, in layers of any size, and never in another workspace or engine', async (t) => {
    const store = await stores.open(t);
    const by = await reader(store);
    const theirs = await reader(store);
    const names = Array.from({ length: 10_000 }, (_, at) => `usr/lib/file-${at}`);
    await claim(store, by, [layer]);
    // Two pages of one kind, one path in both, and a hash with the highest bit set on either side of a block's edge.
    await addPart(store, by, partOf(0, { paths: { kind: 'files', hashes: hashesOf(names.slice(0, 6_000)) } }));
    await addPart(store, by, partOf(1, { paths: { kind: 'files', hashes: hashesOf(names.slice(5_000)) } }));
    await addPart(store, by, partOf(2, { paths: { kind: 'opaques', hashes: Buffer.from('0000000000000000ffffffffffffffff', 'hex') } }));
    await addPart(store, by, partOf(3, { paths: { kind: 'whiteouts', hashes: new Uint8Array() } }));
    t.equal(await addLayer(store, by, summaryOf(layer, 0), 4), 'created');
    const asked = new Set(
      [...names.filter((_, at) => at % 7 === 0), 'not/there']
        .map(pathHashOf)
        .concat('0000000000000000', 'ffffffffffffffff', '0000000000000001'),
    );
    const found = await store.facts.fetchPaths(by.workspaceId, layer, engine, asked);
    t.same(new Set(found.files), new Set(names.filter((_, at) => at % 7 === 0).map(pathHashOf)));
    t.same(new Set(found.opaques), new Set(['0000000000000000', 'ffffffffffffffff']));
    t.equal(found.whiteouts.size + found.directories.size, 0);
    t.equal((await store.facts.fetchPaths(theirs.workspaceId, layer, engine, asked)).files.size, 0);
    t.equal((await store.facts.fetchPaths(by.workspaceId, layer, otherEngine, asked)).files.size, 0);
    t.equal((await store.facts.fetchPaths(by.workspaceId, layer, engine, new Set())).files.size, 0);
    t.equal(visibilityOf(findingOf({ path: 'usr/lib/file-7' }), [found]), 'shadowed');
  });
}

async function roots(t: Test, stores: Stores): Promise<void> {
  await t.test('a root is told with all its images, their layers in order, and what is missing', async (t) => {
    const store = await stores.open(t);
    const by = await reader(store);
    const { workspaceId, sensorId } = by;
    const [index, nested, amd, arm] = ['index', 'nested', 'amd', 'arm'].map(digestOf) as [string, string, string, string];
    const [base, above] = [digestOf('base'), digestOf('above')];
    t.equal(await store.facts.fetchRoot(workspaceId, index, engine), null);
    const children = [
      { digest: amd, platform: { os: 'linux', architecture: 'amd64' } },
      { digest: nested, platform: null },
    ];
    await store.facts.createManifest(workspaceId, sensorId, imageOf(index, [], { shape: 'index', platform: null, children }), newId, 5);
    t.match(await store.facts.fetchRoot(workspaceId, index, engine), { digest: index, missing: [amd, nested] });
    const own = {
      detector: 'env-secret',
      confidence: 'likely' as const,
      fingerprints: findingOf().fingerprints,
      preview: 'x',
      kind: 'env' as const,
      key: 'TOKEN',
      instruction: null,
    };
    await store.facts.createManifest(
      workspaceId,
      sensorId,
      imageOf(amd, [base, above, base], { platform: null, findings: [own] }),
      newId,
      5,
    );
    await store.facts.createManifest(
      workspaceId,
      sensorId,
      imageOf(nested, [], {
        shape: 'index',
        platform: null,
        children: [
          { digest: arm, platform: null },
          { digest: index, platform: null },
        ],
      }),
      newId,
      5,
    );
    await store.facts.createManifest(
      workspaceId,
      sensorId,
      imageOf(arm, [base], { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }),
      newId,
      5,
    );
    await read(store, by, base, [findingOf(), findingOf({ path: 'etc/key', line: 9 })]);
    const root = await store.facts.fetchRoot(workspaceId, index, engine);
    t.same(root?.missing, [], 'a cycle ends');
    const image = (digest: string) => root?.images.find((one) => one.digest === digest);
    t.equal(image(amd)?.platform, 'linux/amd64', 'as the index says');
    t.equal(image(arm)?.platform, 'linux/arm64/v8');
    t.same(
      image(amd)?.layers.map((one) => one.digest),
      [base, above, base],
    );
    t.equal(image(amd)?.layers[1]?.summary, null);
    t.match(image(amd)?.layers[0], {
      summary: { digest: base },
      instruction: /RUN make/,
      findings: [{ location: { kind: 'file', line: 1 } }, { location: { path: 'etc/key', line: 9 } }],
    });
    t.match(image(amd)?.findings, [{ layerDigest: null, manifestDigest: amd, location: { kind: 'env', key: 'TOKEN' } }]);
    t.equal(await store.facts.createManifest(workspaceId, sensorId, imageOf(amd, [], { findings: [own, own] }), newId, 6), 'conflict');
    const { platform, ...rest } = imageOf(arm, [base], { platform: { variant: 'v8', os: 'linux', architecture: 'arm64' } });
    t.equal(
      await store.facts.createManifest(workspaceId, sensorId, { platform, ...rest }, newId, 6),
      'known',
      'whatever the order of its members',
    );
    t.equal((await store.facts.fetchRoot(workspaceId, amd, engine))?.images[0]?.findings.length, 1, 'a manifest is written once');
    t.equal(await store.facts.fetchRoot(workspaceId, index, otherEngine), null);
  });

  await t.test('indexes are followed eight deep and to 5,000 manifests, and what lies beyond is missing, not forgotten', async (t) => {
    const store = await stores.open(t);
    const { workspaceId, sensorId } = await reader(store);
    const level = (depth: number): string => digestOf(`${workspaceId} level ${depth}`);
    const index = (digest: string, children: readonly string[]) =>
      store.facts.createManifest(
        workspaceId,
        sensorId,
        imageOf(digest, [], { shape: 'index', children: children.map((child) => ({ digest: child, platform: null })) }),
        newId,
        5,
      );
    for (let depth = 0; depth < 9; depth++) await index(level(depth), [level(depth + 1)]);
    await store.facts.createManifest(workspaceId, sensorId, imageOf(level(9), []), newId, 5);
    const deep = await store.facts.fetchRoot(workspaceId, level(0), engine);
    t.same(deep?.missing, [level(9)]);
    t.equal(await store.facts.isComplete(workspaceId, level(0), engine), false);
    t.same((await store.facts.fetchRoot(workspaceId, level(1), engine))?.missing, []);
    t.equal(await store.facts.isComplete(workspaceId, level(1), engine), true);
    const names = (from: number, count: number) => Array.from({ length: count }, (_, at) => level(1_000 + from + at));
    const wide = level(100);
    await index(wide, names(0, 4_999));
    t.equal((await store.facts.fetchRoot(workspaceId, wide, engine))?.missing.length, 4_999, 'looked for and not there');
    const wider = level(101);
    await index(wider, [...names(0, 4_999), level(1)]);
    t.equal((await store.facts.fetchRoot(workspaceId, wider, engine))?.missing.length, 5_000, 'not looked for');
  });

  await t.test('the open roots of a layer are images and the indexes above them, placed, of this workspace and engine', async (t) => {
    const store = await stores.open(t);
    const ours = await reader(store);
    const theirs = await reader(store);
    const { workspaceId, sensorId } = ours;
    const [index, image, alone, unplaced] = ['index', 'image', 'alone', 'unplaced'].map(digestOf) as [string, string, string, string];
    for (const by of [ours, theirs])
      for (const digest of by === ours ? [index, alone] : [image]) {
        const push = { repository: 'app', digest, tag: null, mediaType: null, pushedAt: 5 };
        await store.catalog.updateFromPush(by.workspaceId, by.registry.id, push, { repositoryId: newId() }, 5);
      }
    for (const digest of [image, alone, unplaced])
      await store.facts.createManifest(workspaceId, sensorId, imageOf(digest, [layer]), newId, 5);
    await store.facts.createManifest(
      workspaceId,
      sensorId,
      imageOf(index, [], { shape: 'index', children: [{ digest: image, platform: null }] }),
      newId,
      5,
    );
    const open = (workspace = workspaceId, on = engine) => store.facts.listRootsOfLayer(workspace, layer, on);
    t.same(await open(), [index, alone].sort());
    t.same(await open(theirs.workspaceId), []);
    t.same(await open(workspaceId, otherEngine), []);
    const scan = {
      workspaceId,
      digest: alone,
      ruleSetHash: 'r',
      verdict: 'incomplete' as const,
      coverage: imageOf('', []).coverage,
      counts: {},
      scannedAt: 5,
      excluded: noneExcluded,
    };
    const unread = [{ digest: layer, code: 'c', detail: 'd' }];
    await store.scans.create(scan.workspaceId, { ...scan, id: newId(), engineKey: engineKey(otherEngine), unread: [] }, [], newId);
    await store.scans.create(scan.workspaceId, { ...scan, id: newId(), engineKey: engineKey(engine), unread }, [], newId);
    t.same(await open(), [index, alone].sort(), 'a verdict with something unread is open');
    await store.scans.create(scan.workspaceId, { ...scan, id: newId(), engineKey: engineKey(engine), unread: [] }, [], newId);
    t.same(await open(), [index]);
    t.equal(await store.facts.isComplete(workspaceId, index, engine), false);
    await read(store, ours, layer);
    t.equal(await store.facts.isComplete(workspaceId, index, engine), true);
    t.equal(await store.facts.isComplete(workspaceId, index, otherEngine), false);
    t.equal(await store.facts.isComplete(theirs.workspaceId, image, engine), false);
  });

  await t.test('two workspaces that share a layer and an image share no fact of it', async (t) => {
    const store = await stores.open(t);
    const [ours, theirs] = [await reader(store), await reader(store)];
    const image = digestOf('image');
    await read(store, ours, layer, [findingOf()]);
    await store.facts.createManifest(ours.workspaceId, ours.sensorId, imageOf(image, [layer]), newId, 5);
    t.match(await claim(store, theirs, [layer]), { known: [], yours: [layer] });
    t.equal(await store.facts.fetchRoot(theirs.workspaceId, image, engine), null);
    await store.facts.createManifest(theirs.workspaceId, theirs.sensorId, imageOf(image, [layer]), newId, 5);
    t.match((await store.facts.fetchRoot(theirs.workspaceId, image, engine))?.images[0]?.layers, [{ summary: null, findings: [] }]);
    t.equal(await addPart(store, { ...theirs, sensorId: ours.sensorId }, partOf(0)), false, "our sensor's grant is worth nothing there");
    t.equal(await claim(store, { ...ours, workspaceId: theirs.workspaceId }, [layer]), null);
  });
}
