import { randomBytes } from 'node:crypto';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type LayerFinding, sumCoverage } from '@tidewaiter/shared/findings';
import { type Failure, type Grant, type ManifestReport, type Outcome, PATH_HASHES_PER_PAGE } from '@tidewaiter/shared/protocol';
import t from 'tap';
import type { Sensor, StoredManifest } from '../../src/storage/index.ts';
import { firstPage, type Plane, plane, pushBody } from '../storage/plane.ts';
import { digestOf, engine, enrol, findingOf, hashesOf, hexOf, imageOf, newId, registryOf, summaryOf } from '../storage/samples.ts';

async function take({ assignments }: Plane, sensor: Sensor): Promise<Grant> {
  const [offered] = await assignments.offer(sensor, 1);
  if (!offered) throw new Error('nothing was offered');
  return (await assignments.accept(sensor, offered.id)).grant;
}

const fingerprintOf = (secret: string) => ({ keyId: engine.fingerprintKeyId, value: hexOf(secret) });

interface LayerContent {
  readonly digest: string;
  readonly findings?: readonly LayerFinding[];
  readonly files?: readonly string[];
  readonly whiteouts?: readonly string[];
}

async function reportLayer(
  { findings }: Plane,
  sensor: Sensor,
  { digest, findings: found = [], files = [], whiteouts = [] }: LayerContent,
  under = engine,
) {
  const base64 = (paths: readonly string[]): string => Buffer.from(hashesOf(paths)).toString('base64');
  const pages = [
    { paths: { kind: 'files' as const, hashes: base64(files) }, findings: [...found] },
    { paths: { kind: 'whiteouts' as const, hashes: base64(whiteouts) } },
  ];
  for (const [page, body] of pages.entries()) await findings.accept(sensor, { kind: 'layer-page', digest, engine: under, page, ...body });
  await findings.accept(sensor, { kind: 'layer-done', engine: under, pages: pages.length, summary: summaryOf(digest, found.length) });
}

const outcomeOf = (grant: Grant, change: Partial<Outcome> = {}): Outcome => ({
  kind: 'outcome',
  grant,
  state: 'succeeded',
  failure: null,
  unread: [],
  timings: { total: 5 },
  ...change,
});

const manifestOf = (grant: Grant, digest: string, layers: readonly string[], change: Partial<StoredManifest> = {}): ManifestReport => ({
  kind: 'manifest',
  grant,
  ...imageOf(digest, layers, change),
});

