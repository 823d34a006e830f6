import t from 'tap';
import { firstPage, plane, pushBody } from '../storage/plane.ts';
import { createWorkspace, digestOf, newId, registryOf, reportImage } from '../storage/samples.ts';

const digest = digestOf('image');

t.test('an event is understood bare, wrapped, in an array, and as text in text', async (t) => {
  const { triggers, registry, store, workspaceId } = await plane(t);
  const event = JSON.parse(pushBody(registry, { 'image-digest': digest }));
  const shapes: readonly ((id: string) => unknown)[] = [
    (id) => ({ ...event, id }),
    (id) => [{ ...event, id }],
    (id) => ({ event: { ...event, id } }),
    (id) => ({ Records: [{ body: JSON.stringify({ ...event, id }) }] }),
    (id) => JSON.stringify(JSON.stringify({ ...event, id })),
    (id) => ({ ...event, id, detail: JSON.stringify(event.detail) }),
    () => event.detail,
  ];
  const receipts = [];
  for (const [at, shape] of shapes.entries()) receipts.push(await triggers.receivePush(registry, JSON.stringify(shape(`id-${at}`))));
  t.same(
    receipts.map((receipt) => receipt.outcome),
    shapes.map(() => 'queued'),
  );
  t.same(
    receipts.slice(0, 6).map((receipt) => receipt.eventId),
    ['id-0', 'id-1', 'id-2', 'id-3', 'id-4', 'id-5'],
  );
  t.same(await store.assignments.count(workspaceId), { pending: 1 }, 'one image, one scan');
});

t.test('a body that is no event is refused and says what would be', async (t) => {
  const { triggers, registry } = await plane(t);
  const nested = (depth: number): unknown => (depth === 0 ? { detail: {} } : [nested(depth - 1)]);
  for (const body of ['', 'text', '7', 'null', '{}', '[]', '[{"detail":{}},{"detail":{}}]', '{"Records":{}}', JSON.stringify(nested(5))])
    await t.rejects(triggers.receivePush(registry, body), { code: 'webhook.body-invalid', message: /EventBridge/ }, body);
  t.match(await triggers.receivePush(registry, JSON.stringify(nested(4))), { outcome: 'ignored' }, 'four wrappings are still taken off');
});

t.test('an id of an event is kept up to 128 characters; a longer one by its digest, so that no two become one', async (t) => {
  const { triggers, registry } = await plane(t);
  for (const [given, kept] of [
    [127, 127],
    [128, 128],
    [129, 64],
    [2_000, 64],
  ] as const) {
    const receipt = await triggers.receivePush(
      registry,
      pushBody(registry, { 'image-digest': digest }, { id: `${given}`.padEnd(given, 'x') }),
    );
    t.equal(receipt.eventId.length, kept);
  }
  const longId = (last: string): string => pushBody(registry, { 'image-digest': digestOf(last) }, { id: 'x'.repeat(128) + last });
  const outcomes = [];
  for (const body of [longId('a'), longId('b'), longId('a')]) outcomes.push((await triggers.receivePush(registry, body)).outcome);
  t.strictSame(outcomes, ['queued', 'queued', 'duplicate']);
});

t.test('a body that nests as deep as 64 KiB allow is refused; of a member given twice the last one counts', async (t) => {
  const { triggers, registry } = await plane(t);
  for (const [open, close] of [
    ['[', ']'],
    ['{"event":', '}'],
    ['{"a":', '}'],
  ] as const) {
    const depth = Math.floor(65_535 / (open.length + close.length));
    const body = `${open.repeat(depth)}1${close.repeat(depth)}`;
    await t.rejects(triggers.receivePush(registry, body), { code: 'webhook.body-invalid' }, open);
  }
  const deepMember = `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)},${pushBody(registry, { 'image-digest': digestOf('deep') }).slice(1)}`;
  t.match(await triggers.receivePush(registry, deepMember), { outcome: 'queued' }, 'what is not read may be deep');
  const twice = pushBody(registry, { 'image-digest': digest }).replace(
    '{',
    '{"account":"999999999999","__proto__":{"region":"us-east-1"},',
  );
  t.match(await triggers.receivePush(registry, twice), { outcome: 'queued' });
});

