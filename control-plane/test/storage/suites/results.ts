import { emptyCoverage, engineKey } from '@tidewaiter/shared/findings';
import type { Test } from 'tap';
import type { Registry, Scan, ScanStore, Store } from '../../../src/storage/index.ts';
import type { Stores } from '../conformance.ts';
import { createWorkspace, digestOf, engine, enrol, findingOf, hexOf, newId, registryOf, reportImage, noneExcluded } from '../samples.ts';

const first = { cursor: null, limit: 100 };
type Seen = Parameters<ScanStore['create']>[2][number];

const scanOf = (workspaceId: string, digest: string, change: Partial<Scan> = {}): Scan => ({
  workspaceId,
  id: newId(),
  digest,
  engineKey: engineKey(engine),
  ruleSetHash: engine.ruleSetHash,
  verdict: 'findings',
  coverage: emptyCoverage,
  counts: { certain: 1 },
  unread: [],
  scannedAt: 50,
  excluded: noneExcluded,
  ...change,
});

interface Found {
  readonly sensorId: string;
  readonly image: string;
  readonly findingId: string;
}

/** An image in a repository with one env variable that is a secret. */
async function place(
  store: Store,
  registry: Registry,
  name: string,
  secret: string,
  repository = 'app',
  keys: readonly string[] = [engine.fingerprintKeyId],
): Promise<Found> {
  const { workspaceId, id } = registry;
  const image = digestOf(name);
  const push = { repository, digest: image, tag: name, mediaType: null, pushedAt: 5 };
  await store.catalog.updateFromPush(workspaceId, id, push, { repositoryId: newId() }, 5);
  const fingerprints = keys.map((keyId) => ({ keyId, value: hexOf(`${keyId} ${secret}`) }));
  const { detector, confidence, preview } = findingOf();
  const finding = { detector, confidence, preview, fingerprints, kind: 'env' as const, key: 'TOKEN', instruction: null };
  const sensor = await enrol(store, workspaceId);
  await reportImage(store, sensor, image, [], { findings: [finding] });
  const root = await store.facts.fetchRoot(workspaceId, image, engine);
  return { sensorId: sensor.id, image, findingId: root?.images[0]?.findings[0]?.id ?? '' };
}

const seen = ({ image, findingId }: Found, change: Partial<Seen> = {}): Seen => ({
  findingId,
  imageDigest: image,
  visibility: 'not-a-file',
  reported: true,
  severity: 'high',
  excludedBy: [],
  ...change,
});

async function connect(store: Store, name = 'one'): Promise<Registry> {
  const registry = registryOf(await createWorkspace(store, name));
  await store.registries.create(registry.workspaceId, registry);
  return registry;
}

/** Scans, incidents, occurrences. */
export async function resultsSuite(t: Test, stores: Stores): Promise<void> {
  await verdicts(t, stores);
  await incidents(t, stores);
  await closings(t, stores);
  await occurrences(t, stores);
  await changes(t, stores);
  await exclusions(t, stores);
}

async function verdicts(t: Test, stores: Stores): Promise<void> {
  await t.test('a verdict replaces the one before it under the same engine and keeps its id', async (t) => {
    const store = await stores.open(t);
    const [{ workspaceId }, other] = [await connect(store), await connect(store, 'two')];
    const digest = digestOf('image');
    const before = scanOf(workspaceId, digest, { verdict: 'incomplete', unread: [{ digest, code: 'c', detail: 'd' }] });
    await store.scans.create(before.workspaceId, before, [], newId);
    await store.scans.create(workspaceId, scanOf(workspaceId, digest, { verdict: 'clean', scannedAt: 60 }), [], newId);
    t.same(await store.scans.fetchLatest(workspaceId, digest), { ...before, verdict: 'clean', unread: [], scannedAt: 60 });
    await store.scans.create(
      workspaceId,
      scanOf(workspaceId, digest, { engineKey: 'newer', scannedAt: 70, verdict: 'findings' }),
      [],
      newId,
    );
    t.match(await store.scans.fetchLatest(workspaceId, digest), { engineKey: 'newer' });
    t.equal((await store.scans.list(workspaceId, { digest }, first)).items.length, 2);
    t.match((await store.scans.list(workspaceId, { verdict: 'clean' }, first)).items, [{ id: before.id }]);
    t.equal(await store.scans.fetchLatest(other.workspaceId, digest), null);
    t.same((await store.scans.list(other.workspaceId, {}, first)).items, []);
  });
}

