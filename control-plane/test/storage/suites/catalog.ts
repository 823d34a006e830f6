import { emptyCoverage } from '@tidewaiter/shared/findings';
import type { CatalogPage, Grant } from '@tidewaiter/shared/protocol';
import type { Test } from 'tap';
import type { Registry, Store } from '../../../src/storage/index.ts';
import type { Stores } from '../conformance.ts';
import { assignmentOf, createWorkspace, digestOf, enrol, newId, registryOf, reportImage, noneExcluded } from '../samples.ts';

const first = { cursor: null, limit: 100 };
type Image = CatalogPage['images'][number];

const listed = (repository: string, digest: string, change: Partial<Image> = {}): Image => ({
  repository,
  digest,
  tags: [],
  mediaType: null,
  sizeBytes: 5,
  pushedAt: '2026-01-01T00:00:00Z',
  status: 'active',
  ...change,
});

const pageOf = (grant: Grant, images: readonly Image[], change: Partial<CatalogPage> = {}): Omit<CatalogPage, 'kind'> => ({
  grant,
  page: 0,
  last: true,
  repositories: [...new Set(images.map((image) => image.repository))].map((name) => ({ name, createdAt: null })),
  images: [...images],
  ...change,
});

/** A listing under way. */
async function listing(store: Store, registry: Registry, nowMs: number): Promise<Grant> {
  const sensor = await enrol(store, registry.workspaceId);
  const { id } = await store.assignments.create(
    registry.workspaceId,
    assignmentOf(registry, { kind: 'sync', repository: null, digest: null }),
  );
  const accepted = await store.assignments.accept(registry.workspaceId, sensor.id, id, 1_000, nowMs);
  if (!accepted) throw new Error('not accepted');
  return { assignmentId: id, attempt: accepted.attempt };
}

async function finish(store: Store, registry: Registry, grant: Grant): Promise<void> {
  const { sensorId } = (await store.assignments.fetch(registry.workspaceId, grant.assignmentId)) ?? {};
  const end = { state: 'succeeded' as const, failure: null, timings: {}, retryAt: null };
  await store.assignments.finish(registry.workspaceId, sensorId ?? '', grant, end, 1);
}

async function connect(store: Store, workspaceId: string, change: Partial<Registry> = {}): Promise<Registry> {
  const registry = registryOf(workspaceId, change);
  await store.registries.create(registry.workspaceId, registry);
  return registry;
}

const [a, b, c] = [digestOf('a'), digestOf('b'), digestOf('c')];

export async function catalogSuite(t: Test, stores: Stores): Promise<void> {
  await listings(t, stores);
  await pushes(t, stores);
  await unscanned(t, stores);
}