t.test('what is not this registry’s, failed or names no image is ignored, said why, and counted', async (t) => {
  const { triggers, registry, store, workspaceId } = await plane(t);
  const cases: readonly (readonly [detail: Record<string, unknown>, change: Record<string, unknown>, reason: RegExp])[] = [
    [{}, { account: '999999999999' }, /account 999999999999/],
    [{}, { region: 'us-east-1' }, /region us-east-1/],
    [{ result: 'FAILURE' }, {}, /failed/],
    [{ 'action-type': 'PULL' }, {}, /changes an image/],
    [{}, { 'detail-type': 'ECR Image Scan' }, /changes an image/],
    [{ 'image-digest': 'sha256:short' }, {}, /digest/],
    [{ 'repository-name': '' }, {}, /repository/],
  ];
  for (const [detail, change, reason] of cases) {
    const receipt = await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digest, ...detail }, change));
    t.match(receipt, { outcome: 'ignored', outcomeReason: reason, assignmentId: null });
  }
  t.match(await store.events.count(workspaceId, registry.id), { ignored: cases.length, waiting: 0 });
  t.same(await store.assignments.count(workspaceId), {});
  t.same((await store.catalog.listPlacements(workspaceId, {}, firstPage)).items, [], 'nothing of it reaches the catalog');
});

t.test('a name that ECR cannot have is ignored and shown as such, and never stored, though all repositories are watched', async (t) => {
  const { triggers, registry, store, workspaceId } = await plane(t);
  t.equal(registry.perimeter.mode, 'entire');
  const longest = 'r'.repeat(256);
  const repositories = ['UPPER CASE/../x', '../x', 'a/../b', 'a//b', '/a', 'a/', 'a--b', 'a b', 'a\n', 'ä', 'r', `${longest}r`];
  const tags = ['a b', '-a', '../x', 'v1\n', 't'.repeat(301)];
  for (const [part, name, texts] of [
    ['repository', 'repository-name', repositories],
    ['tag', 'image-tag', tags],
  ] as const)
    for (const text of texts)
      for (const action of ['PUSH', 'DELETE', 'UPDATE_STORAGE_CLASS']) {
        const body = pushBody(registry, { 'image-digest': digest, 'action-type': action, [name]: text });
        const ignored = { outcome: 'ignored', outcomeReason: `it names a ${part} that ECR cannot have` };
        t.match(await triggers.receivePush(registry, body), ignored, JSON.stringify(text));
      }
  const { items } = await store.events.list(workspaceId, registry.id, firstPage);
  for (const event of items) t.ok(event.repository === null || event.tag === null, event.eventId);
  t.same((await store.catalog.listPlacements(workspaceId, {}, firstPage)).items, [], 'nothing of it reaches the catalog');
  for (const change of [
    { 'repository-name': longest },
    { 'repository-name': 'a1/b.c_d-e/f' },
    { 'image-tag': 't'.repeat(300) },
    { 'image-tag': '_' },
  ])
    t.match(await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digestOf(JSON.stringify(change)), ...change })), {
      outcome: 'queued',
    });
});

t.test('what an event says beside its names is bounded, too', async (t) => {
  const { triggers, registry, store, workspaceId } = await plane(t);
  const long = 'x'.repeat(2_000);
  for (const change of [{ account: long }, { region: long }]) {
    const { outcome, outcomeReason } = await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digest }, change));
    t.equal(outcome, 'ignored');
    t.match(outcomeReason, / x{64} is not this registry's$/);
  }
  const typed = { 'image-digest': digest, 'manifest-media-type': `application/${long}` };
  t.match(await triggers.receivePush(registry, pushBody(registry, typed)), { outcome: 'queued' });
  t.match((await store.catalog.listPlacements(workspaceId, {}, firstPage)).items, [{ digest, mediaType: null }]);
});

t.test('the same event again is a duplicate and queues nothing', async (t) => {
  const { triggers, registry, store, workspaceId } = await plane(t);
  const body = pushBody(registry, { 'image-digest': digest });
  const outcomes = await Promise.all([1, 2, 3].map(() => triggers.receivePush(registry, body)));
  t.same(outcomes.map((receipt) => receipt.outcome).sort(), ['duplicate', 'duplicate', 'queued']);
  t.match(await triggers.countEvents(workspaceId, registry.id), { queued: 1, duplicate: 2 });
  t.same(await store.assignments.count(workspaceId), { pending: 1 });
});

t.test('a bare detail pushed again an hour later is another event', async (t) => {
  const { triggers, registry, clock } = await plane(t);
  const bare = JSON.stringify(JSON.parse(pushBody(registry, { 'image-digest': digest })).detail);
  t.equal((await triggers.receivePush(registry, bare)).outcome, 'queued');
  t.equal((await triggers.receivePush(registry, bare)).outcome, 'duplicate');
  clock.pass(3_600_000);
  t.equal((await triggers.receivePush(registry, bare)).outcome, 'queued');
});