async function incidents(t: Test, stores: Stores): Promise<void> {
  await t.test('one secret is one incident, however often and wherever it is found', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const { workspaceId } = registry;
    const [one, two, three] = [
      await place(store, registry, 'one', 'secret'),
      await place(store, registry, 'two', 'secret', 'web'),
      await place(store, registry, 'three', 'another secret'),
    ];
    const made = await store.scans.create(workspaceId, scanOf(workspaceId, one.image), [seen(one, { severity: 'medium' })], newId);
    t.equal(made.created.length, 1);
    t.same(await store.scans.create(workspaceId, scanOf(workspaceId, one.image), [seen(one, { severity: 'critical' })], newId), {
      created: [],
      reopened: [],
    });
    t.match(await store.incidents.fetch(workspaceId, made.created[0] ?? ''), { severity: 'medium' }, 'the same image makes it no graver');
    t.same(await store.scans.create(workspaceId, scanOf(workspaceId, two.image), [seen(two, { severity: 'critical' })], newId), {
      created: [],
      reopened: [],
    });
    t.match(
      await store.incidents.fetch(workspaceId, made.created[0] ?? ''),
      { severity: 'critical', status: 'triggered' },
      'another image does',
    );
    t.same(
      (await store.scans.create(workspaceId, scanOf(workspaceId, three.image), [seen(three, { reported: false })], newId)).created,
      [],
    );
    t.equal((await store.scans.create(workspaceId, scanOf(workspaceId, three.image), [seen(three)], newId)).created.length, 1);
    t.same(await store.incidents.count(workspaceId), { triggered: 2 });
    const actions = (await store.incidents.listActivity(workspaceId, made.created[0] ?? '', first)).items;
    t.match(actions, [
      { action: 'created', actor: 'system', at: 50 },
      { action: 'severity-raised', details: { from: 'medium', to: 'critical' } },
    ]);
  });

  await t.test('two replicas that find one secret at once make one incident', async (t) => {
    const [one, two] = await stores.openTwo(t);
    const registry = await connect(one);
    const { workspaceId } = registry;
    const found = [];
    for (const name of ['a', 'b', 'c', 'd']) found.push(await place(one, registry, name, 'secret'));
    const made = await Promise.all(
      found.map((place, at) =>
        (at % 2 === 0 ? one : two).scans.create(workspaceId, scanOf(workspaceId, place.image), [seen(place)], newId),
      ),
    );
    t.equal(made.flatMap((links) => links.created).length, 1);
    t.same(await one.incidents.count(workspaceId), { triggered: 1 });
  });

  await t.test('two workspaces with the same secret under the same key have an incident each', async (t) => {
    const store = await stores.open(t);
    const [ours, theirs] = [await connect(store), await connect(store, 'two')];
    const [one, two] = [await place(store, ours, 'one', 'secret'), await place(store, theirs, 'one', 'secret')];
    const [mine] = (await store.scans.create(ours.workspaceId, scanOf(ours.workspaceId, one.image), [seen(one)], newId)).created;
    const [other] = (await store.scans.create(theirs.workspaceId, scanOf(theirs.workspaceId, two.image), [seen(two)], newId)).created;
    t.not(mine, other);
    const id = mine ?? '';
    t.equal(await store.incidents.fetch(theirs.workspaceId, id), null);
    t.match((await store.incidents.list(theirs.workspaceId, {}, first)).items, [{ id: other }]);
    const activity = { id: newId(), at: 9, actor: 'token:1', action: 'resolve', details: {} };
    t.equal(await store.incidents.update(theirs.workspaceId, id, { status: 'resolved' }, activity), false);
    t.equal(await store.incidents.createNote(theirs.workspaceId, id, { id: newId(), author: 'a', text: 't', createdAt: 1 }), false);
    for (const list of ['listNotes', 'listActivity', 'listOccurrences'] as const)
      t.same((await store.incidents[list](theirs.workspaceId, id, first)).items, []);
    t.match((await store.incidents.listOccurrences(ours.workspaceId, id, first)).items, [{ registryId: ours.id }]);
    t.same(await store.incidents.count(theirs.workspaceId), { triggered: 1 });
    t.same(
      (await store.incidents.list(theirs.workspaceId, { digest: one.image }, first)).items.map((incident) => incident.id),
      [other],
    );
  });

  await t.test('an incident carries over when the fingerprint key is rotated', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const { workspaceId } = registry;
    const [oldKey, newKey] = [hexOf('old').slice(0, 16), hexOf('new').slice(0, 16)];
    const before = await place(store, registry, 'before', 'secret', 'app', [oldKey]);
    const during = await place(store, registry, 'during', 'secret', 'app', [newKey, oldKey]);
    const after = await place(store, registry, 'after', 'secret', 'app', [newKey]);
    const [id = ''] = (await store.scans.create(workspaceId, scanOf(workspaceId, before.image), [seen(before)], newId)).created;
    const said = { status: 'ignored', assignee: 'someone', ignoreReason: 'low-risk' } as const;
    await store.incidents.update(workspaceId, id, said, { id: newId(), at: 6, actor: 'token:1', action: 'ignore', details: {} });
    t.equal((await store.scans.create(workspaceId, scanOf(workspaceId, during.image), [seen(during)], newId)).created.length, 0);
    t.equal((await store.scans.create(workspaceId, scanOf(workspaceId, after.image), [seen(after)], newId)).created.length, 0);
    t.same(await store.incidents.count(workspaceId), { ignored: 1 });
    t.match(await store.incidents.fetch(workspaceId, id), said, 'what people said of it stays');
    t.equal((await store.incidents.listOccurrences(workspaceId, id, first)).items.length, 3, 'its places are those of all three');
    const mixed = [
      await place(store, registry, 'mixed old', 'another', 'app', [oldKey]),
      await place(store, registry, 'mixed new', 'another', 'app', [newKey]),
      await place(store, registry, 'mixed both', 'another', 'app', [newKey, oldKey]),
    ] as const;
    const all = mixed.map((one) => seen(one));
    t.equal(
      (await store.scans.create(workspaceId, scanOf(workspaceId, mixed[1].image), all, newId)).created.length,
      1,
      'within one verdict, too',
    );
  });

  await t.test('a resolved incident comes back with a new image, an ignored one does not', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const { workspaceId } = registry;
    const [one, two, three] = [
      await place(store, registry, 'one', 'secret'),
      await place(store, registry, 'two', 'secret'),
      await place(store, registry, 'three', 'secret'),
    ];
    const [id = ''] = (await store.scans.create(workspaceId, scanOf(workspaceId, one.image), [seen(one)], newId)).created;
    const activity = (action: string) => ({ id: newId(), at: 55, actor: 'token:1', action, details: {} });
    await store.incidents.update(workspaceId, id, { status: 'resolved', resolvedAt: 55 }, activity('resolve'));
    t.same(await store.scans.create(workspaceId, scanOf(workspaceId, one.image), [seen(one)], newId), { created: [], reopened: [] });
    t.same(await store.scans.create(workspaceId, scanOf(workspaceId, two.image, { scannedAt: 66 }), [seen(two)], newId), {
      created: [],
      reopened: [id],
    });
    t.match(await store.incidents.fetch(workspaceId, id), { status: 'triggered', resolvedAt: null, updatedAt: 66 });
    await store.incidents.update(workspaceId, id, { status: 'ignored', ignoreReason: 'low-risk' }, activity('ignore'));
    t.same(await store.scans.create(workspaceId, scanOf(workspaceId, three.image), [seen(three)], newId), { created: [], reopened: [] });
    t.match(await store.incidents.fetch(workspaceId, id), { status: 'ignored', ignoreReason: 'low-risk' });
  });
}

