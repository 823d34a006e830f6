import { assignmentOf, engine, eventOf, findingOf, hashesOf, hexOf, imageOf, registryOf, summaryOf, tokenOf } from './samples.ts';
import { digests, keyOf, type Life, newIdsOf, others, sensorsOf, type Step, timeIn } from './twin-names.ts';
import { pageZero } from './twin-reads.ts';
import { judge, reopen } from './twin-verdicts.ts';

/*
 * What a workspace lives through, verb by verb. Two that live it hold the same ids wherever the schema lets them (all but sensors, webhook
 * keys and token hashes), the same account, host, repositories, digests, tags, paths and fingerprints, and differ in all that is said of them.
 */

const { root, child, lone, plain, lost, fresh, bundle, quiet, base, top, extra } = digests;
/** Beyond every time of a life. */
const LONG = 1e12;

const registryIn = (life: Life) =>
  registryOf(life.w, { id: 'registry', createdAt: timeIn(life, 1), nextSyncAt: timeIn(life, 50), intervalSeconds: 3_600 + life.kind });

const workIn = (life: Life, id: string, digest: string, change = {}) =>
  assignmentOf(registryIn(life), { id, digest, createdAt: timeIn(life, 2), priority: life.kind, ...change });

const grantOf = (assignmentId: string, attempt = 1) => ({ assignmentId, attempt });
const failure = (life: Life) => ({ code: 'policy.refused', detail: `of ${life.kind}`, remedy: 'r', retryable: false });

function enrolment(life: Life, sensorId: string, registryIds: readonly string[] | null): readonly Step[] {
  const { store, w } = life;
  const at = timeIn(life, 1);
  const token = { id: sensorId.replace(w, 'token of'), tokenHash: hexOf(sensorId), registryIds, usesLeft: 1 + life.kind, createdAt: at };
  const keys = { signingKey: { kty: `${life.kind}` }, encryptionKey: { kty: 'OKP' } };
  const sensor = { id: sensorId, name: `of ${life.kind}`, ...keys, version: '1', engine, createdAt: at, lastSeenAt: at, revokedAt: null };
  return [
    ['sensors.createEnrolmentToken', () => store.sensors.createEnrolmentToken(w, { ...token, expiresAt: LONG, revokedAt: null })],
    ['sensors.enrol', () => store.sensors.enrol(token.tokenHash, sensor, at)],
    ['sensors.update', () => store.sensors.update(w, sensorId, { version: `2.${life.kind}` })],
    ['sensors.createAssertion', () => store.sensors.createAssertion(w, sensorId, 'assertion', timeIn(life, 100))],
  ];
}