t.test('an untagged image waits two seconds for its index and is then scanned by itself', async (t) => {
  const { triggers, registry, clock, store, workspaceId } = await plane(t);
  const receipt = await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digest, 'image-tag': undefined }));
  t.match(receipt, { outcome: 'waiting', assignmentId: null });
  clock.pass(1_999);
  t.equal(await triggers.settle(), 0);
  clock.pass(1);
  t.equal(await triggers.settle(), 1);
  t.match(await store.events.count(workspaceId, registry.id), { queued: 1, waiting: 0 });
  t.equal(await triggers.settle(), 0);
});

t.test('an event that a crash left behind is finished by the sweep, and moves no tag back', async (t) => {
  const { triggers, registry, clock, store, workspaceId } = await plane(t);
  const body = pushBody(registry, { 'image-digest': digest });
  const times = { receivedAt: clock.ms, settleAt: clock.ms + 2_000 };
  const left = {
    workspaceId,
    registryId: registry.id,
    eventId: 'left',
    action: 'push' as const,
    repository: 'app',
    digest,
    tag: 'latest',
    body,
  };
  await store.events.create(workspaceId, { ...left, ...times, outcome: 'waiting', outcomeReason: null });
  clock.pass(1_000);
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digestOf('newer') }));
  clock.pass(2_000);
  t.equal(await triggers.settle(), 1);
  t.same(await store.assignments.count(workspaceId), { pending: 2 });
  const { items } = await store.catalog.listPlacements(workspaceId, {}, firstPage);
  t.same(
    items.filter((placement) => placement.tags.length > 0).map((placement) => placement.digest),
    [digestOf('newer')],
  );
});

t.test('an event that cannot be acted on does not hold up the others', async (t) => {
  const { triggers, registry, clock, store, workspaceId, logged } = await plane(t);
  const times = { receivedAt: clock.ms, settleAt: clock.ms };
  const left = {
    workspaceId,
    registryId: registry.id,
    action: 'push' as const,
    repository: 'app',
    digest,
    tag: 'latest',
    outcomeReason: null,
  };
  await store.events.create(workspaceId, { ...left, ...times, eventId: 'broken', body: 'no JSON', outcome: 'waiting' });
  const body = pushBody(registry, { 'image-digest': digest });
  await store.events.create(workspaceId, { ...left, ...times, eventId: 'good', body, outcome: 'waiting', settleAt: clock.ms });
  t.equal(await triggers.settle(), 2);
  t.match(await store.events.count(workspaceId, registry.id), { ignored: 1, queued: 1 });
  t.match(
    logged.filter((line) => line.level === 'warn'),
    [{ message: /could not be acted on/ }],
  );
});

t.test('deliveries that come late say nothing of what happened since', async (t) => {
  const { triggers, registry, clock, store, workspaceId } = await plane(t);
  const at = (ms: number) => ({ time: new Date(clock.ms + ms).toISOString() });
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digestOf('new') }, at(-1_000)));
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digestOf('old') }, at(-60_000)));
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digestOf('new'), 'action-type': 'DELETE' }, at(-30_000)));
  const placed = new Map(
    (await store.catalog.listPlacements(workspaceId, {}, firstPage)).items.map((placement) => [placement.digest, placement]),
  );
  t.match(placed.get(digestOf('new')), { tags: ['latest'], presence: 'present' });
  t.match(placed.get(digestOf('old')), { tags: [], presence: 'present' });
  t.match(
    (await store.events.list(workspaceId, registry.id, firstPage)).items.find((event) => event.action === 'delete'),
    {
      outcome: 'ignored',
      outcomeReason: /pushed again/,
    },
  );
});