async function closings(t: Test, stores: Stores): Promise<void> {
  await t.test('what a person closed stays closed when facts are taken back and the same is found again', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const { workspaceId } = registry;
    const closed = { resolved: { status: 'resolved', resolvedAt: 55 }, ignored: { status: 'ignored', ignoreReason: 'low-risk' } } as const;
    for (const [name, change] of Object.entries(closed)) {
      const before = await place(store, registry, name, `secret ${name}`);
      const { created } = await store.scans.create(workspaceId, scanOf(workspaceId, before.image), [seen(before)], newId);
      const [id = ''] = created;
      const activity = { id: newId(), at: 55, actor: 'token:1', action: name, details: {} };
      await store.incidents.update(workspaceId, id, { ...change, severity: 'low' }, activity);
      t.match(await store.facts.deleteBySensor(workspaceId, before.sensorId, 60), { images: [before.image] });
      t.same((await store.incidents.listOccurrences(workspaceId, id, first)).items, []);

      const again = await place(store, registry, name, `secret ${name}`);
      t.not(again.findingId, before.findingId, 'another finding of the same secret');
      const links = await store.scans.create(workspaceId, scanOf(workspaceId, again.image, { scannedAt: 70 }), [seen(again)], newId);
      t.same(links, { created: [], reopened: [] });
      t.match(await store.incidents.fetch(workspaceId, id), { ...change, severity: 'low', updatedAt: 55 }, `${name} as it was`);
      t.equal((await store.incidents.listActivity(workspaceId, id, first)).items.length, 2);
      t.equal((await store.incidents.listOccurrences(workspaceId, id, first)).items.length, 1);

      const elsewhere = await place(store, registry, `${name} elsewhere`, `secret ${name}`);
      const fresh = await store.scans.create(
        workspaceId,
        scanOf(workspaceId, elsewhere.image, { scannedAt: 80 }),
        [seen(elsewhere)],
        newId,
      );
      t.same(fresh.reopened, name === 'resolved' ? [id] : [], 'an image nobody knew of opens what was resolved');
    }
  });
}