async function listings(t: Test, stores: Stores): Promise<void> {
  await t.test('a listing writes repositories, placements and tags, and what the next one omits is gone', async (t) => {
    const store = await stores.open(t);
    const workspaceId = await createWorkspace(store);
    const registry = await connect(store, workspaceId);
    const grant = await listing(store, registry, 10);
    const one = pageOf(grant, [listed('app', a, { tags: ['v1', 'latest'] }), listed('app', b)], { last: false });
    const two = pageOf(grant, [listed('web', c, { tags: ['v1'], status: 'archived' })], { page: 1 });
    t.equal(await store.catalog.update(workspaceId, registry.id, one, newId, 11), true);
    t.equal(await store.catalog.update(workspaceId, registry.id, one, newId, 11), true, 'the same page again changes nothing');
    t.equal(await store.catalog.update(workspaceId, registry.id, two, newId, 12), true);
    const repositories = (await store.catalog.listRepositories(workspaceId, registry.id, first)).items;
    t.match(
      repositories.map(({ name, watched, presence }) => ({ name, watched, presence })).sort((x, y) => x.name.localeCompare(y.name)),
      [
        { name: 'app', watched: true, presence: 'present' },
        { name: 'web', watched: true, presence: 'present' },
      ],
    );
    const placement = async (digest: string) => (await store.catalog.listPlacements(workspaceId, { digest }, first)).items[0];
    t.match(await placement(a), {
      repository: 'app',
      tags: ['latest', 'v1'],
      sizeBytes: 5,
      presence: 'present',
      pushedAt: 1_767_225_600_000,
    });
    t.match(await placement(c), { repository: 'web', tags: ['v1'], presence: 'archived' });
    await finish(store, registry, grant);

    const next = await listing(store, registry, 100);
    t.equal(await store.catalog.update(workspaceId, registry.id, pageOf(next, [listed('app', b, { tags: ['latest'] })]), newId, 101), true);
    t.match(await placement(a), { presence: 'gone', tags: [] });
    t.match(
      await placement(b),
      { presence: 'present', tags: ['latest'], firstSeenAt: 11, lastSeenAt: 101 },
      'the tag is a pointer that moved',
    );
    t.match(await placement(c), { presence: 'gone', tags: [] });
    const web = await store.catalog.fetchRepositoryByName(workspaceId, registry.id, 'web');
    t.match(web, { presence: 'gone' });
    t.match(await store.catalog.fetchRepository(workspaceId, web?.id ?? ''), { name: 'web' });
  });

  await t.test('a listing under a lost lease, of another registry or with a hole takes nothing for gone', async (t) => {
    const store = await stores.open(t);
    const workspaceId = await createWorkspace(store);
    const registry = await connect(store, workspaceId);
    const other = await connect(store, workspaceId, { host: 'other.example', provider: 'oci' });
    const grant = await listing(store, registry, 10);
    await store.catalog.update(workspaceId, registry.id, pageOf(grant, [listed('app', a)]), newId, 11);
    t.equal(await store.catalog.update(workspaceId, other.id, pageOf(grant, []), newId, 12), false);
    t.equal(await store.catalog.update(workspaceId, registry.id, pageOf({ ...grant, attempt: 2 }, []), newId, 12), false);
    await finish(store, registry, grant);
    t.equal(await store.catalog.update(workspaceId, registry.id, pageOf(grant, []), newId, 13), false);
    const next = await listing(store, registry, 100);
    t.equal(await store.catalog.update(workspaceId, registry.id, pageOf(next, [], { page: 1 }), newId, 101), true);
    t.match((await store.catalog.listPlacements(workspaceId, {}, first)).items, [{ digest: a, presence: 'present' }]);
  });

  await t.test('what was pushed or moved while a listing ran is newer than what it says', async (t) => {
    const store = await stores.open(t);
    const workspaceId = await createWorkspace(store);
    const registry = await connect(store, workspaceId);
    const grant = await listing(store, registry, 10);
    await store.catalog.update(workspaceId, registry.id, pageOf(grant, [listed('app', a, { tags: ['latest'] })]), newId, 11);
    await finish(store, registry, grant);
    const next = await listing(store, registry, 100);
    const push = { repository: 'app', digest: b, tag: 'latest', mediaType: null, pushedAt: 105 };
    await store.catalog.updateFromPush(workspaceId, registry.id, push, { repositoryId: newId() }, 105);
    await store.catalog.update(workspaceId, registry.id, pageOf(next, [listed('app', a, { tags: ['latest'] })]), newId, 110);
    const { items } = await store.catalog.listPlacements(workspaceId, {}, first);
    t.same(
      new Map(items.map((placement) => [placement.digest, [placement.presence, ...placement.tags].join(' ')])),
      new Map([
        [a, 'present'],
        [b, 'present latest'],
      ]),
    );
  });

  await t.test('the perimeter decides what is watched: all, chosen ones, and new ones', async (t) => {
    const store = await stores.open(t);
    const workspaceId = await createWorkspace(store);
    const registry = await connect(store, workspaceId, { perimeter: { mode: 'specific', automatic: true } });
    const watched = async () =>
      (await store.catalog.listRepositories(workspaceId, registry.id, first)).items
        .filter((one) => one.watched)
        .map((one) => one.name)
        .sort();
    const grant = await listing(store, registry, 10);
    await store.catalog.update(workspaceId, registry.id, pageOf(grant, [listed('old', a), listed('older', b)]), newId, 11);
    t.same(await watched(), [], 'what was there before is not new');
    await store.registries.update(workspaceId, registry.id, { syncedAt: 11 });
    await finish(store, registry, grant);
    const next = await listing(store, registry, 20);
    await store.catalog.update(workspaceId, registry.id, pageOf(next, [listed('old', a), listed('older', b), listed('new', c)]), newId, 21);
    t.same(await watched(), ['new']);
    const old = await store.catalog.fetchRepositoryByName(workspaceId, registry.id, 'old');
    t.equal(await store.catalog.updateRepository(workspaceId, old?.id ?? '', { watched: true }), true);
    t.same(await watched(), ['new', 'old']);
    await store.registries.update(workspaceId, registry.id, { perimeter: { mode: 'entire', automatic: true } });
    t.same(await watched(), ['new', 'old', 'older']);
    await store.registries.update(workspaceId, registry.id, { perimeter: { mode: 'specific', automatic: false } });
    t.same(await watched(), ['new', 'old', 'older'], 'they stay as they stand');
    const push = { repository: 'newest', digest: a, tag: null, mediaType: null, pushedAt: 5 };
    t.match(await store.catalog.updateFromPush(workspaceId, registry.id, push, { repositoryId: newId() }, 22), { watched: false });
  });
}

