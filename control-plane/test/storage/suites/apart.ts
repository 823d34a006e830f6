import { emptyCoverage, engineKey } from '@tidewaiter/shared/findings';
import type { Test } from 'tap';
import type { Scan, Store } from '../../../src/storage/index.ts';
import type { Stores } from '../conformance.ts';
import {
  assignmentOf,
  createWorkspace,
  digestOf,
  engine,
  enrol,
  eventOf,
  findingOf,
  hashesOf,
  hexOf,
  imageOf,
  newId,
  pathHashOf,
  registryOf,
  summaryOf,
  tokenOf,
  noneExcluded,
} from '../samples.ts';

const first = { cursor: null, limit: 100 };
const [image, layer] = [digestOf('shared image'), digestOf('shared layer')];
const [path] = [pathHashOf('srv/app/.env')];
const activity = () => ({ id: newId(), at: 9, actor: 'token:1', action: 'resolve', details: {} });
const end = { state: 'succeeded' as const, failure: null, timings: {}, retryAt: null };
const refusal = { failure: { code: 'policy.refused', detail: 'd', remedy: 'r', retryable: false }, timings: {} };
const push = { repository: 'app', digest: image, tag: 'v1', mediaType: null, pushedAt: 5 };

const scanOf = (workspaceId: string): Scan => ({
  workspaceId,
  id: newId(),
  digest: image,
  engineKey: engineKey(engine),
  ruleSetHash: engine.ruleSetHash,
  verdict: 'findings',
  coverage: emptyCoverage,
  counts: { certain: 1 },
  unread: [],
  scannedAt: 50,
  excluded: noneExcluded,
});

/** A workspace in which everything there can be is there. */
async function world(store: Store) {
  const workspaceId = await createWorkspace(store);
  const registry = registryOf(workspaceId);
  await store.registries.create(registry.workspaceId, registry);
  const tokenId = newId();
  await store.tokens.create(workspaceId, tokenOf(workspaceId, tokenId));
  await store.audit.create(workspaceId, { id: newId(), at: 1, actor: 'system', action: 'test', subject: 's', details: {} });
  const enrolmentTokenId = newId();
  const live = { usesLeft: 1, createdAt: 1, expiresAt: 1e15, revokedAt: null };
  await store.sensors.createEnrolmentToken(workspaceId, {
    id: enrolmentTokenId,
    tokenHash: hexOf(newId()),
    registryIds: null,
    ...live,
  });
  const sensor = await enrol(store, workspaceId);
  const keyId = newId();
  await store.registries.createWebhookKey(
    workspaceId,
    registry.id,
    { id: keyId, keyHash: hexOf(newId()), createdAt: 1, expiresAt: null },
    9,
    5,
  );
  await store.events.create(registry.workspaceId, eventOf(registry, 'event'));
  const repository = await store.catalog.updateFromPush(workspaceId, registry.id, push, { repositoryId: newId() }, 5);
  const queued = await store.assignments.create(registry.workspaceId, assignmentOf(registry, { digest: image }));
  await store.assignments.accept(workspaceId, sensor.id, queued.id, 1e15, 10);
  const grant = { assignmentId: queued.id, attempt: 1 };
  const refused = await store.assignments.create(workspaceId, assignmentOf(registry, { digest: digestOf('refused') }));
  await store.assignments.accept(workspaceId, sensor.id, refused.id, 1e15, 10);
  const no = { assignmentId: refused.id, attempt: 1 };
  await store.assignments.refuse(workspaceId, sensor.id, no, refusal, { seenSince: 0, refusedMax: 9 }, 11);
  const children = [{ digest: digestOf('shared child'), platform: null }];
  await store.facts.createManifest(workspaceId, sensor.id, imageOf(image, [layer], { children }), newId, 10);
  await store.facts.claim(workspaceId, sensor.id, grant, engine, [layer], 1e15, 10);
  const part = { page: 0, paths: { kind: 'files' as const, hashes: hashesOf(['srv/app/.env']) }, findings: [findingOf()] };
  await store.facts.createLayerPart(workspaceId, sensor.id, engine, layer, part, 10);
  const findingId = newId();
  await store.facts.createLayer(workspaceId, sensor.id, engine, summaryOf(layer, 1), 1, [findingId], 10);
  const seen = { findingId, imageDigest: image, visibility: 'visible' as const, reported: true, severity: 'high' as const, excludedBy: [] };
  const { created } = await store.scans.create(workspaceId, scanOf(workspaceId), [seen], newId);
  const incidentId = created[0] ?? '';
  await store.incidents.createNote(workspaceId, incidentId, { id: newId(), author: 'a', text: 't', createdAt: 1 });
  return {
    workspaceId,
    registry,
    tokenId,
    enrolmentTokenId,
    sensor,
    keyId,
    repository,
    queued,
    refusedId: refused.id,
    grant,
    findingId,
    incidentId,
    part,
    seen,
  };
}
type World = Awaited<ReturnType<typeof world>>;