async function occurrences(t: Test, stores: Stores): Promise<void> {
  await t.test('occurrences join findings, images and placements, of the latest verdict, in pages', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const { workspaceId } = registry;
    const one = await place(store, registry, 'one', 'secret');
    await place(store, registry, 'one', 'secret', 'copy');
    const two = await place(store, registry, 'two', 'secret');
    const [id = ''] = (await store.scans.create(workspaceId, scanOf(workspaceId, one.image), [seen(one)], newId)).created;
    await store.scans.create(workspaceId, scanOf(workspaceId, two.image), [seen(two, { visibility: 'deleted' })], newId);
    await store.catalog.updatePresence(workspaceId, registry.id, 'app', two.image, 'gone', 60);
    const all = (await store.incidents.listOccurrences(workspaceId, id, first)).items;
    t.equal(all.length, 3);
    t.match(
      all.find((place) => place.rootDigest === two.image),
      {
        repository: 'app',
        presence: 'gone',
        tags: [],
        visibility: 'deleted',
        platform: 'linux/amd64',
        location: { kind: 'env', key: 'TOKEN' },
      },
    );
    t.same(
      new Set(all.filter((place) => place.rootDigest === one.image).map((place) => `${place.repository} ${place.tags.join()}`)),
      new Set(['app one', 'copy one']),
    );
    const paged = [];
    let cursor: string | null = null;
    do {
      const page = await store.incidents.listOccurrences(workspaceId, id, { cursor, limit: 1 });
      paged.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    t.same(paged, all);
    await store.scans.create(
      workspaceId,
      scanOf(workspaceId, two.image, { engineKey: 'newer', verdict: 'clean', counts: {}, scannedAt: 90 }),
      [],
      newId,
    );
    t.equal((await store.incidents.listOccurrences(workspaceId, id, first)).items.length, 2, 'a newer engine no longer finds it');
    await store.scans.create(
      workspaceId,
      scanOf(workspaceId, one.image, { engineKey: 'newer', verdict: 'failed', counts: {}, scannedAt: 90 }),
      [],
      newId,
    );
    t.equal((await store.incidents.listOccurrences(workspaceId, id, first)).items.length, 2, 'a failed scan says nothing of it');
  });

  await t.test('incidents are listed by status, severity, detector, image and repository', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const { workspaceId } = registry;
    const [one, two] = [await place(store, registry, 'one', 'secret'), await place(store, registry, 'two', 'another', 'web')];
    const [a = ''] = (await store.scans.create(workspaceId, scanOf(workspaceId, one.image), [seen(one, { severity: 'low' })], newId))
      .created;
    const [b = ''] = (await store.scans.create(workspaceId, scanOf(workspaceId, two.image), [seen(two)], newId)).created;
    const web = await store.catalog.fetchRepositoryByName(workspaceId, registry.id, 'web');
    const found = async (filter: Parameters<typeof store.incidents.list>[1]) =>
      (await store.incidents.list(workspaceId, filter, first)).items.map((incident) => incident.id);
    t.same(await found({}), [a, b]);
    t.same(await found({ severity: 'low' }), [a]);
    t.same(await found({ status: 'resolved' }), []);
    t.same(await found({ detector: 'aws-access-key' }), [a, b]);
    t.same(await found({ digest: two.image }), [b]);
    t.same(await found({ repositoryId: web?.id ?? '' }), [b]);
    t.same(await found({ repositoryId: web?.id ?? '', severity: 'low' }), []);
  });
}