t.test('a push becomes an incident', async (t) => {
  const it = await plane(t);
  const { store, findings, assignments, triggers, workspaceId, registry, sensor } = it;
  const root = digestOf('image');
  const base = digestOf('base');
  const receipt = await triggers.receivePush(registry, pushBody(registry, { 'image-digest': root }));
  t.match(receipt, { outcome: 'queued', outcomeReason: null, assignmentId: String });
  const grant = await take(it, sensor);
  await findings.accept(sensor, manifestOf(grant, root, [base]));
  t.same(await findings.claim(sensor, grant, engine, [base]), { known: [], yours: [base], wait: [] });
  t.equal(await store.scans.fetchLatest(workspaceId, root), null, 'no verdict before the layer is read');
  await reportLayer(it, sensor, { digest: base, findings: [findingOf()], files: ['srv/app/.env'] });
  t.match(await store.scans.fetchLatest(workspaceId, root), { verdict: 'findings', counts: { certain: 1 }, unread: [] });
  t.equal(await assignments.finish(sensor, outcomeOf(grant)), 'finished');
  t.equal(await assignments.finish(sensor, outcomeOf(grant)), 'stale', 'the same outcome again is stale');
  const { items } = await store.incidents.list(workspaceId, {}, firstPage);
  t.match(items, [{ detector: 'aws-access-key', status: 'triggered', severity: 'critical' }]);
  const occurrences = await store.incidents.listOccurrences(workspaceId, items[0]?.id ?? '', firstPage);
  t.match(occurrences.items, [
    {
      repository: 'app',
      rootDigest: root,
      imageDigest: root,
      tags: ['latest'],
      visibility: 'visible',
      platform: 'linux/amd64',
      layerDigest: base,
      instruction: /RUN make/,
      location: { path: 'srv/app/.env', line: 1 },
    },
  ]);

  t.test('an image that only deletes the file shares the finding, not its visibility, and pulls no byte of the base', async (t) => {
    const above = digestOf('delete');
    const second = digestOf('second image');
    await triggers.receivePush(registry, pushBody(registry, { 'image-digest': second, 'image-tag': 'v2' }));
    const grant = await take(it, sensor);
    await findings.accept(sensor, manifestOf(grant, second, [base, above]));
    t.same(await findings.claim(sensor, grant, engine, [base, above]), { known: [base], yours: [above], wait: [] });
    await reportLayer(it, sensor, { digest: above, whiteouts: ['srv/app'] });
    t.match(await store.scans.fetchLatest(workspaceId, second), { verdict: 'findings' });
    t.equal((await store.incidents.list(workspaceId, {}, firstPage)).items.length, 1);
    const { items: places } = await store.incidents.listOccurrences(workspaceId, items[0]?.id ?? '', firstPage);
    t.same(
      new Map(places.map((place) => [place.rootDigest, place.visibility])),
      new Map([
        [root, 'visible'],
        [second, 'deleted'],
      ]),
    );
  });
});

t.test('an outcome names what was not read, and the verdict mends itself when it is', async (t) => {
  const it = await plane(t);
  const { store, findings, assignments, triggers, workspaceId, registry, sensor } = it;
  const root = digestOf('image');
  const layer = digestOf('bad layer');
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': root }));
  const grant = await take(it, sensor);
  await findings.accept(sensor, manifestOf(grant, root, [layer]));
  await findings.claim(sensor, grant, engine, [layer]);
  const failure: Failure = { code: 'layer.download-failed', detail: 'cut', remedy: null, retryable: true };
  await assignments.finish(sensor, outcomeOf(grant, { unread: [{ digest: layer, failure }] }));
  const incomplete = await store.scans.fetchLatest(workspaceId, root);
  t.match(incomplete, { verdict: 'incomplete', unread: [{ digest: layer, code: 'layer.download-failed', detail: 'cut' }] });
  t.equal(incomplete?.coverage.complete, false);
  await reportLayer(it, sensor, { digest: layer });
  t.match(await store.scans.fetchLatest(workspaceId, root), { id: incomplete?.id, verdict: 'clean', unread: [] }, 'delivered late');
});

