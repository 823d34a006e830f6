import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import t from 'tap';
import { type Connected, type IncidentView, type OccurrenceView, Stage, Watcher, type Workspace } from '@tidewaiter/dev-cloud/demo';
import { buildImage, type SampleLayer, writeLayout } from '@tidewaiter/dev-cloud/images';
import { createRng, secretGenerators } from '@tidewaiter/dev-cloud/samples';
import { RecordingProxy } from './recording-proxy.ts';

/*
 * Two workspaces of one control plane that share an account, an image digest and a layer. Each has its own connection, role and sensor;
 * the sensors even share the fingerprint key, so that the same secret has the same fingerprint on both sides.
 */
t.setTimeout(300_000);

interface Side {
  readonly workspace: Workspace;
  readonly connected: Connected;
}

const rng = createRng(Date.now() % 100_000);
const [generator] = secretGenerators;
if (!generator) throw new Error('there are generators');
const base: SampleLayer = {
  entries: [{ path: 'app/base.env', content: `TOKEN=${generator.make(rng).secret}\n` }],
  compression: 'gzip',
  createdBy: 'COPY base.env /app/',
};

let proxy: RecordingProxy;
let stage: Stage;
let first: Side;
let second: Side;
let digest: string;
/** The `sub` of every token that was minted. */
const subjects = new Set<string>();

t.before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidewaiter-workspaces-'));
  proxy = await RecordingProxy.start();
  proxy.hook = (direction, { type, body }) => {
    if (direction === 'to-sensor' && type === 'token') subjects.add(decodeJwt(String(body['token'])).sub ?? '');
    return undefined;
  };
  stage = await Stage.open({ folder, publicUrl: proxy.url });
  proxy.pointTo(stage.url);
});

/** Pushes an image of the shared base layer and one of its own; returns its digest. */
async function push(repository: string): Promise<string> {
  const own: SampleLayer = { entries: [{ path: 'app/name', content: repository }], compression: 'gzip', createdBy: 'RUN name' };
  const image = await buildImage([{ platform: { os: 'linux', architecture: 'amd64' }, layers: [base, own] }]);
  const layout = join(stage.folder, 'images', repository);
  await writeLayout(layout, image, 'latest');
  await stage.cloud.createRepository(repository);
  return stage.cloud.putLayout(repository, 'latest', layout, 'latest');
}

async function connect(workspace: Workspace): Promise<Side> {
  const connected = await stage.connect(workspace);
  await stage.startSensor(`sensor-${workspace.name}`, workspace);
  return { workspace, connected };
}

const verdictIn = ({ workspace, connected }: Side, repository: string, digest: string): Promise<void> =>
  new Watcher(workspace.api, connected.registry.id, () => undefined).untilVerdicts([{ repository, tag: 'latest', digest, pushedAt: 0 }]);

const statusOf = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => '2xx',
    (error: unknown) => /answered (\d+)/.exec(String(error))?.[1] ?? String(error),
  );

t.test('a workspace knows nothing of what another one has scanned', async (t) => {
  first = await connect(stage.workspace);
  digest = await push('shop/web');
  await verdictIn(first, 'shop/web', digest);
  const workspace = await stage.createWorkspace('second');
  t.equal(await statusOf(workspace.api.get(`/scans/${digest}`)), '404');
  const unheardOf = await workspace.api.get(`/verdicts/sha256:${'0'.repeat(64)}`);
  t.strictSame(await workspace.api.get(`/verdicts/${digest}`), unheardOf, 'as of a digest that nobody has');
  for (const list of ['registries', 'images', 'scans', 'assignments', 'incidents', 'sensors', 'enrolment-tokens'])
    t.strictSame(await workspace.api.list(`/${list}`), [], list);
  second = await connect(workspace);
});

t.test('each pulls every blob for itself, once', async (t) => {
  await verdictIn(second, 'shop/web', digest);
  const other = await push('shop/api');
  await Promise.all([first, second].map((side) => verdictIn(side, 'shop/api', other)));
  for (const [blob, { requests }] of Object.entries(await stage.cloud.blobsServed())) t.equal(requests, 2, blob);
});

t.test('each has its own trust, its own subject, and its own role', async (t) => {
  const wanted = [first, second].map(({ connected }) => connected.trust.subject);
  t.equal(new Set(wanted).size, 2);
  t.strictSame(subjects, new Set(wanted));
  t.not(first.connected.webhookKey.key, second.connected.webhookKey.key);
});

t.test('the same secret is an incident in each, with the occurrences of that workspace only', async (t) => {
  const sides = await Promise.all(
    [first, second].map(async (side) => {
      const [incident, ...more] = await side.workspace.api.list<IncidentView>('/incidents');
      if (!incident) throw new Error('there is an incident');
      t.strictSame(more, []);
      const occurrences = await side.workspace.api.list<OccurrenceView>(`/incidents/${incident.id}/occurrences`);
      t.strictSame(occurrences.map(({ repository }) => repository).toSorted(), ['shop/api', 'shop/web']);
      t.equal((await side.workspace.api.list(`/scans?digest=${digest}`)).length, 1);
      return { incident, api: side.workspace.api };
    }),
  );
  const [one, two] = sides;
  t.equal(one?.incident.fingerprint, two?.incident.fingerprint, 'under one key it has one fingerprint');
  t.not(one?.incident.id, two?.incident.id);
  await one?.api.post(`/incidents/${one.incident.id}/resolve`, {});
  t.match(await two?.api.get(`/incidents/${two.incident.id}`), { status: 'triggered' }, 'what one resolves is open in the other');
});