async function changes(t: Test, stores: Stores): Promise<void> {
  await t.test('a change writes an activity; notes are kept in order', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const { workspaceId } = registry;
    const one = await place(store, registry, 'one', 'secret');
    const [id = ''] = (await store.scans.create(workspaceId, scanOf(workspaceId, one.image), [seen(one)], newId)).created;
    const activity = { id: newId(), at: 70, actor: 'token:1', action: 'assign', details: { assignee: 'ann' } };
    t.equal(await store.incidents.update(workspaceId, id, { status: 'assigned', assignee: 'ann' }, activity), true);
    t.match(await store.incidents.fetch(workspaceId, id), { status: 'assigned', assignee: 'ann', updatedAt: 70, severity: 'high' });
    t.same((await store.incidents.listActivity(workspaceId, id, first)).items.at(-1), activity);
    t.equal(await store.incidents.update(workspaceId, 'none', { status: 'assigned' }, { ...activity, id: newId() }), false);
    const notes = ['first', 'second'].map((text) => ({ id: newId(), author: 'ann', text, createdAt: 80 }));
    for (const note of notes) t.equal(await store.incidents.createNote(workspaceId, id, note), true);
    t.same((await store.incidents.listNotes(workspaceId, id, first)).items, notes);
    t.match(await store.incidents.count(workspaceId), { assigned: 1 });
  });
}