t.test('a deleted tag is taken off, a deleted image is gone, and an archived one comes back to be scanned', async (t) => {
  const { triggers, registry, clock, store, workspaceId } = await plane(t);
  const told = async (action: string, detail: Record<string, unknown> = {}) => {
    clock.pass(1);
    return triggers.receivePush(registry, pushBody(registry, { 'action-type': action, 'image-digest': digest, ...detail }));
  };
  const placement = async () => (await store.catalog.listPlacements(workspaceId, { digest }, firstPage)).items[0];
  t.match(await told('DELETE'), { outcome: 'ignored', outcomeReason: /not known/ });
  t.match(await told('UPDATE_STORAGE_CLASS', { 'target-storage-class': 'ARCHIVE' }), { outcome: 'ignored', outcomeReason: /not known/ });
  await told('PUSH', { 'image-tag': 'v1' });
  await told('PUSH', { 'image-tag': 'v2' });
  t.match(await told('DELETE', { 'image-tag': 'v1' }), { outcome: 'applied', outcomeReason: /other tags/ });
  t.match(await placement(), { tags: ['v2'], presence: 'present' });
  t.match(await told('UPDATE_STORAGE_CLASS', { 'target-storage-class': 'ARCHIVE' }), { outcome: 'applied' });
  t.match(await placement(), { presence: 'archived' });
  t.match(await told('UPDATE_STORAGE_CLASS', { 'target-storage-class': 'STANDARD' }), { outcome: 'queued' });
  t.match(await told('UPDATE_STORAGE_CLASS', { 'target-storage-class': 'GLACIER' }), { outcome: 'ignored' });
  t.match(await told('DELETE', { 'image-tag': 'v2' }), { outcome: 'applied', outcomeReason: null });
  t.match(await placement(), { tags: [], presence: 'gone' });
});

t.test('what is outside the perimeter is kept in the catalog but not scanned, and unknown repositories not even kept', async (t) => {
  const { triggers, registry, store, workspaceId } = await plane(t, { perimeter: { mode: 'specific', automatic: false } });
  t.match(await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digest })), {
    outcome: 'ignored',
    outcomeReason: /app is unknown and not in the perimeter/,
  });
  t.same((await store.catalog.listRepositories(workspaceId, registry.id, firstPage)).items, []);
  const placed = { repository: 'app', digest: digestOf('first'), tag: null, mediaType: null, pushedAt: 5 };
  const { id } = await store.catalog.updateFromPush(workspaceId, registry.id, placed, { repositoryId: newId() }, 5);
  t.match(await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digest })), {
    outcome: 'ignored',
    outcomeReason: /app is not in the perimeter/,
  });
  t.match((await store.catalog.listPlacements(workspaceId, { digest }, firstPage)).items, [{ tags: ['latest'] }]);
  await store.catalog.updateRepository(workspaceId, id, { watched: true });
  t.match(await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digest })), { outcome: 'queued' });
});

t.test('a key of nobody is counted under the account that the body claims, and nothing else of the body is used', async (t) => {
  const { webhookKeys, registry, store } = await plane(t);
  t.equal(await webhookKeys.admit('wrong', pushBody(registry, {})), null);
  t.equal(await webhookKeys.admit('wrong', pushBody(registry, {}, { account: '<script>', region: 'eu-west-1' })), null);
  t.equal(await webhookKeys.admit(null, 'no JSON'), null);
  t.match(await store.events.countRejections(registry.account ?? '', registry.region ?? ''), { count: 1 });
  t.match(await store.events.countRejections('', ''), { count: 2 });
});

t.test('a registry is listed when its time has come, and not twice at once', async (t) => {
  const { triggers, registry, clock, store, workspaceId } = await plane(t);
  t.equal(await triggers.sweep(), 1);
  t.match((await store.assignments.list(workspaceId, {}, firstPage)).items, [{ kind: 'sync', trigger: 'historical', priority: 10 }]);
  t.equal(await triggers.sweep(), 0);
  clock.pass(registry.intervalSeconds * 1_000 - 1);
  t.equal(await triggers.sweep(), 0);
  clock.pass(1);
  t.equal(await triggers.sweep(), 1);
  t.same(await store.assignments.count(workspaceId), { pending: 1 }, 'the first listing still waits');
});

t.test('one sweep lists 100 registries that are due, the next one the others', async (t) => {
  const { triggers, store, workspaceId } = await plane(t);
  for (let made = 0; made < 100; made += 1)
    await store.registries.create(workspaceId, registryOf(workspaceId, { host: `r${made}.example` }));
  t.same([await triggers.sweep(), await triggers.sweep(), await triggers.sweep()], [100, 1, 0]);
  t.same(await store.assignments.count(workspaceId), { pending: 101 });
});