async function pushes(t: Test, stores: Stores): Promise<void> {
  await t.test('a push makes the repository once, moves the tag, and tells two workspaces apart', async (t) => {
    const [store, replica] = await stores.openTwo(t);
    const [one, two] = [await createWorkspace(store), await createWorkspace(store, 'two')];
    const [ours, theirs] = [await connect(store, one), await connect(store, two)];
    const push = { repository: 'app', digest: a, tag: 'v1', mediaType: 'm', pushedAt: 5 };
    const made = await Promise.all(
      [store, replica].map((on) => on.catalog.updateFromPush(one, ours.id, push, { repositoryId: newId() }, 5)),
    );
    t.equal(made[0]?.id, made[1]?.id);
    await store.catalog.updateFromPush(two, theirs.id, push, { repositoryId: newId() }, 5);
    await store.catalog.updateFromPush(one, ours.id, { ...push, digest: b, mediaType: null, pushedAt: 5 }, { repositoryId: newId() }, 6);
    const placements = async (workspaceId: string) =>
      (await store.catalog.listPlacements(workspaceId, {}, first)).items.map(({ digest, tags }) => [digest, ...tags].join(' ')).sort();
    t.same(await placements(one), [a, `${b} v1`].sort());
    t.same(await placements(two), [`${a} v1`]);
    t.equal(await store.catalog.updatePresence(two, ours.id, 'app', b, 'gone', 7), false);
    t.equal(await store.catalog.updatePresence(one, ours.id, 'app', b, 'gone', 7), true);
    t.equal(await store.catalog.updatePresence(one, ours.id, 'app', c, 'gone', 7), false);
    t.match((await store.catalog.listPlacements(one, { digest: b }, first)).items, [{ presence: 'gone', tags: [] }]);
    t.equal(await store.catalog.fetchRepository(two, made[0]?.id ?? ''), null);
    t.equal(await store.catalog.fetchRepositoryByName(two, ours.id, 'app'), null);
    t.equal(await store.catalog.updateRepository(two, made[0]?.id ?? '', { watched: false }), false);
    t.same((await store.catalog.listRepositories(two, ours.id, first)).items, []);
    await t.rejects(store.catalog.updateFromPush(two, ours.id, push, { repositoryId: newId() }, 5), { code: 'resource.not-found' });
  });

  await t.test('a push that is told late moves no tag back, and a tag is taken off only where it points', async (t) => {
    const store = await stores.open(t);
    const [workspaceId, other] = [await createWorkspace(store), await createWorkspace(store, 'two')];
    const registry = await connect(store, workspaceId);
    const push = async (digest: string, pushedAt: number) =>
      store.catalog.updateFromPush(
        workspaceId,
        registry.id,
        { repository: 'app', digest, tag: 'v1', mediaType: null, pushedAt },
        { repositoryId: newId() },
        90,
      );
    const tagged = async () =>
      (await store.catalog.listPlacements(workspaceId, {}, first)).items.filter((one) => one.tags.length > 0).map((one) => one.digest);
    await push(a, 50);
    await push(b, 40);
    t.same(await tagged(), [a]);
    const { id } = await push(b, 50);
    t.same(await tagged(), [b], 'at the same time the later word counts');
    t.equal(await store.catalog.deleteTag(workspaceId, id, 'v1', a), false);
    t.equal(await store.catalog.deleteTag(other, id, 'v1', b), false);
    t.equal(await store.catalog.deleteTag(workspaceId, id, 'v1', b), true);
    t.same(await tagged(), []);
  });

  await t.test('a disconnected registry holds nothing any more and its work is cancelled', async (t) => {
    const store = await stores.open(t);
    const workspaceId = await createWorkspace(store);
    const registry = await connect(store, workspaceId);
    await store.catalog.updateFromPush(
      workspaceId,
      registry.id,
      { repository: 'app', digest: a, tag: 'v1', mediaType: null, pushedAt: 5 },
      { repositoryId: newId() },
      5,
    );
    await store.assignments.create(registry.workspaceId, assignmentOf(registry));
    await store.registries.update(workspaceId, registry.id, { deletedAt: 9 });
    t.match((await store.catalog.listPlacements(workspaceId, {}, first)).items, [{ presence: 'gone' }]);
    t.same(await store.assignments.count(workspaceId), { cancelled: 1 });
  });

  await t.test('placements come in pages by repository and digest', async (t) => {
    const store = await stores.open(t);
    const workspaceId = await createWorkspace(store);
    const registry = await connect(store, workspaceId);
    for (const repository of ['app', 'web'])
      for (const digest of [a, b, c])
        await store.catalog.updateFromPush(
          workspaceId,
          registry.id,
          { repository, digest, tag: null, mediaType: null, pushedAt: 5 },
          { repositoryId: newId() },
          5,
        );
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await store.catalog.listPlacements(workspaceId, { registryId: registry.id }, { cursor, limit: 4 });
      seen.push(...page.items.map((placement) => `${placement.repositoryId} ${placement.digest}`));
      cursor = page.nextCursor;
    } while (cursor !== null);
    t.equal(new Set(seen).size, 6);
    t.same(seen, [...seen].sort());
  });

  await t.test(
    'a digest counts as watched where only the last of many repositories is, and is unknown where it stands nowhere',
    async (t) => {
      const store = await stores.open(t);
      const workspaceId = await createWorkspace(store);
      const registry = await connect(store, workspaceId);
      // More than a page of any list holds.
      const images = Array.from({ length: 201 }, (_, at) => listed(`app-${at}`, a));
      await store.catalog.update(workspaceId, registry.id, pageOf(await listing(store, registry, 10), images), newId, 11);
      const last = await store.catalog.listPlacements(workspaceId, { digest: a }, { cursor: null, limit: 201 });
      for (const { repositoryId } of last.items) await store.catalog.updateRepository(workspaceId, repositoryId, { watched: false });
      t.equal(await store.catalog.countWatched(workspaceId, a), 0);
      await store.catalog.updateRepository(workspaceId, last.items.at(-1)?.repositoryId ?? '', { watched: true });
      t.equal(await store.catalog.countWatched(workspaceId, a), 1);
      t.equal(await store.catalog.countWatched(workspaceId, b), null);
    },
  );
}