async function exclusions(t: Test, stores: Stores): Promise<void> {
  const settings = { presets: [], expressions: ['/vendor/'] };

  await t.test('each change of exclusions is one revision that is open until its verdicts are made', async (t) => {
    const store = await stores.open(t);
    const { workspaceId, id } = await connect(store);
    const unjudged = async () => (await store.registries.listUnjudged(1_000)).filter((registry) => registry.id === id);
    t.same(await unjudged(), []);
    await store.registries.update(workspaceId, id, { exclusions: settings });
    await store.registries.update(workspaceId, id, { exclusions: settings });
    await store.registries.update(workspaceId, id, { intervalSeconds: 9_000 });
    t.match(await unjudged(), [{ exclusions: settings, exclusionsRevision: 2, judgedRevision: 0 }]);
    t.equal(await store.registries.updateJudged(workspaceId, id, 1), true);
    t.match(await unjudged(), [{ judgedRevision: 1 }], 'another change came meanwhile');
    t.equal(await store.registries.updateJudged(workspaceId, id, 2), true);
    t.equal(await store.registries.updateJudged(workspaceId, id, 1), false, 'a slower replica takes nothing back');
    t.same(await unjudged(), []);
  });

  await t.test('what exclusions hide is counted by expression, each finding once, in the latest verdicts of the registry', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const { workspaceId } = registry;
    const [one, two, three] = [
      await place(store, registry, 'a', 'x'),
      await place(store, registry, 'b', 'y'),
      await place(store, registry, 'c', 'z'),
    ];
    const hidden = { reported: false, excludedBy: ['/a/', '/b/'] };
    const excluded = { findings: 1, pierced: 0, byExpression: { '/a/': 1, '/b/': 1 } };
    await store.scans.create(
      workspaceId,
      scanOf(workspaceId, one.image, { excluded }),
      [seen(one, hidden), seen(one, { ...hidden, imageDigest: 'other' })],
      newId,
    );
    await store.scans.create(
      workspaceId,
      scanOf(workspaceId, two.image),
      [seen(two, { reported: false, excludedBy: ['/a/'] }), seen(one, hidden)],
      newId,
    );
    await store.scans.create(workspaceId, scanOf(workspaceId, three.image), [seen(three, { excludedBy: ['/p/'] })], newId);
    t.same(await store.scans.countExcluded(workspaceId, registry.id), [
      { excludedBy: ['/a/', '/b/'], reported: false, findings: 1 },
      { excludedBy: ['/a/'], reported: false, findings: 1 },
      { excludedBy: ['/p/'], reported: true, findings: 1 },
    ]);
    t.match(await store.scans.fetchLatest(workspaceId, one.image), { excluded });
    const images = [one.image, two.image, three.image].sort();
    t.same(await store.scans.listDigests(workspaceId, registry.id, { cursor: null, limit: 3 }), { items: images, nextCursor: null });
    const page = await store.scans.listDigests(workspaceId, registry.id, { cursor: null, limit: 2 });
    t.same((await store.scans.listDigests(workspaceId, registry.id, { cursor: page.nextCursor, limit: 2 })).items, images.slice(2));
    const later = { engineKey: 'k/2/r/l', scannedAt: 60, verdict: 'clean' as const };
    await store.scans.create(workspaceId, scanOf(workspaceId, three.image, later), [], newId);
    t.equal((await store.scans.countExcluded(workspaceId, registry.id)).length, 2, 'not what an earlier engine saw');
  });

  await t.test('an exclusion closes an incident that nothing reports any more, and brings it back', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const { workspaceId } = registry;
    const [one, two] = [await place(store, registry, 'a', 'x'), await place(store, registry, 'b', 'x')];
    const judge = (found: Found, change: Partial<Seen>) =>
      store.scans.create(workspaceId, scanOf(workspaceId, found.image), [seen(found, change)], newId);
    const hidden = { reported: false, excludedBy: ['/a/'] };
    const { created } = await judge(one, {});
    const [id = ''] = created;
    await judge(two, {});
    await judge(one, hidden);
    t.match(await store.incidents.fetch(workspaceId, id), { status: 'triggered' }, 'another image still reports it');
    await judge(two, hidden);
    t.match(await store.incidents.fetch(workspaceId, id), { status: 'resolved', resolvedAt: 50 });
    t.same((await store.incidents.listOccurrences(workspaceId, id, first)).items, []);
    await judge(two, hidden);
    t.same(await judge(two, {}), { created: [], reopened: [id] });
    t.match(await store.incidents.fetch(workspaceId, id), { status: 'triggered', resolvedAt: null });
    const told = (await store.incidents.listActivity(workspaceId, id, first)).items.map(({ action }) => action);
    t.same(told, ['created', 'excluded', 'reopened']);
  });

  await t.test('what a person closed stays closed, whatever exclusions come and go', async (t) => {
    const store = await stores.open(t);
    const registry = await connect(store);
    const { workspaceId } = registry;
    const one = await place(store, registry, 'a', 'x');
    const judge = (change: Partial<Seen>) => store.scans.create(workspaceId, scanOf(workspaceId, one.image), [seen(one, change)], newId);
    const { created } = await judge({});
    const [id = ''] = created;
    const activity = { id: newId(), at: 51, actor: 'token:1', action: 'resolve', details: {} };
    await store.incidents.update(workspaceId, id, { status: 'resolved', resolvedAt: 51 }, activity);
    await judge({ reported: false, excludedBy: ['/a/'] });
    t.same(await judge({}), { created: [], reopened: [] });
    t.match(await store.incidents.fetch(workspaceId, id), { status: 'resolved', resolvedAt: 51 });
  });
}