t.test('late facts of an engine that was replaced make no verdict newer than the newer engine’s', async (t) => {
  const it = await plane(t);
  const { store, findings, assignments, triggers, workspaceId, registry, sensor, clock } = it;
  const newer = { ...engine, ruleSetHash: hexOf('newer rules') };
  const other = await enrol(store, workspaceId);
  await store.sensors.update(workspaceId, other.id, { engine: newer });
  const successor = { ...other, engine: newer };
  const roots = ['ended', 'cut'].map((name) => ({ root: digestOf(name), layer: digestOf(`layer ${name}`), name }));
  for (const { root, layer, name } of roots) {
    await triggers.receivePush(registry, pushBody(registry, { 'image-digest': root, 'image-tag': name }));
    const grant = await take(it, sensor);
    await findings.accept(sensor, manifestOf(grant, root, [layer]));
    await findings.claim(sensor, grant, engine, [layer]);
    const failure: Failure = { code: 'layer.download-failed', detail: 'cut', remedy: null, retryable: true };
    // The one has a verdict under the old engine, of the other's scan nothing was heard before its lease ended.
    if (name === 'ended') await assignments.finish(sensor, outcomeOf(grant, { unread: [{ digest: layer, failure }] }));
  }
  clock.pass(120_000);
  await assignments.expire();
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digestOf('ended'), 'image-tag': 'again' }));
  for (let at = 0; at < 2; at++) {
    const grant = await take(it, successor);
    const { digest } = (await store.assignments.fetch(workspaceId, grant.assignmentId)) ?? { digest: null };
    const { root, layer } = roots.find((one) => one.root === digest) ?? { root: '', layer: '' };
    await findings.accept(successor, manifestOf(grant, root, [layer], { engine: newer }));
    await findings.claim(successor, grant, newer, [layer]);
    await reportLayer(it, successor, { digest: layer }, newer);
    t.match(await store.scans.fetchLatest(workspaceId, root), { verdict: 'clean' }, 'a scan that runs is the latest before its outcome');
    await assignments.finish(successor, outcomeOf(grant));
  }
  clock.pass(60_000);
  for (const { root, layer } of roots) {
    await reportLayer(it, sensor, {
      digest: layer,
      findings: [findingOf({ fingerprints: [{ keyId: engine.fingerprintKeyId, value: hexOf(root) }] })],
    });
    t.match(await store.scans.fetchLatest(workspaceId, root), { verdict: 'clean', ruleSetHash: newer.ruleSetHash });
    const { items } = await store.scans.list(workspaceId, { digest: root }, firstPage);
    t.same(items.map(({ verdict }) => verdict).sort(), ['clean', 'findings'], 'the old one is kept beside it');
  }
  const { items } = await store.incidents.list(workspaceId, {}, firstPage);
  t.same(
    items.map(({ createdAt }) => createdAt),
    [clock.ms, clock.ms],
    'what was found is told when it came',
  );
});

t.test('an image that is gone, archived or cannot be read gets a verdict that says so', async (t) => {
  const it = await plane(t);
  const { store, assignments, triggers, workspaceId, registry, sensor, clock } = it;
  for (const state of ['gone', 'archived'] as const) {
    const root = digestOf(state);
    await triggers.receivePush(registry, pushBody(registry, { 'image-digest': root }));
    const failure: Failure = { code: `image.${state}`, detail: state, remedy: null, retryable: false };
    t.equal(await assignments.finish(sensor, outcomeOf(await take(it, sensor), { state, failure })), 'finished');
    t.match(await store.scans.fetchLatest(workspaceId, root), { verdict: state });
    t.match(await store.catalog.listPlacements(workspaceId, { digest: root }, firstPage), { items: [{ presence: state }] });
  }
  const root = digestOf('failing');
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': root }));
  const failure: Failure = { code: 'registry.unreachable', detail: 'no route', remedy: null, retryable: true };
  for (let attempt = 1; attempt < 5; attempt++) {
    t.equal(await assignments.finish(sensor, outcomeOf(await take(it, sensor), { state: 'failed', failure })), 'retrying');
    t.same(await assignments.offer(sensor, 1), [], 'not before its pause is over');
    clock.pass(900_000);
  }
  t.equal(await assignments.finish(sensor, outcomeOf(await take(it, sensor), { state: 'failed', failure })), 'finished');
  t.match(await store.scans.fetchLatest(workspaceId, root), { verdict: 'failed', unread: [{ code: 'registry.unreachable' }] });
});