t.test('an event is stored and counted by the webhook it came to', async (t) => {
  const eventsOf = ({ workspace, connected }: Side) =>
    workspace.api.get<{ items: readonly { readonly eventId: string }[] }>(`/registries/${connected.registry.id}/events`);
  const [one, two] = await Promise.all([eventsOf(first), eventsOf(second)]);
  t.equal(one.items.length, 2, 'both pushes');
  t.equal(two.items.length, 1, 'the one since it was connected');
  t.ok(one.items.some(({ eventId }) => eventId === two.items[0]?.eventId));
});

/** What a call needs besides its path, or a change would be refused before the id is looked at. */
const bodies: Readonly<Record<string, unknown>> = {
  'PATCH /registries/{id}': { intervalSeconds: 1_800 },
  'PATCH /repositories/{id}': { watched: false },
  'POST /incidents/{id}/notes': { text: 'x' },
  'POST /incidents/{id}/assign': { assignee: 'x' },
  'POST /incidents/{id}/ignore': { reason: 'low-risk' },
  'POST /registries/{id}/exclusions/test': { paths: ['x'] },
  'POST /sensors/{id}/revoke': {},
};
/** Asked by digest, which both have: the first test asks for one that only one of them has. */
const byDigest = ['/scans/{digest}', '/verdicts/{digest}'];

/** The paths of every operation that takes an id, with ids of this side. */
async function routesOf({ workspace, connected }: Side): Promise<readonly { method: string; template: string; path: string }[]> {
  const document = (await (await fetch(`${stage.url}/api/v1/openapi.json`)).json()) as { paths: Record<string, Record<string, unknown>> };
  const registry = `/registries/${connected.registry.id}`;
  const lists: Readonly<Record<string, string>> = { repositories: `${registry}/repositories`, keyId: `${registry}/webhook-keys` };
  const idOf = async (list: string): Promise<string> => {
    const [item] = await workspace.api.list<{ readonly id: string }>(lists[list] ?? `/${list}`);
    if (!item) throw new Error(`${list} is empty`);
    return item.id;
  };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), template: path.replace('/api/v1', '') })),
  );
  return Promise.all(
    operations
      .filter(({ template }) => template.includes('{') && !byDigest.includes(template))
      .map(async (operation) => {
        const list = operation.template.split('/')[1] ?? '';
        const keyId = operation.template.includes('{keyId}') ? await idOf('keyId') : '';
        return { ...operation, path: operation.template.replace('{id}', await idOf(list)).replace('{keyId}', keyId) };
      }),
  );
}

t.test('every route of the API document that takes an id is 404 with an id of the other workspace', async (t) => {
  for (const [mine, theirs] of [
    [first, second],
    [second, first],
  ] as const) {
    const routes = await routesOf(theirs);
    t.ok(routes.length >= 24, `${routes.length} routes`);
    const before = await snapshotOf(theirs);
    for (const { method, template, path } of routes)
      t.equal(await statusOf(mine.workspace.api.send(method, path, bodies[`${method} ${template}`])), '404', `${method} ${template}`);
    const scan = { registryId: theirs.connected.registry.id };
    t.equal(await statusOf(mine.workspace.api.post('/scans', scan)), '404', 'a scan of its registry');
    t.equal(await statusOf(mine.workspace.api.post('/enrolment-tokens', { registryIds: [scan.registryId] })), '400', 'a sensor for it');
    for (const path of [`/images?registryId=${scan.registryId}`, `/assignments?registryId=${scan.registryId}`])
      t.strictSame(await mine.workspace.api.list(path), [], path);
    t.strictSame(await snapshotOf(theirs), before, 'and nothing has changed');
  }
});

/** What a call from outside might have changed. */
async function snapshotOf({ workspace: { api }, connected: { registry } }: Side): Promise<unknown> {
  const { updatedAt: _changes, ...rest } = await api.get<{ readonly updatedAt?: string }>(`/registries/${registry.id}`);
  const sensors = await api.list<{ readonly id: string; readonly state?: string }>('/sensors');
  return {
    registry: JSON.stringify(rest).replaceAll(/"[^"]*(At|seen)":"[^"]*"/gi, ''),
    keys: (await api.list(`/registries/${registry.id}/webhook-keys`)).length,
    repositories: await api.list(`/registries/${registry.id}/repositories`),
    incidents: await api.list('/incidents'),
    assignments: (await api.list<{ readonly id: string }>('/assignments')).map(({ id }) => id),
    tokens: (await api.list<{ readonly id: string }>('/tokens')).map(({ id }) => id),
    enrolments: (await api.list<{ readonly id: string }>('/enrolment-tokens')).map(({ id }) => id),
    sensors: sensors.map(({ id, state }) => [id, state]),
  };
}

t.test('neither workspace’s lists hold an id of the other', async (t) => {
  for (const list of ['registries', 'images', 'scans', 'assignments', 'incidents', 'sensors', 'enrolment-tokens', 'tokens', 'audit']) {
    const [one = [], two = []] = await Promise.all(
      [first, second].map(async ({ workspace }) => {
        const items = await workspace.api.list<{ readonly id?: string; readonly repositoryId?: string }>(`/${list}`);
        return items.map(({ id, repositoryId }) => id ?? repositoryId);
      }),
    );
    t.ok(one.length > 0 && two.length > 0, `${list} has items on both sides`);
    t.strictSame(
      one.filter((id) => two.includes(id)),
      [],
      list,
    );
  }
});

t.test('everything ends when it is told to', async (t) => {
  const start = performance.now();
  await stage.close();
  t.ok(performance.now() - start < 15_000, 'no program had to be killed');
  await proxy.close();
  await rm(stage.folder, { recursive: true });
});
