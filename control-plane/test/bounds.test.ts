import t from 'tap';
import { createCatalog } from '../src/catalog/index.ts';
import { createFindings } from '../src/findings/index.ts';
import { request } from '../src/triggers/requests.ts';
import { firstPage, type Plane, plane, pushBody } from './storage/plane.ts';
import { digestOf, engine, findingOf, hashesOf, imageOf, newId, registryOf, summaryOf } from './storage/samples.ts';

/* Bounds of the stages, each at the bound and one beyond, over a real database. */

/** Hundreds of images are made here, on a machine shared with others; tap gives a file 30 s. */
t.setTimeout(240_000);

const DAY_MS = 86_400_000;

/** Puts images into a registry's catalog as pushes do. */
async function place({ store, workspaceId }: Plane, registryId: string, images: readonly { repository: string; digest: string }[]) {
  const placed = { tag: 'latest', mediaType: null, pushedAt: 5 };
  const ids = new Map(images.map(({ repository }) => [repository, newId()]));
  const put = (image: { repository: string; digest: string }) =>
    store.catalog.updateFromPush(workspaceId, registryId, { ...image, ...placed }, { repositoryId: ids.get(image.repository) ?? '' }, 5);
  // One of each repository first: they would all make it.
  await Promise.all([...new Map(images.map((image) => [image.repository, image])).values()].map(put));
  await Promise.all(images.map(put));
}

const imagesOf = (count: number) => Array.from({ length: count }, (_, at) => ({ repository: 'app', digest: digestOf(`image ${at}`) }));
const repositoriesOf = (count: number, digest: string) =>
  Array.from({ length: count }, (_, at) => ({ repository: `app-${String(at).padStart(4, '0')}`, digest }));

t.test('a listing queues as many scans as its bound says; the next one passes over them and queues the others', async (t) => {
  for (const count of [700, 701]) {
    const it = await plane(t);
    const { store, context, assignments, workspaceId, registry, logged } = it;
    await place(it, registry.id, imagesOf(count));
    const catalog = createCatalog(context, assignments, 700);
    t.equal(await catalog.queueUnscanned(workspaceId, registry.id, null, 'historical'), 700);
    t.match(await store.assignments.count(workspaceId), { pending: 700 });
    t.ok(logged.some(({ message }) => /others wait for the next listing/.test(message)));
    t.equal(await catalog.queueUnscanned(workspaceId, registry.id, null, 'interval'), count - 700, 'the rest');
  }
});

t.test('a repository is queued by hand whole, or refused whole where it has more images than the bound', async (t) => {
  const it = await plane(t);
  const { store, context, assignments, workspaceId, registry } = it;
  const target = { kind: 'repository', registryId: registry.id, repository: 'app' } as const;
  const images = imagesOf(601);
  await place(it, registry.id, images.slice(0, 600));
  t.equal(new Set((await request(context, assignments, workspaceId, target, 600)).assignmentIds).size, 600, 'more than a batch');
  await store.assignments.cancel(workspaceId, { registryId: registry.id }, 9);
  await place(it, registry.id, images.slice(600));
  await t.rejects(request(context, assignments, workspaceId, target, 600), {
    code: 'resource.conflict',
    message: /repository app.*more than 600 images.*tags or digests/s,
  });
  t.match(await store.assignments.count(workspaceId), { cancelled: 600, pending: undefined }, 'nothing of it was queued');
  await store.catalog.updatePresence(workspaceId, registry.id, 'app', images[0]?.digest ?? '', 'gone', 9);
  t.equal((await request(context, assignments, workspaceId, target, 600)).assignmentIds.length, 600, 'what is gone does not count');
});

t.test('one sweep settles 200 push events, the next one the others', async (t) => {
  const { triggers, registry, clock, store, workspaceId } = await plane(t);
  const untagged = (at: number) => pushBody(registry, { 'image-digest': digestOf(`image ${at}`), 'image-tag': '' });
  await Promise.all(Array.from({ length: 201 }, (_, at) => triggers.receivePush(registry, untagged(at))));
  clock.pass(2_000);
  t.same([await triggers.settle(), await triggers.settle(), await triggers.settle()], [200, 1, 0]);
  t.match(await store.events.count(workspaceId, registry.id), { queued: 201, waiting: 0 });
});

t.test('push events are kept for 30 days to be looked at', async (t) => {
  const { triggers, registry, clock, store, workspaceId } = await plane(t);
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digestOf('image') }));
  clock.pass(30 * DAY_MS);
  t.equal(await triggers.prune(), 0);
  clock.pass(1);
  t.equal(await triggers.prune(), 1);
  t.match(await store.events.count(workspaceId, registry.id), { queued: 0 });
});

t.test('an index takes the scans of an untagged child in 100 repositories with it; in one more it is scanned by itself', async (t) => {
  for (const count of [100, 101]) {
    const { triggers, findings, assignments, registry, clock, store, workspaceId, sensor } = await plane(t);
    const [index, child] = [digestOf('index'), digestOf('child')];
    await triggers.receivePush(registry, pushBody(registry, { 'image-digest': index }));
    for (const { repository } of repositoriesOf(count, child))
      await triggers.receivePush(registry, pushBody(registry, { 'image-digest': child, 'image-tag': '', 'repository-name': repository }));
    clock.pass(2_000);
    await triggers.settle();
    const [offered] = await assignments.offer(sensor, 1);
    const { grant } = await assignments.accept(sensor, offered?.id ?? '');
    const children = [{ digest: child, platform: null }];
    await findings.accept(sensor, { kind: 'manifest', grant, ...imageOf(index, [], { shape: 'index', children }) });
    const { cancelled, pending = 0 } = await store.assignments.count(workspaceId);
    t.same([cancelled, pending], [100, count - 100]);
  }
});