t.test('a listing queues what it finds: first everything, later only what is new', async (t) => {
  const { triggers, assignments, catalog, sensor, store, workspaceId, registry, clock } = await plane(t);
  const image = (name: string, tags: string[] = [name], mediaType: string | null = null) => ({
    repository: 'app',
    digest: digestOf(name),
    tags,
    mediaType,
    sizeBytes: 1,
    pushedAt: null,
    status: 'active' as const,
  });
  const list = async (images: readonly ReturnType<typeof image>[]) => {
    const offered = (await assignments.offer(sensor, 9)).find((assignment) => assignment.kind === 'sync');
    const { grant } = await assignments.accept(sensor, offered?.id ?? '');
    const page = {
      kind: 'catalog-page' as const,
      grant,
      page: 0,
      last: true,
      repositories: [{ name: 'app', createdAt: null }],
      images: [...images],
    };
    await catalog.accept(sensor, page);
    await assignments.finish(sensor, { kind: 'outcome', grant, state: 'succeeded', failure: null, unread: [], timings: {} });
    await t.rejects(catalog.accept(sensor, page), { code: 'assignment.stale' });
  };
  await triggers.sweep();
  const index = image('index', [], 'application/vnd.oci.image.index.v1+json');
  await list([image('child', []), image('tagged'), index]);
  const queued = (await store.assignments.list(workspaceId, { state: 'pending' }, firstPage)).items;
  t.same(
    new Map(queued.map((assignment) => [assignment.digest, `${assignment.trigger} ${assignment.priority}`])),
    new Map([
      [digestOf('child'), 'historical 20'],
      [digestOf('tagged'), 'historical 10'],
      [digestOf('index'), 'historical 10'],
    ]),
  );
  t.match(await store.registries.fetch(workspaceId, registry.id), { syncedAt: clock.ms });
  clock.pass(registry.intervalSeconds * 1_000);
  await triggers.sweep();
  await list([image('child', []), image('tagged'), index, image('new')]);
  const interval = (await store.assignments.list(workspaceId, { digest: digestOf('new') }, firstPage)).items;
  t.match(interval, [{ trigger: 'interval' }]);
  t.same(await store.assignments.count(workspaceId), { offered: 3, pending: 1, succeeded: 2 });
});

t.test('a person asks for a registry, a repository, a tag or a digest', async (t) => {
  const { triggers, store, workspaceId, registry, sensor } = await plane(t);
  const [one, two, child, index] = ['one', 'two', 'child', 'index'].map(digestOf) as [string, string, string, string];
  for (const [found, tag] of [
    [one, 'v1'],
    [two, 'v2'],
    [child, null],
    [index, 'all'],
  ] as const) {
    const placed = { repository: 'app', digest: found, tag, mediaType: null, pushedAt: 5 };
    await store.catalog.updateFromPush(workspaceId, registry.id, placed, { repositoryId: newId() }, 5);
  }
  await reportImage(store, sensor, index, [], { shape: 'index', children: [{ digest: child, platform: null }] });
  const on = { registryId: registry.id, repository: 'app' };
  const ask = async (target: Parameters<typeof triggers.request>[1]) => {
    const { assignmentIds } = await triggers.request(workspaceId, target);
    const asked = await Promise.all(assignmentIds.map((id) => store.assignments.fetch(workspaceId, id)));
    for (const assignment of asked) await store.assignments.cancel(workspaceId, { id: assignment?.id ?? '' }, 9);
    return asked;
  };
  t.match(await ask({ kind: 'registry', registryId: registry.id }), [{ kind: 'sync', trigger: 'manual', priority: 0 }]);
  t.same(
    new Set((await ask({ ...on, kind: 'repository' })).map((assignment) => assignment?.digest)),
    new Set([one, two, index]),
    'a child comes with its index',
  );
  t.match(await ask({ ...on, kind: 'tag', tag: 'v2' }), [{ digest: two, trigger: 'manual' }]);
  t.match(await ask({ ...on, kind: 'digest', digest: child }), [{ digest: child }]);
  t.match(await ask({ ...on, kind: 'digest', digest: digestOf('lost event') }), [{ digest: digestOf('lost event') }]);
  t.match((await store.catalog.listPlacements(workspaceId, { digest: digestOf('lost event') }, firstPage)).items, [
    { presence: 'present' },
  ]);

  const missing = { code: 'resource.not-found' };
  await t.rejects(ask({ ...on, kind: 'tag', tag: 'v9' }), missing);
  await t.rejects(ask({ ...on, kind: 'repository', repository: 'none' }), missing);
  await t.rejects(ask({ kind: 'registry', registryId: 'none' }), missing);
  const other = await createWorkspace(store, 'two');
  await store.registries.create(other, registryOf(other));
  await t.rejects(triggers.request(other, { kind: 'registry', registryId: registry.id }), missing, 'not of this workspace');
  await store.registries.update(workspaceId, registry.id, { deletedAt: 9 });
  await t.rejects(ask({ kind: 'registry', registryId: registry.id }), missing);
});