/** People, sensors, a registry and what is pushed to it. */
function arrive(life: Life): readonly Step[] {
  const { store, w, kind } = life;
  const at = (ms: number) => timeIn(life, ms);
  const key = { id: keyOf(life), keyHash: hexOf(keyOf(life)), createdAt: at(1), expiresAt: null };
  const entry = { id: 'entry', at: at(1), actor: `token:${kind}`, action: 'test', subject: 's', details: { kind } };
  // Pushed and seen at one time in all lives: what a listing of the first life takes for old is old in each.
  const push = (digest: string, tag: string | null, repository = 'app', seenAt = 3) => {
    const told = { repository, digest, tag, mediaType: `type/${kind}`, pushedAt: seenAt - 1 };
    return () => store.catalog.updateFromPush(w, 'registry', told, { repositoryId: `repository ${repository}` }, seenAt);
  };
  // One id, and a name that the others' have not.
  const own = { repository: `own ${kind}`, digest: quiet, tag: null, mediaType: 'type', pushedAt: 2 };
  const pushOwn = () => store.catalog.updateFromPush(w, 'registry', own, { repositoryId: 'repository own' }, 3);
  const place = (digest: string, tag: string): Step => ['catalog.updateFromPush', push(digest, tag)];
  return [
    ['workspaces.create', () => store.workspaces.create(w, { name: `of ${kind}`, createdAt: at(1) }, tokenOf(w, 'token'))],
    ['tokens.create', () => store.tokens.create(w, { ...tokenOf(w, 'second token'), createdAt: at(2) })],
    ['tokens.update', () => store.tokens.update(w, 'token', { lastUsedAt: at(3) })],
    ['audit.create', () => store.audit.create(w, entry)],
    ['registries.create', () => store.registries.create(w, registryIn(life))],
    ['registries.createWebhookKey', () => store.registries.createWebhookKey(w, 'registry', key, 2, at(1))],
    ['registries.createRejection', () => store.registries.createRejection(w, 'registry', key.id, at(2))],
    ...enrolment(life, sensorsOf(life).one, null),
    ...enrolment(life, sensorsOf(life).two, ['registry']),
    [
      'events.create',
      () => store.events.create(w, eventOf(registryIn(life), 'event', { receivedAt: at(2), settleAt: at(9), tag: `v${kind}` })),
    ],
    ['events.create', () => store.events.create(w, eventOf(registryIn(life), 'event', { receivedAt: at(3), settleAt: at(9) }))],
    ['events.update', () => store.events.update(w, 'registry', 'event', { outcome: 'queued', outcomeReason: `of ${kind}` })],
    ['events.create', () => store.events.create(w, eventOf(registryIn(life), 'waiting', { receivedAt: at(4), settleAt: at(9) }))],
    ['catalog.updateFromPush', push(root, 'v1')],
    ['catalog.updateFromPush', push(child, kind === 0 ? null : 'v2')],
    ['catalog.updateFromPush', push(fresh, 'v5', 'fresh', 30)],
    ['catalog.updateFromPush', push(plain, 'v3', 'other')],
    ['catalog.updateFromPush', push(lost, 'v4', 'other')],
    ...(kind === 0 ? [] : [place(plain, 'v6'), place(bundle, 'v7'), place(lone, 'v8')]),
    ['catalog.updateFromPush', pushOwn],
  ];
}

/** A listing that ends after its first page, under an id of its own, and work on an image that nothing is told of. */
function sort(life: Life): readonly Step[] {
  const { store, w, kind } = life;
  const { one, two } = sensorsOf(life);
  const at = (ms: number) => timeIn(life, ms);
  const listing = `listing ${kind}`;
  const end = { state: 'succeeded' as const, failure: null, timings: { kind }, retryAt: null };
  const page = { grant: grantOf(listing), page: 0, last: false, repositories: [], images: [] };
  return [
    [
      'assignments.create',
      () => store.assignments.create(w, workIn(life, listing, root, { kind: 'sync', digest: null, repository: null })),
    ],
    ['assignments.accept', () => store.assignments.accept(w, two, listing, 500, at(16))],
    ['catalog.update', () => store.catalog.update(w, 'registry', page, newIdsOf('listed'), at(17))],
    ['assignments.finish', () => store.assignments.finish(w, two, grantOf(listing), end, at(18))],
    ['assignments.create', () => store.assignments.create(w, workIn(life, 'scan quiet', quiet))],
    ['assignments.accept', () => store.assignments.accept(w, one, 'scan quiet', 500, at(18))],
    ['assignments.finish', () => store.assignments.finish(w, one, grantOf('scan quiet'), end, at(19))],
  ];
}