const nobody = { items: [], nextCursor: null };
const fails = Symbol('fails: it belongs to what is not there');

/** Each verb asked in workspace `w` for the things of `it`, another workspace's, with what it answers when it sees none of them. */
function attempts(
  store: Store,
  w: string,
  it: World,
): Readonly<Record<string, readonly [answer: () => Promise<unknown>, wanted: unknown]>> {
  const { registry, sensor, grant, repository, incidentId } = it;
  const { tokens, audit, sensors, registries, events, catalog, assignments, facts, scans, incidents } = store;
  const r = registry.id;
  return {
    'tokens.list': [async () => (await tokens.list(w, first)).items.map((token) => token.workspaceId), [w]],
    'tokens.fetch': [() => tokens.fetch(w, it.tokenId), null],
    'tokens.update': [() => tokens.update(w, it.tokenId, { lastUsedAt: 5 }), false],
    'tokens.revoke': [() => tokens.revoke(w, it.tokenId, 5), 'missing'],
    'audit.list': [() => audit.list(w, first), nobody],
    'sensors.listEnrolmentTokens': [() => sensors.listEnrolmentTokens(w, first), nobody],
    'sensors.updateEnrolmentToken': [() => sensors.updateEnrolmentToken(w, it.enrolmentTokenId, { revokedAt: 5 }), false],
    'sensors.fetch': [() => sensors.fetch(w, sensor.id), null],
    'sensors.list': [() => sensors.list(w, first), nobody],
    'sensors.update': [() => sensors.update(w, sensor.id, { name: 'stolen' }), false],
    'registries.fetch': [() => registries.fetch(w, r), null],
    'registries.list': [() => registries.list(w, first), nobody],
    'registries.update': [() => registries.update(w, r, { deletedAt: 5 }), false],
    'registries.updateJudged': [() => registries.updateJudged(w, r, 9), false],
    'registries.createWebhookKey': [
      () => registries.createWebhookKey(w, r, { id: 'k', keyHash: hexOf(newId()), createdAt: 1, expiresAt: null }, 9, 5),
      fails,
    ],
    'registries.listWebhookKeys': [() => registries.listWebhookKeys(w, r), []],
    'registries.updateWebhookKey': [() => registries.updateWebhookKey(w, r, it.keyId, { expiresAt: 5 }), false],
    'registries.createRejection': [() => registries.createRejection(w, r, it.keyId, 5), false],
    'registries.countRejections': [() => registries.countRejections(w, r), { count: 0, lastAt: null }],
    'events.create': [() => events.create(w, eventOf(registry, 'another')), fails],
    'events.list': [() => events.list(w, r, first), nobody],
    'events.update': [() => events.update(w, r, 'event', { outcome: 'queued', outcomeReason: null }), false],
    'events.count': [() => events.count(w, r), { waiting: 0, queued: 0, duplicate: 0, ignored: 0, applied: 0 }],
    'catalog.update': [() => catalog.update(w, r, { grant, page: 0, last: true, repositories: [], images: [] }, newId, 60), false],
    'catalog.updateFromPush': [() => catalog.updateFromPush(w, r, push, { repositoryId: newId() }, 60), fails],
    'catalog.updatePresence': [() => catalog.updatePresence(w, r, 'app', image, 'gone', 60), false],
    'catalog.deleteTag': [() => catalog.deleteTag(w, repository.id, 'v1', image), false],
    'catalog.fetchRepository': [() => catalog.fetchRepository(w, repository.id), null],
    'catalog.fetchRepositoryByName': [() => catalog.fetchRepositoryByName(w, r, 'app'), null],
    'catalog.listRepositories': [() => catalog.listRepositories(w, r, first), nobody],
    'catalog.updateRepository': [() => catalog.updateRepository(w, repository.id, { watched: false }), false],
    'catalog.listPlacements': [() => catalog.listPlacements(w, { digest: image }, first), nobody],
    'catalog.countWatched': [() => catalog.countWatched(w, image), null],
    'catalog.fetchPlacementByTag': [() => catalog.fetchPlacementByTag(w, repository.id, 'v1'), null],
    'catalog.listUnscanned': [() => catalog.listUnscanned(w, r, null, first), nobody],
    'catalog.listChildren': [() => catalog.listChildren(w, [digestOf('shared child')]), new Set()],
    'assignments.create': [() => assignments.create(w, assignmentOf(registry, { digest: image })), fails],
    'assignments.createAll': [() => assignments.createAll(w, [assignmentOf(registry, { digest: image })]), fails],
    'assignments.fetch': [() => assignments.fetch(w, grant.assignmentId), null],
    'assignments.list': [() => assignments.list(w, {}, first), nobody],
    'assignments.listNewest': [() => assignments.listNewest(w, image, 9), []],
    'assignments.fetchLive': [() => assignments.fetchLive(w, image), null],
    'assignments.updateJudged': [() => assignments.updateJudged(w, grant.assignmentId), false],
    'assignments.offer': [() => assignments.offer(w, sensor.id, 9, 9, 60), []],
    'assignments.accept': [() => assignments.accept(w, sensor.id, grant.assignmentId, 9, 60), null],
    'assignments.renew': [() => assignments.renew(w, sensor.id, grant, null, 9, 60), false],
    'assignments.finish': [() => assignments.finish(w, sensor.id, grant, end, 60), null],
    'assignments.isCurrent': [() => assignments.isCurrent(w, sensor.id, grant), false],
    'assignments.release': [() => assignments.release(w, sensor.id, [grant], 1, 60), { held: [], freed: 0, failed: [] }],
    'assignments.cancel': [() => assignments.cancel(w, { id: grant.assignmentId }, 60), 0],
    'assignments.refuse': [() => assignments.refuse(w, sensor.id, grant, refusal, { seenSince: 0, refusedMax: 9 }, 60), null],
    'assignments.listRefusals': [() => assignments.listRefusals(w, [it.refusedId], 9), []],
    'assignments.deleteRefusals': [() => assignments.deleteRefusals(w, sensor.id), 0],
    'assignments.count': [() => assignments.count(w), {}],
    'facts.claim': [() => facts.claim(w, sensor.id, grant, engine, [layer], 9, 60), null],
    'facts.createLayerPart': [() => facts.createLayerPart(w, sensor.id, engine, layer, it.part, 60), false],
    'facts.createLayer': [() => facts.createLayer(w, sensor.id, engine, summaryOf(layer, 0), 0, [], 60), 'unclaimed'],
    'facts.isComplete': [() => facts.isComplete(w, image, engine), false],
    'facts.fetchRoot': [() => facts.fetchRoot(w, image, engine), null],
    'facts.listRootsOfLayer': [() => facts.listRootsOfLayer(w, layer, engine), []],
    'facts.fetchPaths': [
      async () => Object.values(await facts.fetchPaths(w, layer, engine, new Set([path]))).map((found) => found.size),
      [0, 0, 0, 0],
    ],
    'scans.create': [() => scans.create(w, { ...scanOf(w), digest: digestOf('theirs') }, [it.seen], newId), fails],
    'scans.fetchLatest': [() => scans.fetchLatest(w, image), null],
    'scans.listDigests': [() => scans.listDigests(w, r, first), nobody],
    'scans.countExcluded': [() => scans.countExcluded(w, r), []],
    'scans.list': [() => scans.list(w, { digest: image }, first), nobody],
    'incidents.fetch': [() => incidents.fetch(w, incidentId), null],
    'incidents.list': [() => incidents.list(w, { digest: image, repositoryId: repository.id }, first), nobody],
    'incidents.update': [() => incidents.update(w, incidentId, { status: 'resolved' }, activity()), false],
    'incidents.createNote': [() => incidents.createNote(w, incidentId, { id: newId(), author: 'a', text: 't', createdAt: 1 }), false],
    'incidents.listNotes': [() => incidents.listNotes(w, incidentId, first), nobody],
    'incidents.listActivity': [() => incidents.listActivity(w, incidentId, first), nobody],
    'incidents.listOccurrences': [() => incidents.listOccurrences(w, incidentId, first), nobody],
    'incidents.count': [() => incidents.count(w), {}],
    'facts.createManifest': [() => facts.createManifest(w, sensor.id, imageOf(image, []), newId, 60), 'refused'],
    'facts.deleteBySensor': [() => facts.deleteBySensor(w, sensor.id, 60), null],
  };
}

