import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  Api,
  type Connected,
  type OccurrenceView,
  type Planted,
  type PlantedImage,
  plantSecrets,
  type Pushed,
  Stage,
  summarize,
  Watcher,
} from '@tidewaiter/dev-cloud/demo';
import { buildImage, type SampleImage, writeLayout } from '@tidewaiter/dev-cloud/images';
import { leaksIn, readTree, type Sought } from './leaks.ts';
import { RecordingProxy } from './recording-proxy.ts';

let stage: Stage;
let proxy: RecordingProxy;
let connected: Connected;
let images: readonly PlantedImage[];
let planted: readonly Planted[];
const pushed: Pushed[] = [];

t.before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidewaiter-whole-run-'));
  proxy = await RecordingProxy.start();
  stage = await Stage.open({ folder, publicUrl: proxy.url, logLevel: 'debug' });
  proxy.pointTo(stage.url);
  connected = await stage.connect();
  await Promise.all([stage.startSensor('sensor-1'), stage.startSensor('sensor-2')]);
  ({ images, planted } = plantSecrets(Date.now() % 100_000));
});

async function push(repository: string, tag: string, platforms: readonly SampleImage[]): Promise<Pushed> {
  const image = await buildImage(platforms);
  const layout = join(stage.folder, 'images', repository, tag);
  await writeLayout(layout, image, tag);
  await stage.cloud.createRepository(repository).catch(() => undefined);
  const digest = await stage.cloud.putLayout(repository, tag, layout, tag);
  return { repository, tag, digest, pushedAt: Date.now() };
}

const verdictsOn = (list: readonly Pushed[]): Promise<void> =>
  new Watcher(stage.api, connected.registry.id, () => undefined).untilVerdicts(list);

t.test('every planted secret becomes exactly one incident, and nothing else does', async (t) => {
  for (const { repository, tag, platforms } of images) pushed.push(await push(repository, tag, platforms));
  await verdictsOn(pushed);
  const summary = await summarize(stage.api, connected.registry.id, pushed, planted);
  for (const place of summary.planted) t.equal(place.incidents.length, 1, `${place.detector} in ${place.place}`);
  t.strictSame(summary.unplanted, []);
  t.ok(summary.ok);
  t.ok(new Set(planted.map(({ detector }) => detector)).size >= 12, 'of at least twelve detectors');
});

t.test('two sensors pulled each distinct blob once', async (t) => {
  const served = Object.entries(await stage.cloud.blobsServed());
  t.ok(served.length > 0);
  for (const [digest, { requests, bytes }] of served) t.equal(requests, 1, `${digest} of ${bytes} bytes`);
});

t.test(
  'an image that deletes the secret of its base: deleted there, visible in its sibling, and nothing of the base pulled again',
  async (t) => {
    const [image] = images;
    const base = image?.platforms[0]?.layers[0];
    if (!base) throw new Error('the first image has a base layer');
    const cover = { entries: [{ path: 'etc/app/.wh.deploy.key' }], compression: 'gzip' as const, createdBy: 'RUN rm /etc/app/deploy.key' };
    const before = await stage.cloud.blobsServed();
    const third = await push('shop/slim', '1.0', [{ platform: { os: 'linux', architecture: 'amd64' }, layers: [base, cover] }]);
    await verdictsOn([third]);
    const key = planted.find(({ path }) => path === 'etc/app/deploy.key');
    const incidents = await stage.api.list<{ id: string; detector: string }>(`/incidents?digest=${third.digest}`);
    const incident = incidents.find(({ detector }) => detector === key?.detector);
    const occurrences = await stage.api.list<OccurrenceView>(`/incidents/${incident?.id}/occurrences`);
    t.equal(occurrences.find(({ repository }) => repository === 'shop/slim')?.visibility, 'deleted');
    t.equal(occurrences.find(({ repository }) => repository === 'shop/worker')?.visibility, 'visible');
    const after = await stage.cloud.blobsServed();
    for (const [digest, { bytes }] of Object.entries(before)) t.equal(after[digest]?.bytes, bytes, `${digest} was not pulled again`);
  },
);