t.test('a scan that fails after the manifest was read is incomplete, and one with findings has findings', async (t) => {
  const it = await plane(t);
  const { store, findings, assignments, triggers, workspaceId, registry, sensor } = it;
  const open = digestOf('open');
  const failure: Failure = { code: 'layer.digest-mismatch', detail: 'other bytes', remedy: null, retryable: false };
  for (const found of [[], [findingOf()]]) {
    const root = digestOf(`root ${found.length}`);
    const layer = digestOf(`layer ${found.length}`);
    await triggers.receivePush(registry, pushBody(registry, { 'image-digest': root }));
    const grant = await take(it, sensor);
    await findings.accept(sensor, manifestOf(grant, root, [layer, open]));
    await findings.claim(sensor, grant, engine, [layer, open]);
    await reportLayer(it, sensor, { digest: layer, findings: found });
    await assignments.finish(sensor, outcomeOf(grant, { state: 'failed', failure, unread: [{ digest: open, failure }] }));
    t.match(await store.scans.fetchLatest(workspaceId, root), {
      verdict: found.length > 0 ? 'findings' : 'incomplete',
      coverage: { complete: false, gaps: [{ reason: 'digest-mismatch', path: open, bytes: null }] },
      unread: [{ digest: open, code: 'layer.digest-mismatch', detail: 'other bytes' }],
    });
  }
});

t.test('work whose sensor falls silent at every try fails with a verdict', async (t) => {
  const it = await plane(t);
  const { store, assignments, triggers, workspaceId, registry, sensor, clock } = it;
  const root = digestOf('poison');
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': root }));
  for (let attempt = 1; attempt <= 5; attempt++) {
    await take(it, sensor);
    t.equal(await assignments.expire(), 0, 'the lease holds');
    clock.pass(120_000);
    t.equal(await assignments.expire(), 1);
  }
  t.same(await assignments.offer(sensor, 1), []);
  t.match(await store.scans.fetchLatest(workspaceId, root), { verdict: 'failed' });
});

t.test('verdicts that failed work still owes come with the next sweep, and none of a replaced engine passes for the latest', async (t) => {
  const it = await plane(t);
  const { store, findings, assignments, triggers, workspaceId, registry, sensor, clock } = it;
  const [lost, judged] = [digestOf('lost'), digestOf('judged since')];
  for (const root of [lost, judged]) {
    await triggers.receivePush(registry, pushBody(registry, { 'image-digest': root, 'image-tag': root.slice(-8) }));
    await take(it, sensor);
  }
  // What assignments.expire writes first; then the program ended.
  t.equal((await store.assignments.expire(clock.pass(120_000), 1)).failed.length, 2);
  clock.pass(1_000);
  const newer = { ...engine, ruleSetHash: hexOf('newer rules') };
  await findings.settle(workspaceId, judged, newer, { state: 'gone', failure: null, unread: [] });
  clock.pass(1_000);
  t.equal(await assignments.settleOwed(), 2);
  t.match(await store.scans.fetchLatest(workspaceId, lost), { verdict: 'failed', unread: [{ code: 'protocol.timeout' }] });
  t.match(await store.scans.fetchLatest(workspaceId, judged), { verdict: 'gone', ruleSetHash: newer.ruleSetHash });
  t.equal(await assignments.settleOwed(), 0);
});