/** These find the workspace out, make something new in it, or belong to the installation. */
const beyondWorkspaces = [
  'workspaces.create',
  'workspaces.createFirst',
  'workspaces.fetch',
  'workspaces.list',
  'tokens.create',

  'tokens.fetchByHash',
  'audit.create',
  'sensors.createEnrolmentToken',
  'sensors.enrol',
  'sensors.fetchById',
  'sensors.createAssertion',
  'registries.create',
  'registries.listDue',
  'registries.listUnjudged',
  'registries.fetchByWebhookKey',
  'events.listSettled',
  'events.prune',
  'events.createRejection',
  'events.countRejections',
  'assignments.expire',
  'assignments.strand',
  'assignments.listUnjudged',
  'facts.prune',
  'issuerKeys.list',
  'issuerKeys.create',
  'issuerKeys.update',
  'wakeups.notify',
  'wakeups.listen',
];

/** All that can be read of a workspace. */
async function pictureOf(store: Store, it: World): Promise<readonly unknown[]> {
  const { workspaceId: w, incidentId, registry } = it;
  return Promise.all([
    store.tokens.list(w, first),
    store.audit.list(w, first),
    store.sensors.list(w, first),
    store.sensors.listEnrolmentTokens(w, first),
    store.registries.list(w, first),
    store.registries.listWebhookKeys(w, registry.id),
    store.events.list(w, registry.id, first),
    store.catalog.listRepositories(w, registry.id, first),
    store.catalog.listPlacements(w, {}, first),
    store.assignments.list(w, {}, first),
    store.assignments.listRefusals(w, [it.refusedId], 9),
    store.facts.fetchRoot(w, image, engine),
    store.scans.list(w, {}, first),
    store.incidents.list(w, {}, first),
    store.incidents.listNotes(w, incidentId, first),
    store.incidents.listActivity(w, incidentId, first),
    store.incidents.listOccurrences(w, incidentId, first),
  ]);
}