/** What a push event could change, and how often a delivery was refused for its key. */
async function standing() {
  const [{ id }, { api }] = [connected.registry, stage];
  const { items, counts, rejected, rejectedByClaim } = await api.get<EventsView>(`/registries/${id}/events?limit=100`);
  const paths = [`/registries/${id}/repositories`, '/images', '/assignments', '/incidents'];
  const resources = await Promise.all(paths.map((path) => api.list<unknown>(path)));
  return { kept: { items, counts, resources }, rejections: [rejected.count, rejectedByClaim.count] };
}

interface EventsView {
  readonly items: readonly unknown[];
  readonly counts: Readonly<Record<string, number>>;
  readonly rejected: { readonly count: number };
  readonly rejectedByClaim: { readonly count: number };
}

t.test('a malformed and an oversized delivery are refused, those with a wrong key counted, too, and none changes anything', async (t) => {
  const { key } = connected.webhookKey;
  const deliver = async (body: string, headers: Readonly<Record<string, string>>): Promise<number> =>
    (await fetch(`${stage.url}/api/webhooks/ecr`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }))
      .status;
  const push = JSON.stringify(pushEvent());
  const before = await standing();
  t.ok(before.kept.resources.every((list) => list.length > 0) && before.kept.items.length > 0, 'there is something to change');
  t.equal(await deliver('{', { 'x-tidewaiter-key': key }), 400);
  t.equal(await deliver(push.padEnd(70_000), { 'x-tidewaiter-key': key }), 413);
  t.equal(await deliver(push, {}), 401);
  t.equal(await deliver(push, { 'x-tidewaiter-key': `${key}x` }), 401);
  const after = await standing();
  t.strictSame(after.kept, before.kept);
  const [named = 0, claimed = 0] = before.rejections;
  t.strictSame(after.rejections, [named + 1, claimed + 1], 'at the key it names, and at the account it claims');
});

/** A push that would be scanned: of an image that stands there, under another tag. */
function pushEvent(): unknown {
  const [account, , , region] = stage.cloud.registryHost.split('.');
  const [image] = pushed;
  const detail = {
    'action-type': 'PUSH',
    result: 'SUCCESS',
    'repository-name': image?.repository,
    'image-tag': '9',
    'image-digest': image?.digest,
  };
  return { id: crypto.randomUUID(), 'detail-type': 'ECR Image Action', source: 'aws.ecr', account, region, detail };
}

/** Of every kind of token that the product makes, all that this run made; an API token and a second webhook key are made for the search alone. */
async function tokensOfRun(): Promise<readonly Sought[]> {
  const { api, folder } = stage;
  const { token } = await api.post<{ token: string }>('/tokens', { name: 'reader', role: 'viewer', expiresAt: null });
  await new Api(`${stage.url}/api/v1`, token).get('/workspace');
  const second = await api.post<{ key: string }>(`/registries/${connected.registry.id}/webhook-keys`, {});
  const ownerToken = (await readFile(join(folder, 'owner-token'), 'utf8')).trim();
  return [
    { name: 'owner token', secret: ownerToken, keptIn: /\/owner-token$/ },
    { name: 'API token', secret: token },
    { name: 'webhook key', secret: connected.webhookKey.key },
    { name: 'second webhook key', secret: second.key },
    ...stage.enrolmentTokens.map((secret) => ({ name: 'enrolment token', secret, keptIn: /^presented/ })),
    ...proxy.assertions.map((secret) => ({ name: 'assertion of a sensor', secret, keptIn: /^presented/ })),
    { name: 'fingerprint key', secret: await readFile(join(folder, 'fingerprint.key')), keptIn: /\/fingerprint\.key$/ },
    ...(await Promise.all(['sensor-1', 'sensor-2'].map(keysOfSensor))).flat(),
  ];
}