t.test('an index is scanned with all its children, each platform with a visibility of its own', async (t) => {
  const it = await plane(t);
  const { store, findings, triggers, workspaceId, registry, sensor, clock } = it;
  const [index, amd, arm, base, above] = ['index', 'amd', 'arm', 'base', 'above'].map(digestOf) as [string, string, string, string, string];
  for (const child of [amd, arm]) {
    const receipt = await triggers.receivePush(registry, pushBody(registry, { 'image-digest': child, 'image-tag': '' }));
    t.equal(receipt.outcome, 'waiting');
    clock.pass(1);
  }
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': index }));
  const grant = await take(it, sensor);
  t.equal(await triggers.settle(), 0, 'two seconds have not passed');
  const children = [
    { digest: amd, platform: { os: 'linux', architecture: 'amd64' } },
    { digest: arm, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
  ];
  await findings.accept(sensor, manifestOf(grant, index, [], { shape: 'index', platform: null, children }));
  clock.pass(2_000);
  t.equal(await triggers.settle(), 2);
  const { items } = await store.events.list(workspaceId, registry.id, firstPage);
  t.same(
    items.map((event) => event.outcome),
    ['applied', 'applied', 'queued'],
  );
  await findings.accept(sensor, manifestOf(grant, amd, [base], { platform: null }));
  await findings.claim(sensor, grant, engine, [base]);
  await reportLayer(it, sensor, { digest: base, findings: [findingOf()] });
  t.equal(await store.scans.fetchLatest(workspaceId, index), null, 'a child is still missing');
  await findings.accept(sensor, manifestOf(grant, arm, [base, above], { platform: null }));
  await findings.claim(sensor, grant, engine, [base, above]);
  await reportLayer(it, sensor, { digest: above, files: ['srv/app/.env'] });
  t.match(await store.scans.fetchLatest(workspaceId, index), { verdict: 'findings', counts: { certain: 1 } });
  for (const child of [amd, arm])
    t.match(await store.scans.fetchLatest(workspaceId, child), { verdict: 'findings' }, 'each platform has a verdict of its own');
  const [incident] = (await store.incidents.list(workspaceId, {}, firstPage)).items;
  const { items: places } = await store.incidents.listOccurrences(workspaceId, incident?.id ?? '', firstPage);
  t.same(
    new Map(places.map((place) => [place.platform, place.visibility])),
    new Map([
      ['linux/amd64', 'visible'],
      ['linux/arm64/v8', 'shadowed'],
    ]),
  );
});

t.test('an index takes queued scans of its untagged children with it', async (t) => {
  const it = await plane(t);
  const { store, findings, triggers, workspaceId, registry, sensor, clock } = it;
  const [index, child, tagged] = ['index', 'child', 'tagged'].map(digestOf) as [string, string, string];
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': index }));
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': child, 'image-tag': '' }));
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': tagged, 'image-tag': 'amd64' }));
  clock.pass(2_000);
  await triggers.settle();
  t.same(await store.assignments.count(workspaceId), { pending: 3 });
  const grant = await take(it, sensor);
  const children = [child, tagged].map((digest) => ({ digest, platform: null }));
  await findings.accept(sensor, manifestOf(grant, index, [], { shape: 'index', children }));
  t.same(await store.assignments.count(workspaceId), { pending: 1, running: 1, cancelled: 1 });
});

t.test('a resolved incident comes back when another image holds its secret, and not for the same image', async (t) => {
  const it = await plane(t);
  const { store, findings, incidents, triggers, workspaceId, registry, sensor } = it;
  const base = digestOf('base');
  const scan = async (root: string) => {
    await triggers.receivePush(registry, pushBody(registry, { 'image-digest': root, 'image-tag': root.slice(7, 12) }));
    const grant = await take(it, sensor);
    await findings.accept(sensor, manifestOf(grant, root, [base]));
    await findings.claim(sensor, grant, engine, [base]);
    return grant;
  };
  await it.assignments.finish(sensor, outcomeOf(await scan(digestOf('one'))));
  await reportLayer(it, sensor, { digest: base, findings: [findingOf()] });
  const [incident] = (await store.incidents.list(workspaceId, {}, firstPage)).items;
  await incidents.act(workspaceId, incident?.id ?? '', { kind: 'assign', assignee: 'ann' }, 'token:1');
  await incidents.act(workspaceId, incident?.id ?? '', { kind: 'resolve' }, 'token:1');
  await findings.settle(workspaceId, digestOf('one'), engine);
  t.match(await store.incidents.fetch(workspaceId, incident?.id ?? ''), { status: 'resolved' });
  await scan(digestOf('two'));
  t.match(await store.incidents.fetch(workspaceId, incident?.id ?? ''), { status: 'assigned', assignee: 'ann', resolvedAt: null });
  const { items } = await store.incidents.listActivity(workspaceId, incident?.id ?? '', firstPage);
  t.same(
    items.map((activity) => activity.action),
    ['created', 'assign', 'resolve', 'reopened'],
  );
});

t.test('refuses reports out of order, without a claim, under a lost lease, or larger than they may be', async (t) => {
  const it = await plane(t);
  const { findings, assignments, triggers, registry, sensor, logged, store, workspaceId } = it;
  const layer = digestOf('layer');
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digestOf('image') }));
  const grant = await take(it, sensor);
  const page = { kind: 'layer-page', digest: layer, engine, page: 0 } as const;
  const done = { kind: 'layer-done', engine, pages: 1, summary: summaryOf(layer, 0) } as const;
  await t.rejects(findings.accept(sensor, page), { code: 'claim.missing' });
  await t.rejects(findings.accept(sensor, done), { code: 'claim.missing' });
  await t.rejects(findings.claim(sensor, grant, engine, [layer]), { code: 'protocol.frame-invalid' }, 'no manifest names it yet');
  await findings.accept(sensor, manifestOf(grant, digestOf('image'), [layer]));
  await t.rejects(findings.claim(sensor, grant, engine, [layer, digestOf('other')]), { code: 'protocol.frame-invalid' });
  await findings.claim(sensor, grant, engine, [layer]);
  await t.rejects(findings.accept(sensor, done), { code: 'protocol.out-of-order' });
  await t.rejects(findings.accept(sensor, { ...page, paths: { kind: 'files', hashes: 'AAAA' } }), { code: 'protocol.frame-invalid' });
  await t.rejects(findings.accept(sensor, { ...page, page: 10_000 }), { code: 'protocol.frame-invalid' });
  await findings.accept(sensor, { ...page, page: 9_999 });
  await t.rejects(findings.accept(sensor, { ...done, pages: 10_001 }), { code: 'protocol.frame-invalid' });
  await t.rejects(findings.accept(sensor, { ...done, summary: summaryOf(layer, 100_001) }), { code: 'protocol.frame-invalid' });
  await t.rejects(findings.accept(sensor, { ...done, summary: summaryOf(layer, 100_000) }), { code: 'protocol.out-of-order' });
  await findings.accept(sensor, page);
  await findings.accept(sensor, done);
  await findings.accept(sensor, page);
  await findings.accept(sensor, done);
  t.notOk(logged.some((line) => line.level === 'error'));
  await findings.accept(sensor, { ...page, findings: [findingOf()] });
  await findings.accept(sensor, { ...done, summary: summaryOf(layer, 1) });
  t.match(
    logged.filter((line) => line.level === 'error'),
    [{ level: 'error', message: /another result/ }],
  );
  t.match(await store.audit.list(workspaceId, firstPage), {
    items: [{ action: 'layer.conflict', actor: `sensor:${sensor.id}`, subject: layer }],
  });
  await assignments.resume(sensor, []);
  await t.rejects(findings.accept(sensor, manifestOf(grant, digestOf('image'), [layer])), { code: 'assignment.stale' });
  await t.rejects(findings.claim(sensor, grant, engine, [layer]), { code: 'assignment.stale' });
});

