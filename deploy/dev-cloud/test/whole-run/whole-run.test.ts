import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import {
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
import { leaksIn, readTree } from './leaks.ts';
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

t.test('a malformed, an oversized and a keyless webhook delivery are refused and counted, and change nothing', async (t) => {
  const deliver = (body: string, key: string): Promise<Response> =>
    fetch(`${stage.url}/api/webhooks/ecr`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-tidewaiter-key': key },
      body,
    });
  t.equal((await deliver('{', connected.webhookKey.key)).status, 400);
  t.equal((await deliver(JSON.stringify({ pad: 'x'.repeat(70_000) }), connected.webhookKey.key)).status, 413);
  t.equal((await deliver('{}', 'twk_wrong')).status, 401);
});

t.test('nothing the sensors sent, and no log, spool, database or work folder holds a planted secret or a token', async (t) => {
  const keptByPurpose = /\/(images|owner-token|fingerprint\.key|key-encryption-key|policy\.json)(\/|$)/;
  const files = await readTree(stage.folder, (path) => keptByPurpose.test(path.slice(stage.folder.length)));
  const texts = [...files, ...proxy.sent.map((text, at) => ({ path: `frame ${at}`, text }))];
  t.ok(
    files.some(({ path }) => path.endsWith('.db')),
    'the database was read',
  );
  t.ok(proxy.sent.length > 20, 'the frames were read');
  const ownerToken = (await readFile(join(stage.folder, 'owner-token'), 'utf8')).trim();
  const tokens = [
    { name: 'owner token', text: ownerToken },
    { name: 'webhook key', text: connected.webhookKey.key },
    ...stage.enrolmentTokens.map((text) => ({ name: 'enrolment token', text })),
  ];
  const secrets = planted.map(({ detector, secret }) => ({ name: detector, text: secret }));
  t.strictSame(leaksIn(texts, [...secrets, ...tokens]), []);
  const shapes = [/eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, /X-Amz-Signature=[0-9a-f]{16}/, /ASIA[A-Z0-9]{16}/];
  for (const shape of shapes)
    t.strictSame(
      texts.filter(({ text }) => shape.test(text)).map(({ path }) => path),
      [],
      `nothing looks like ${shape.source}`,
    );
});

t.test('everything ends when it is told to', async (t) => {
  const start = performance.now();
  await stage.close();
  t.ok(performance.now() - start < 15_000, 'no program had to be killed');
  await proxy.close();
  await rm(stage.folder, { recursive: true });
});