export async function apartSuite(t: Test, stores: Stores): Promise<void> {
  await t.test('every verb keeps workspaces apart that share an account, an image and a layer', async (t) => {
    const store = await stores.open(t);
    const it = await world(store);
    const before = await pictureOf(store, it);
    const tried = attempts(store, await createWorkspace(store, 'another'), it);
    for (const [verb, [ask, wanted]] of Object.entries(tried)) {
      const answer = await ask().catch((error: unknown) => {
        t.match(error, { code: 'resource.not-found' }, verb);
        return fails;
      });
      t.strictSame(answer, wanted, verb);
    }
    t.strictSame(await pictureOf(store, it), before, 'and nothing has changed for the one they belong to');
    const verbs = Object.entries(store).flatMap(([name, verbs]) =>
      typeof verbs === 'object' ? namesOf(verbs).map((verb) => `${name}.${verb}`) : [],
    );
    t.strictSame(
      verbs.filter((verb) => !(verb in tried) && !beyondWorkspaces.includes(verb)),
      [],
      'no verb is left out',
    );
  });
}

/** Verbs of an aggregate, be it an object or a class. */
function namesOf(aggregate: object): readonly string[] {
  const own = Object.keys(aggregate);
  return own.length > 0
    ? own
    : Object.getOwnPropertyNames(Object.getPrototypeOf(aggregate)).filter((name) => name !== 'constructor' && name !== 'close');
}