t.test('takes a layer of a million paths in full pages, none larger, and finds a path in it', async (t) => {
  const it = await plane(t);
  const { store, findings, triggers, workspaceId, registry, sensor } = it;
  const [base, above, root] = ['base', 'above', 'root'].map(digestOf) as [string, string, string];
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': root }));
  const grant = await take(it, sensor);
  await findings.accept(sensor, manifestOf(grant, root, [base, above]));
  await findings.claim(sensor, grant, engine, [base, above]);
  await reportLayer(it, sensor, { digest: base, findings: [findingOf()] });
  const page = { kind: 'layer-page', digest: above, engine } as const;
  const hashes = (count: number) => Buffer.concat([hashesOf(['srv/app/.env']), randomBytes((count - 1) * 8)]).toString('base64');
  const tooMany = { kind: 'files' as const, hashes: hashes(PATH_HASHES_PER_PAGE + 1) };
  await t.rejects(findings.accept(sensor, { ...page, page: 0, paths: tooMany }), { code: 'protocol.frame-invalid' });
  const since = performance.now();
  for (let at = 0; at < 16; at++)
    await findings.accept(sensor, { ...page, page: at, paths: { kind: 'files', hashes: hashes(PATH_HASHES_PER_PAGE) } });
  await findings.accept(sensor, { kind: 'layer-done', engine, pages: 16, summary: summaryOf(above, 0) });
  t.ok(performance.now() - since < 10_000, 'in seconds, on a busy machine, too');
  t.match(await store.scans.fetchLatest(workspaceId, root), { verdict: 'findings' });
  const [incident] = (await store.incidents.list(workspaceId, {}, firstPage)).items;
  t.match(await store.incidents.listOccurrences(workspaceId, incident?.id ?? '', firstPage), { items: [{ visibility: 'shadowed' }] });
});