/** Work is offered and taken: `root` by both sensors, one repository each; `refused` by none. */
function queue(life: Life): readonly Step[] {
  const { store, w } = life;
  const { one, two } = sensorsOf(life);
  const at = (ms: number) => timeIn(life, ms);
  const accept = (sensorId: string, id: string, lease: number): Step => [
    'assignments.accept',
    () => store.assignments.accept(w, sensorId, id, lease, at(20)),
  ];
  const all = [workIn(life, 'scan one', root), workIn(life, 'scan two', root, { repository: 'other' }), workIn(life, 'scan plain', plain)];
  // The same work under an id of its own, which the others' queues would offer first.
  const work = workIn(life, `work ${life.kind}`, child, { priority: -life.kind });
  const no = { failure: failure(life), timings: { kind: life.kind } };
  const refuse = (id: string): Step => [
    'assignments.refuse',
    () => store.assignments.refuse(w, one, grantOf(id), no, { seenSince: at(0), refusedMax: 9 }, at(22)),
  ];
  return [
    ...sort(life),
    ['assignments.createAll', () => store.assignments.createAll(w, all)],
    ['assignments.createAll', () => store.assignments.createAll(w, [{ ...workIn(life, 'twice', root), id: 'twice' }])],
    ['assignments.create', () => store.assignments.create(w, workIn(life, 'scan lost', lost))],
    ['assignments.create', () => store.assignments.create(w, workIn(life, 'refused', lone))],
    ['assignments.create', () => store.assignments.create(w, workIn(life, 'sync', root, { kind: 'sync', digest: null, repository: null }))],
    ['assignments.create', () => store.assignments.create(w, work)],
    ['assignments.create', () => store.assignments.create(w, { ...work, id: 'work again' })],
    ['assignments.offer', () => store.assignments.offer(w, one, 3, 10, at(15))],
    accept(one, 'scan one', 1_000),
    accept(two, 'scan two', 900),
    accept(one, 'scan plain', 800),
    accept(one, 'scan lost', 700),
    accept(one, 'refused', 600),
    accept(two, 'sync', 500),
    ['assignments.create', () => store.assignments.create(w, workIn(life, 'quarrel', fresh))],
    ...(life.kind === 0 ? [] : [accept(one, 'quarrel', 600), refuse('quarrel')]),
    ['assignments.renew', () => store.assignments.renew(w, one, grantOf('scan one'), null, 1_100, at(21))],
    refuse('refused'),
  ];
}

function pagesOf({ kind }: Life, layer: string) {
  const secret = layer === base ? 'a secret' : 'b secret';
  const confidence = kind === 0 ? ('certain' as const) : ('possible' as const);
  const fingerprints = [{ keyId: engine.fingerprintKeyId, value: hexOf(secret) }];
  const finding = findingOf({ confidence, fingerprints, preview: `of ${kind}`, line: kind + 1, detector: `detector-${kind}` });
  const second = findingOf({ confidence, fingerprints, path: 'etc/second', line: kind + 7 });
  // Blocks with one first hash, of which the others' hold more.
  const gone = kind === 0 ? ['etc/gone'] : ['etc/gone', 'srv/app/.env'];
  return [pageZero(kind), { page: 1, paths: { kind: 'whiteouts' as const, hashes: hashesOf(gone) }, findings: [finding, second] }];
}

/** A sensor reads a layer and closes it. */
function deliver(life: Life, sensorId: string, layer: string): readonly Step[] {
  const { store, w, kind } = life;
  const [of, other] = layer === base ? ['base', 'top'] : ['top', 'base'];
  // The second finding of each layer has in the others' lives the id that it has in the other layer here.
  const ids = [`${of} finding 1`, `${kind === 0 ? of : other} finding 2`];
  const summary = summaryOf(layer, 2, { blobBytes: 100 + kind });
  const parts = pagesOf(life, layer);
  return [
    ...parts.map(
      (part): Step => ['facts.createLayerPart', () => store.facts.createLayerPart(w, sensorId, engine, layer, part, timeIn(life, 30))],
    ),
    ['facts.createLayer', () => store.facts.createLayer(w, sensorId, engine, summary, parts.length, ids, timeIn(life, 31))],
  ];
}

function manifestsOf({ kind }: Life) {
  const platform = { os: 'linux', architecture: kind === 0 ? 'amd64' : `arm${kind}` };
  const fingerprint = { keyId: engine.fingerprintKeyId, value: hexOf('c secret') };
  const told = { detector: 'generic', confidence: 'certain' as const, preview: `of ${kind}`, fingerprints: [fingerprint] };
  const inEnv = { ...told, kind: 'env' as const, key: `TOKEN_${kind}`, instruction: null };
  const layers = (named: readonly string[]) =>
    named.map((digest) => ({ digest, sizeBytes: 100 + kind, diffId: null, instruction: `RUN ${kind}` }));
  return {
    root: imageOf(root, [], { shape: 'index', platform: null, children: [child, lone].map((digest) => ({ digest, platform })) }),
    child: imageOf(child, [], { platform: null, layers: layers([base, top]) }),
    lone: imageOf(lone, [], { platform, layers: layers(kind === 0 ? [base] : [base, extra]), findings: [inEnv] }),
    plain: imageOf(plain, [], {
      platform,
      layers: layers(kind === 0 ? [] : [base]),
      findings: [{ ...inEnv, fingerprints: [{ ...fingerprint, value: hexOf('d secret') }] }],
    }),
    lost: imageOf(lost, [], { shape: 'index', platform: null, children: [{ digest: child, platform }] }),
    bundle: imageOf(bundle, [], { shape: 'index', platform: null, children: [{ digest: plain, platform }] }),
  };
}