async function keysOfSensor(name: string): Promise<readonly Sought[]> {
  const identity = JSON.parse(await readFile(join(stage.folder, name, 'identity.json'), 'utf8')) as Record<string, { d: string }>;
  return ['signingKey', 'encryptionKey'].flatMap((key) => {
    const d = identity[key]?.d ?? '';
    const place = { name: `${key} of ${name}`, keptIn: new RegExp(`/${name}/identity\\.json$`) };
    return [
      { ...place, secret: d },
      { ...place, secret: Buffer.from(d, 'base64url') },
    ];
  });
}

/** Every credential of AWS that this run used. */
async function awsCredentials(t: Test): Promise<readonly Sought[]> {
  const { credentials, forgotten } = await stage.cloud.credentials();
  t.equal(forgotten, 0, 'the cloud still knows every credential');
  const kinds = new Set(credentials.map(({ kind }) => kind));
  for (const kind of ['access-key-id', 'secret-access-key', 'session-token', 'web-identity-token', 'presigned-signature'] as const)
    t.ok(kinds.has(kind), `a ${kind} was used`);
  return credentials.map(({ kind, text }) => ({ name: kind, secret: text }));
}

t.test('the search finds a secret in every form, whatever stands around it', async (t) => {
  for (const length of [30, 31, 32]) {
    const secret = randomBytes(240).toString('base64').slice(0, length).replace(/^../, '+/');
    const around = [0, 1, 2].map((pad) => Buffer.from(`${'~'.repeat(pad)}${secret}~~~`));
    const texts = [
      `token=${secret};`,
      ...around.flatMap((bytes) => [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')]),
      encodeURIComponent(secret),
      encodeURIComponent(secret).replaceAll(/%../g, (escape) => escape.toLowerCase()),
    ].map((text, at) => ({ path: `form ${at}`, text }));
    t.strictSame(
      leaksIn(texts, [{ name: 'it', secret }]),
      texts.map(({ path }) => `${path}: it`),
    );
    t.strictSame(leaksIn(texts, [{ name: 'it', secret, keptIn: /^form/ }]), []);
    t.strictSame(leaksIn(texts, [{ name: 'another', secret: randomBytes(30).toString('base64') }]), []);
  }
});

t.test(
  'nothing the sensors sent, and no log, spool, database or work folder holds a planted secret, a token or a credential',
  async (t) => {
    const sought = [
      ...planted.map(({ detector, secret }) => ({ name: detector, secret })),
      ...(await tokensOfRun()),
      ...(await awsCredentials(t)),
    ];
    const images = join(stage.folder, 'images');
    const files = await readTree(stage.folder, (path) => path === images);
    const texts = [...files, ...proxy.sent.map((text, at) => ({ path: `frame ${at}`, text }))];
    const presented = proxy.presented.map((text, at) => ({ path: `presented ${at}`, text }));
    const paths = files.map(({ path }) => path.slice(stage.folder.length));
    for (const kind of [/\.db$/, /control-plane\.log$/, /sensor-1\.log$/, /sensor-2\.log$/, /dev-cloud\.log$/])
      t.ok(
        paths.some((path) => kind.test(path)),
        `read ${kind.source}`,
      );
    t.ok(proxy.sent.length > 20, 'the frames were read');
    t.ok(presented.length >= 4, 'two enrolments and two upgrades were read');
    t.strictSame(leaksIn([...texts, ...presented], sought), []);
    const shapes = [/eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, /X-Amz-Signature=[0-9a-f]{16}/, /ASIA[A-Z0-9]{16}/];
    for (const shape of shapes)
      t.strictSame(
        texts.filter(({ text }) => shape.test(text)).map(({ path }) => path),
        [],
        `nothing looks like ${shape.source}`,
      );
  },
);

t.test('everything ends when it is told to', async (t) => {
  const start = performance.now();
  await stage.close();
  t.ok(performance.now() - start < 15_000, 'no program had to be killed');
  await proxy.close();
  await rm(stage.folder, { recursive: true });
});