t.test('a manifest told otherwise changes nothing and raises an alarm', async (t) => {
  const it = await plane(t);
  const { store, findings, triggers, workspaceId, registry, sensor, logged } = it;
  const root = digestOf('root');
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': root }));
  const grant = await take(it, sensor);
  await findings.accept(sensor, manifestOf(grant, root, [digestOf('layer')]));
  await findings.accept(sensor, manifestOf(grant, root, [digestOf('layer')]));
  t.notOk(logged.some((line) => line.level === 'error'));
  await findings.accept(sensor, manifestOf(grant, root, []));
  t.match(await store.audit.list(workspaceId, firstPage), { items: [{ action: 'manifest.conflict', subject: root }] });
  t.equal(await store.scans.fetchLatest(workspaceId, root), null, 'the layer is still to be read');
});

t.test('coverage counts a layer once, whatever the platforms that have it', async (t) => {
  const it = await plane(t);
  const { store, findings, triggers, workspaceId, registry, sensor } = it;
  const [index, one, two, base] = ['index', 'one', 'two', 'base'].map(digestOf) as [string, string, string, string];
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': index }));
  const grant = await take(it, sensor);
  const children = [one, two].map((digest) => ({ digest, platform: null }));
  await findings.accept(sensor, manifestOf(grant, index, [], { shape: 'index', children }));
  for (const child of [one, two]) await findings.accept(sensor, manifestOf(grant, child, [base]));
  await findings.claim(sensor, grant, engine, [base]);
  await findings.accept(sensor, { kind: 'layer-page', digest: base, engine, page: 0 });
  const coverage = { ...sumCoverage([]), entriesSeen: 3, otherEntries: 1, filesSeen: 2, filesScanned: 2, bytesSeen: 9, bytesScanned: 9 };
  await findings.accept(sensor, { kind: 'layer-done', engine, pages: 1, summary: summaryOf(base, 0, { coverage }) });
  t.match(await store.scans.fetchLatest(workspaceId, index), { verdict: 'clean', coverage });
});

t.test('only one sensor gets an assignment', async (t) => {
  const it = await plane(t);
  const { store, assignments, triggers, workspaceId, registry, sensor } = it;
  const other = await enrol(store, workspaceId);
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': digestOf('image') }));
  const [offered] = await assignments.offer(sensor, 5);
  const tries = await Promise.allSettled([assignments.accept(sensor, offered?.id ?? ''), assignments.accept(other, offered?.id ?? '')]);
  t.same(tries.map((one) => one.status).sort(), ['fulfilled', 'rejected']);
  const rejected = tries.find((one) => one.status === 'rejected');
  t.ok(rejected?.reason instanceof TidewaiterError && rejected.reason.code === 'assignment.taken');
});