function report(life: Life, sensorId: string, names: readonly (keyof ReturnType<typeof manifestsOf>)[]): readonly Step[] {
  const { store, w } = life;
  const manifests = manifestsOf(life);
  return names.map((name) => [
    'facts.createManifest',
    () => store.facts.createManifest(w, sensorId, manifests[name], () => `${name} finding`, timeIn(life, 25)),
  ]);
}

/** Manifests are told and layers claimed; a page of one is there that never becomes a fact. */
function begin(life: Life): readonly Step[] {
  const { store, w, kind } = life;
  const { one, two } = sensorsOf(life);
  const claim = (sensorId: string, id: string, layers: readonly string[], lease: number, ms: number): Step => [
    'facts.claim',
    () => store.facts.claim(w, sensorId, grantOf(id), engine, layers, lease, timeIn(life, ms)),
  ];
  const [page] = pagesOf(life, top);
  return [
    ...report(life, one, ['root', 'child', 'lone', 'plain', 'bundle']),
    ...report(life, two, ['root', 'child', 'plain', 'bundle', ...(kind === 0 ? [] : (['lone', 'lost'] as const))]),
    claim(two, 'scan two', [base, top], 1, 26),
    claim(one, 'scan one', [base, top], kind === 0 ? 500 : LONG, 28),
    claim(two, 'scan two', [base, top], 1, 29),
    [
      'facts.createLayerPart',
      () => store.facts.createLayerPart(w, two, engine, kind === 0 ? base : top, { ...pageZero(kind), page: 7 }, timeIn(life, 30)),
    ],
    ['facts.createLayerPart', () => store.facts.createLayerPart(w, one, engine, top, page ?? pageZero(kind), timeIn(life, 30))],
  ];
}

/** The base is one sensor's word in the first life and both's in the others; with the top layer it is the other way round. */
function read(life: Life): readonly Step[] {
  const { one, two } = sensorsOf(life);
  const again = life.kind === 0 ? top : base;
  return [...deliver(life, one, base), ...deliver(life, one, top), ...deliver(life, two, again)];
}

/** What one may try with the ids that are the others' alone, while they are at work. Theirs are not known where they do not live. */
function trespass(life: Life): readonly Step[] {
  const { store, w, kind } = life;
  if (kind !== 0) return [];
  const { sensors, assignments, facts, registries } = store;
  const at = timeIn(life, 30);
  const end = { state: 'succeeded' as const, failure: null, timings: {}, retryAt: null };
  const no = { failure: failure(life), timings: {} };
  return others.flatMap((foreign): readonly Step[] => {
    const [{ one }, key] = [sensorsOf({ ...life, w: foreign }), keyOf({ ...life, w: foreign })];
    const grant = grantOf('scan one');
    return [
      ['sensors.fetch', () => sensors.fetch(w, one)],
      ['sensors.update', () => sensors.update(w, one, { version: 'stolen' })],
      ['sensors.createAssertion', () => sensors.createAssertion(w, one, 'stolen', LONG)],
      ['assignments.isCurrent', () => assignments.isCurrent(w, one, grant)],
      ['assignments.offer', () => assignments.offer(w, one, 9, 10, at)],
      ['assignments.renew', () => assignments.renew(w, one, grant, null, 1_100, at)],
      ['facts.claim', () => facts.claim(w, one, grant, engine, [base], 1, at)],
      ['facts.createLayerPart', () => facts.createLayerPart(w, one, engine, top, pageZero(kind), at)],
      ['facts.createLayer', () => facts.createLayer(w, one, engine, summaryOf(top, 0), 1, [], at)],
      ...report(life, one, ['root']),
      ['assignments.refuse', () => assignments.refuse(w, one, grant, no, { seenSince: 0, refusedMax: 9 }, at)],
      ['assignments.deleteRefusals', () => assignments.deleteRefusals(w, one)],
      ['assignments.finish', () => assignments.finish(w, one, grant, end, at)],
      ['assignments.release', () => assignments.release(w, one, [], 9, at)],
      ['facts.deleteBySensor', () => facts.deleteBySensor(w, one, at)],
      ['registries.createRejection', () => registries.createRejection(w, 'registry', key, at)],
      ['registries.updateWebhookKey', () => registries.updateWebhookKey(w, 'registry', key, { expiresAt: 1 })],
    ];
  });
}