t.test(
  'an image whose facts fell is queued in every registry among its first 1,000 places; beyond, that registry’s listing finds it',
  async (t) => {
    for (const count of [999, 1_000]) {
      const it = await plane(t);
      const { store, triggers, assignments, catalog, findings, workspaceId, registry, sensor } = it;
      const root = digestOf('image');
      await triggers.receivePush(registry, pushBody(registry, { 'image-digest': root, 'repository-name': 'app-0000' }));
      const [offered] = await assignments.offer(sensor, 1);
      const { grant } = await assignments.accept(sensor, offered?.id ?? '');
      await findings.accept(sensor, { kind: 'manifest', grant, ...imageOf(root, []) });
      await assignments.finish(sensor, { kind: 'outcome', grant, state: 'succeeded', failure: null, unread: [], timings: {} });
      await place(it, registry.id, repositoriesOf(count, root));
      const other = registryOf(workspaceId, { host: '123456789012.dkr.ecr.eu-west-2.amazonaws.com' });
      await store.registries.create(workspaceId, other);
      await place(it, other.id, [{ repository: 'zzz', digest: root }]);
      t.match(await triggers.distrust(workspaceId, sensor.id), { images: 1 });
      const { items } = await store.assignments.list(workspaceId, { state: 'pending' }, firstPage);
      const queued = new Set(items.map(({ registryId }) => registryId));
      t.same(queued, new Set(count < 1_000 ? [registry.id, other.id] : [registry.id]), `in ${count + 1} places`);
      if (count === 1_000) t.equal(await catalog.queueUnscanned(workspaceId, other.id, null, 'interval'), 1);
    }
  },
);

/** An image with one layer and one finding, scanned to its end. */
async function scanned({ triggers, assignments, findings, registry, sensor }: Plane) {
  const [root, layer] = [digestOf('image'), digestOf('layer')];
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': root }));
  const [offered] = await assignments.offer(sensor, 1);
  const { grant } = await assignments.accept(sensor, offered?.id ?? '');
  await findings.accept(sensor, { kind: 'manifest', grant, ...imageOf(root, [layer]) });
  await findings.claim(sensor, grant, engine, [layer]);
  const hashes = Buffer.from(hashesOf(['srv/app/.env'])).toString('base64');
  const page = { kind: 'layer-page', digest: layer, engine, page: 0 } as const;
  await findings.accept(sensor, { ...page, paths: { kind: 'files', hashes }, findings: [findingOf()] });
  await findings.accept(sensor, { kind: 'layer-done', engine, pages: 1, summary: summaryOf(layer, 1) });
  return root;
}

t.test('a root whose ground changes under every verdict is looked at again three times, then left to the sweep', async (t) => {
  const it = await plane(t);
  const { store, context, findings, workspaceId, registry } = it;
  const root = await scanned(it);
  let verdicts = 0;
  // Somebody who changes the exclusions after each verdict, before it is looked at again.
  const create: typeof store.scans.create = async (...verdict) => {
    verdicts += 1;
    const made = await store.scans.create(...verdict);
    await store.registries.update(workspaceId, registry.id, { exclusions: { presets: [], expressions: [`no-such-path-${verdicts}`] } });
    return made;
  };
  const restless = createFindings({ ...context, store: { ...store, scans: { ...store.scans, create } } });
  t.match(await restless.settle(workspaceId, root, engine), { verdict: 'findings' });
  t.equal(verdicts, 1 + 3);
  t.equal(await findings.judgeAnew(), 1);
  t.equal(await findings.judgeAnew(), 0, 'and there the change has its verdict');
});

t.test('pages of a layer wait a week for its end', async (t) => {
  const it = await plane(t);
  const { triggers, assignments, findings, registry, sensor, clock } = it;
  const layer = digestOf('layer');
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digestOf('image') }));
  const [offered] = await assignments.offer(sensor, 1);
  const { grant } = await assignments.accept(sensor, offered?.id ?? '');
  await findings.accept(sensor, { kind: 'manifest', grant, ...imageOf(digestOf('image'), [layer]) });
  await findings.claim(sensor, grant, engine, [layer]);
  await findings.accept(sensor, { kind: 'layer-page', digest: layer, engine, page: 0 });
  clock.pass(7 * DAY_MS);
  t.equal(await findings.prune(), 0);
  clock.pass(1);
  t.ok((await findings.prune()) >= 1);
  const done = { kind: 'layer-done', engine, pages: 1, summary: summaryOf(layer, 0) } as const;
  await t.rejects(findings.accept(sensor, done), { code: 'protocol.out-of-order' }, 'they are to be sent again');
});

t.test('an offer stands for 20 s, and a lease for 120 s', async (t) => {
  const { triggers, assignments, registry, sensor, clock } = await plane(t);
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digestOf('image') }));
  const offered = async () => (await assignments.offer(sensor, 9)).length;
  t.equal(await offered(), 1);
  clock.pass(19_999);
  t.equal(await offered(), 0, 'it is offered already');
  clock.pass(1);
  const [again] = await assignments.offer(sensor, 9);
  const { grant } = await assignments.accept(sensor, again?.id ?? '');
  clock.pass(119_999);
  await assignments.expire();
  t.ok(await assignments.isCurrent(sensor, grant));
  clock.pass(1);
  t.equal(await assignments.expire(), 1);
  t.notOk(await assignments.isCurrent(sensor, grant));
});