t.test('a change of exclusions makes verdicts and incidents anew, and no byte is fetched for it', async (t) => {
  const it = await plane(t);
  const { store, findings, assignments, triggers, workspaceId, registry, sensor } = it;
  const [root, layer] = [digestOf('image'), digestOf('layer')];
  const inModules = findingOf({ path: 'srv/node_modules/a/.env', confidence: 'likely', fingerprints: [fingerprintOf('likely')] });
  const proven = findingOf({ path: 'srv/node_modules/b/.env', fingerprints: [fingerprintOf('certain')] });
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': root }));
  const grant = await take(it, sensor);
  await findings.accept(sensor, manifestOf(grant, root, [layer]));
  await findings.claim(sensor, grant, engine, [layer]);
  await reportLayer(it, sensor, { digest: layer, findings: [inModules, proven] });
  await assignments.finish(sensor, outcomeOf(grant));
  const preset = { findings: 1, pierced: 1, byExpression: { '/node_modules/': 1 } };
  t.match(await store.scans.fetchLatest(workspaceId, root), { verdict: 'findings', counts: { certain: 1 }, excluded: preset });
  t.match(
    await store.incidents.list(workspaceId, {}, firstPage),
    { items: [{ confidence: 'certain' }] },
    'a certain one pierces the preset',
  );
  t.same(await findings.countExcluded(workspaceId, registry.id), preset);

  const change = async (presets: readonly 'default'[], expressions: readonly string[]) => {
    await store.registries.update(workspaceId, registry.id, { exclusions: { presets, expressions } });
    t.equal(await findings.judgeAnew(), 1);
    t.equal(await findings.judgeAnew(), 0, 'once');
    t.same(await assignments.offer(sensor, 9), [], 'nobody is asked to read anything');
    const { items } = await store.incidents.list(workspaceId, { status: 'triggered' }, firstPage);
    return { scan: await store.scans.fetchLatest(workspaceId, root), open: items.map(({ confidence }) => confidence) };
  };
  t.match(await change([], []), { scan: { verdict: 'findings', counts: { certain: 1, likely: 1 } }, open: ['certain', 'likely'] });
  t.match(await change(['default'], ['^/srv/']), {
    scan: { verdict: 'clean', counts: {}, excluded: { findings: 2, pierced: 0, byExpression: { '/node_modules/': 2, '^/srv/': 2 } } },
    open: [],
  });
  t.match(await change([], ['/a/']), { scan: { verdict: 'findings', excluded: { findings: 1 } }, open: ['certain'] });
});

t.test('what one registry must report is reported, though another that holds the image hides it', async (t) => {
  const it = await plane(t);
  const { store, findings, triggers, workspaceId, registry, sensor } = it;
  const [root, layer] = [digestOf('image'), digestOf('layer')];
  const other = registryOf(workspaceId, { host: 'other', exclusions: { presets: [], expressions: [] } });
  await store.registries.create(workspaceId, other);
  await triggers.receivePush(registry, pushBody(registry, { 'image-digest': root }));
  const grant = await take(it, sensor);
  await findings.accept(sensor, manifestOf(grant, root, [layer]));
  await findings.claim(sensor, grant, engine, [layer]);
  await reportLayer(it, sensor, { digest: layer, findings: [findingOf({ path: 'node_modules/.env', confidence: 'likely' })] });
  t.match(await store.scans.fetchLatest(workspaceId, root), { verdict: 'clean' });
  const placed = { repository: 'app', digest: root, tag: 'v1', mediaType: null, pushedAt: 5 };
  await store.catalog.updateFromPush(workspaceId, other.id, placed, { repositoryId: newId() }, 5);
  await findings.settle(workspaceId, root, engine);
  t.match(await store.scans.fetchLatest(workspaceId, root), { verdict: 'findings', counts: { likely: 1 } });
  await store.registries.update(workspaceId, other.id, { deletedAt: 9 });
  await findings.settle(workspaceId, root, engine);
  t.match(await store.scans.fetchLatest(workspaceId, root), { verdict: 'clean' }, 'one that is disconnected has no say');
});