/** A listing that came to no end, work that waits, an image that is gone: what the first life does later hits them, if it may. */
function linger(life: Life): readonly Step[] {
  const { store, w } = life;
  const page = { grant: grantOf('sync'), page: 3, last: false, repositories: [], images: [] };
  return [
    ['assignments.create', () => store.assignments.create(w, workIn(life, 'last', lone, { kind: 'test', priority: -9 }))],
    ['catalog.updatePresence', () => store.catalog.updatePresence(w, 'registry', 'fresh', fresh, 'gone', timeIn(life, 45))],
    ['catalog.update', () => store.catalog.update(w, 'registry', page, newIdsOf('listed'), timeIn(life, 46))],
  ];
}

/** The part of a life that others have lived when the first begins. */
export const middleOf = (life: Life): readonly Step[] => [...arrive(life), ...queue(life), ...begin(life), ...linger(life)];
export const fullOf = (life: Life): readonly Step[] => [...middleOf(life), ...read(life), ...judge(life)];

/** The catalog is listed anew, without one of the images; then one is told gone. */
function list(life: Life): readonly Step[] {
  const { store, w } = life;
  const image = {
    repository: 'app',
    digest: root,
    tags: ['v9'],
    mediaType: 'type/9',
    sizeBytes: 9,
    pushedAt: null,
    status: 'active' as const,
  };
  const page = { grant: grantOf('sync'), page: 0, last: true, repositories: [{ name: 'app', createdAt: null }], images: [image] };
  return [
    ['catalog.updatePresence', () => store.catalog.updatePresence(w, 'registry', 'own 1', quiet, 'gone', timeIn(life, 55))],
    ['catalog.updatePresence', () => store.catalog.updatePresence(w, 'registry', 'own 2', quiet, 'gone', timeIn(life, 55))],
    ['catalog.updatePresence', () => store.catalog.updatePresence(w, 'registry', 'other', lost, 'gone', timeIn(life, 56))],
    ['catalog.deleteTag', () => store.catalog.deleteTag(w, 'repository other', 'v3', plain)],
    ['catalog.updateRepository', () => store.catalog.updateRepository(w, 'repository other', { watched: false })],
    ['catalog.update', () => store.catalog.update(w, 'registry', page, newIdsOf('listed'), timeIn(life, 57))],
  ];
}