async function unscanned(t: Test, stores: Stores): Promise<void> {
  await t.test('unscanned is what is watched, present, without a lasting verdict, not at work and no part of an index', async (t) => {
    const store = await stores.open(t);
    const [workspaceId, other] = [await createWorkspace(store), await createWorkspace(store, 'two')];
    const registry = await connect(store, workspaceId);
    const names = ['plain', 'scanned', 'failed', 'unread', 'archived', 'working', 'child', 'tagged child', 'unwatched', 'index'] as const;
    const digests = new Map(names.map((name) => [name, digestOf(name)]));
    const digest = (name: (typeof names)[number]): string => digests.get(name) ?? '';
    const place = (name: (typeof names)[number], tag: string | null = null, repository = 'app') =>
      store.catalog.updateFromPush(
        workspaceId,
        registry.id,
        { repository, digest: digest(name), tag, mediaType: null, pushedAt: 5 },
        { repositoryId: newId() },
        5,
      );
    for (const name of names) if (name !== 'unwatched') await place(name, name === 'tagged child' ? 'amd64' : null);
    const hidden = await place('unwatched', null, 'hidden');
    await store.catalog.updateRepository(workspaceId, hidden.id, { watched: false });
    await store.catalog.updatePresence(workspaceId, registry.id, 'app', digest('archived'), 'archived', 6);
    await store.assignments.create(registry.workspaceId, assignmentOf(registry, { digest: digest('working') }));
    const children = [digest('child'), digest('tagged child')].map((child) => ({ digest: child, platform: null }));
    await reportImage(store, await enrol(store, workspaceId), digest('index'), [], { shape: 'index', children });
    const scan = (name: (typeof names)[number], change: object, workspace = workspaceId) =>
      store.scans.create(
        workspace,
        {
          id: newId(),
          digest: digest(name),
          engineKey: 'e1',
          ruleSetHash: 'r',
          verdict: 'clean',
          coverage: emptyCoverage,
          counts: {},
          unread: [],
          scannedAt: 5,
          excluded: noneExcluded,
          ...change,
        },
        [],
        newId,
      );
    await scan('scanned', {});
    await scan('index', { engineKey: 'e2' });
    await scan('failed', { verdict: 'failed' });
    await scan('unread', { verdict: 'incomplete', unread: [{ digest: a, code: 'c', detail: 'd' }] });
    await scan('plain', {}, other);
    const found = async (engineKey: string | null, limit = 100) => {
      const digests: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await store.catalog.listUnscanned(workspaceId, registry.id, engineKey, { cursor, limit });
        t.ok(page.items.length <= limit);
        digests.push(...page.items.map((one) => one.digest));
        cursor = page.nextCursor;
      } while (cursor !== null);
      t.equal(new Set(digests).size, digests.length, 'none twice');
      return names.filter((name) => digests.includes(digest(name)));
    };
    const open = ['plain', 'failed', 'unread', 'tagged child'];
    t.same(await found(null), open);
    t.same(await found('e1'), [...open, 'index'], 'under another engine the index is unscanned');
    for (const limit of [1, 2, 3, 8, 9]) t.same(await found(null, limit), open, `in pages of ${limit}`);
    t.same((await store.catalog.listUnscanned(other, registry.id, null, first)).items, []);
    t.same(await store.catalog.listChildren(workspaceId, [digest('child'), digest('index')]), new Set([digest('child')]));
    t.same(await store.catalog.listChildren(workspaceId, []), new Set());
    t.same(await store.catalog.listChildren(other, [digest('child')]), new Set());
    await store.catalog.updatePresence(workspaceId, registry.id, 'app', digest('index'), 'gone', 7);
    t.same(await store.catalog.listChildren(workspaceId, [digest('child')]), new Set(), 'its index is gone');
  });

  await t.test('a tag finds what it points to, if that can be pulled, in its own repository', async (t) => {
    const store = await stores.open(t);
    const workspaceId = await createWorkspace(store);
    const registry = await connect(store, workspaceId);
    const place = (repository: string, digest: string, tag: string) =>
      store.catalog.updateFromPush(
        workspaceId,
        registry.id,
        { repository, digest, tag, mediaType: null, pushedAt: 5 },
        { repositoryId: newId() },
        5,
      );
    const app = await place('app', a, 'v1');
    await place('app', a, 'latest');
    const web = await place('web', b, 'v1');
    await place('web', b, 'v2');
    t.match(await store.catalog.fetchPlacementByTag(workspaceId, app.id, 'v1'), { digest: a, repository: 'app', tags: ['latest', 'v1'] });
    t.match(await store.catalog.fetchPlacementByTag(workspaceId, web.id, 'v1'), { digest: b, repository: 'web' });
    t.equal(await store.catalog.fetchPlacementByTag(workspaceId, app.id, 'v2'), null);
    await store.catalog.updatePresence(workspaceId, registry.id, 'app', a, 'archived', 6);
    t.equal(await store.catalog.fetchPlacementByTag(workspaceId, app.id, 'v1'), null, 'it is archived');
  });
}