/** Leases end, one way each; the sweeps of all workspaces find only what is due here. */
function sweep(life: Life): readonly Step[] {
  const { store, w } = life;
  const { one, two } = sensorsOf(life);
  const at = (ms: number) => timeIn(life, ms);
  const end = { state: 'succeeded' as const, failure: null, timings: { kind: life.kind }, retryAt: null };
  const page = { grant: grantOf('sync'), page: 0, last: true, repositories: [], images: [] };
  return [
    ['assignments.finish', () => store.assignments.finish(w, one, grantOf('scan lost'), end, at(60))],
    ['assignments.cancel', () => store.assignments.cancel(w, { id: 'scan plain' }, at(61))],
    ['assignments.release', () => store.assignments.release(w, one, [], 9, at(62))],
    ['assignments.expire', () => store.assignments.expire(at(5_000), 1)],
    ['assignments.strand', () => store.assignments.strand(at(5_001), { seenSince: at(5_000), strandedSince: at(4_000) })],
    ['assignments.strand', () => store.assignments.strand(at(6_001), { seenSince: at(5_000), strandedSince: at(5_500) })],
    ['assignments.create', () => store.assignments.create(w, workIn(life, 'last', lone, { kind: 'test' }))],
    ['assignments.accept', () => store.assignments.accept(w, two, 'last', 9, at(6_002))],
    [
      'assignments.refuse',
      () =>
        store.assignments.refuse(
          w,
          two,
          grantOf('last'),
          { failure: failure(life), timings: {} },
          { seenSince: at(0), refusedMax: 9 },
          at(6_003),
        ),
    ],
    ['assignments.deleteRefusals', () => store.assignments.deleteRefusals(w, two)],
    // Those of what does not wait any more stay.
    ['assignments.cancel', () => store.assignments.cancel(w, { id: 'refused' }, at(6_004))],
    ['assignments.deleteRefusals', () => store.assignments.deleteRefusals(w, one)],
    // Its listing is over, theirs are not.
    ['catalog.update', () => store.catalog.update(w, 'registry', page, newIdsOf('late'), at(6_005))],
    ['assignments.updateJudged', () => store.assignments.updateJudged(w, life.kind === 0 ? 'scan two' : 'sync')],
    ['registries.listDue', () => store.registries.listDue(at(6_000), 9)],
    ['events.listSettled', () => store.events.listSettled(at(6_000), 9)],
    ['events.prune', () => store.events.prune(at(6_000))],
    ['facts.prune', () => store.facts.prune(at(6_000))],
  ];
}

/** A sensor is compromised, then the other: all they said is taken back. */
function distrust(life: Life): readonly Step[] {
  const { store, w } = life;
  const { one, two } = sensorsOf(life);
  return [
    ['facts.deleteBySensor', () => store.facts.deleteBySensor(w, one, timeIn(life, 7_000))],
    ...report(life, two, ['lone']),
    ['facts.deleteBySensor', () => store.facts.deleteBySensor(w, two, timeIn(life, 7_001))],
  ];
}

/** All is given up. */
function leave(life: Life): readonly Step[] {
  const { store, w } = life;
  const exclusions = { presets: [], expressions: ['srv/**'] };
  const { registries } = store;
  return [
    ['registries.update', () => registries.update(w, 'registry', { exclusions, perimeter: { mode: 'specific', automatic: false } })],
    ['registries.update', () => registries.update(w, 'registry', { perimeter: { mode: 'entire', automatic: true } })],
    ['registries.listUnjudged', () => registries.listUnjudged(9)],
    ['registries.updateJudged', () => registries.updateJudged(w, 'registry', 1)],
    ['registries.updateWebhookKey', () => registries.updateWebhookKey(w, 'registry', keyOf(life), { expiresAt: timeIn(life, 7_002) })],
    ['registries.update', () => registries.update(w, 'registry', { deletedAt: timeIn(life, 7_003) })],
    ['assignments.cancel', () => store.assignments.cancel(w, { registryId: 'registry' }, timeIn(life, 7_004))],
    ['sensors.updateEnrolmentToken', () => store.sensors.updateEnrolmentToken(w, 'token of sensor one', { revokedAt: 5 })],
    ['tokens.revoke', () => store.tokens.revoke(w, 'second token', 5)],
    ['tokens.revoke', () => store.tokens.revoke(w, 'token', 5)],
  ];
}

/** Those who gave it all up before: their registry is disconnected, its images' tags and what was known of incidents are there still. */
export const goneOf = (life: Life): readonly Step[] => [...fullOf(life), ...sweep(life), ...distrust(life), ...leave(life)];

/** These look at all workspaces: in a neighbour's time what is the first one's would be due. */
const everywhere = ['assignments.expire', 'assignments.strand', 'events.prune', 'facts.prune'];

/** A life beside another's, without what is not only its own. */
export const besideOf = (life: Life): readonly (readonly Step[])[] =>
  partsOf(life).map((part) => part.filter(([verb]) => !everywhere.includes(verb)));

/** A whole life in its parts, after each of which one looks around. */
export const partsOf = (life: Life): readonly (readonly Step[])[] => [
  arrive(life),
  queue(life),
  begin(life),
  trespass(life),
  read(life),
  judge(life),
  reopen(life),
  list(life),
  sweep(life),
  distrust(life),
  leave(life),
];
