import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { type Connected, type IncidentView, type OccurrenceView, Stage, type VerdictView } from '@tidewaiter/dev-cloud/demo';
import { buildImage, writeLayout } from '@tidewaiter/dev-cloud/images';
import { createRng, secretGenerators } from '@tidewaiter/dev-cloud/samples';
import { type FrameHook, RecordingProxy } from './recording-proxy.ts';

/** A sensor that lost its control plane several times in a row stays away longer each time; an offer that got lost is made again after 20 s. */
const VERDICT_MS_MAX = 90_000;
/** A layer of the images here has some 200 bytes. */
const TRICKLE_BYTES_PER_SECOND = 100;
const MID_LAYER_MS = 500;
t.setTimeout(600_000);
const rng = createRng(Date.now() % 100_000);
const secretOf = (detector: string): string => {
  const generator = secretGenerators.find((candidate) => candidate.detector === detector);
  if (!generator) throw new Error(`no generator for ${detector}`);
  return generator.make(rng).secret;
};

let stage: Stage;
let proxy: RecordingProxy;
let connected: Connected;
let image = 0;

t.before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidewaiter-kill-'));
  proxy = await RecordingProxy.start();
  stage = await Stage.open({ folder, publicUrl: proxy.url });
  proxy.pointTo(stage.url);
  connected = await stage.connect();
  await stage.startSensor();
});

/** Pushes an image of two layers, each with a secret of its own; returns its digest. */
async function pushImage(): Promise<{ readonly repository: string; readonly digest: string }> {
  image++;
  const repository = `kill/image-${image}`;
  const layer = (path: string) => ({
    entries: [{ path, content: `TOKEN=${secretOf('github-pat')}\n` }],
    compression: 'gzip' as const,
    createdBy: `COPY ${path} /`,
  });
  const layout = join(stage.folder, repository);
  await writeLayout(
    layout,
    await buildImage([{ platform: { os: 'linux', architecture: 'amd64' }, layers: [layer('one.env'), layer('two.env')] }]),
    'latest',
  );
  await stage.cloud.createRepository(repository);
  return { repository, digest: await stage.cloud.putLayout(repository, 'latest', layout, 'latest') };
}

/** Resolves when the first frame of this kind is on its way; the frame waits until `then` is done. */
function atFrame(
  direction: 'from-sensor' | 'to-sensor',
  matches: (frame: Parameters<FrameHook>[1]) => boolean,
  then: () => Promise<boolean | undefined>,
): Promise<void> {
  return new Promise((resolve) => {
    proxy.hook = (from, frame) => {
      if (from !== direction || !matches(frame)) return undefined;
      proxy.hook = () => undefined;
      return then().then((passes) => {
        resolve();
        return passes;
      });
    };
  });
}

const isReport =
  (kind: string) =>
  (frame: Parameters<FrameHook>[1]): boolean =>
    frame.type === 'report' && (frame.body['report'] as { kind: string }).kind === kind;

async function verdictOn(digest: string): Promise<VerdictView> {
  const deadline = Date.now() + VERDICT_MS_MAX;
  while (Date.now() < deadline) {
    const answer = await stage.api.get<VerdictView | { readonly state: string }>(`/verdicts/${digest}?waitSeconds=20`).catch(() => null);
    if (answer && 'verdict' in answer) return answer;
    await sleep(100);
  }
  throw new Error(`no verdict on ${digest}`);
}

/** One verdict, each secret one incident with one occurrence, nothing more. */
async function assertOnce(t: Test, { repository, digest }: { readonly repository: string; readonly digest: string }): Promise<void> {
  const verdict = await verdictOn(digest);
  t.equal(verdict.verdict, 'findings');
  t.equal(verdict.coverage.complete, true);
  const incidents = await stage.api.list<IncidentView>(`/incidents?digest=${digest}`);
  t.equal(incidents.length, 2, 'one incident for each secret');
  const occurrences = (await Promise.all(incidents.map(({ id }) => stage.api.list<OccurrenceView>(`/incidents/${id}/occurrences`)))).flat();
  t.strictSame(occurrences.map((occurrence) => `${occurrence.repository} ${occurrence.location.path}`).toSorted(), [
    `${repository} one.env`,
    `${repository} two.env`,
  ]);
  const scans = await stage.api.list(`/scans?digest=${digest}`);
  t.equal(scans.length, 1, 'one verdict');
  await untilIdle();
}

/** The next kill must hit its own image's frames: what is left of this one is waited for. */
async function untilIdle(): Promise<void> {
  const isLive = ({ state }: { readonly state: string }): boolean => ['pending', 'offered', 'running'].includes(state);
  while ((await stage.api.list<{ state: string }>('/assignments')).some(isLive)) await sleep(100);
}

const sensorKills: readonly { readonly name: string; readonly when: () => Promise<void> }[] = [
  {
    name: 'when it has accepted',
    when: () =>
      atFrame('to-sensor', ({ type, body }) => type === 'accepted' && (body['task'] as { kind: string }).kind === 'scan', killSensor),
  },
  { name: 'in the middle of a layer', when: () => midLayer(killSensor) },
  { name: 'before a layer is acknowledged', when: () => atFrame('from-sensor', isReport('layer-done'), killSensor) },
  { name: 'before its outcome is acknowledged', when: () => atFrame('from-sensor', isReport('outcome'), killSensor) },
  { name: 'after its outcome was taken, before it knows', when: killBeforeAckOfOutcome },
];

/** A layer's download trickles once it is claimed, so that it is surely under way when the program is killed. */
async function midLayer(kill: () => Promise<boolean>): Promise<void> {
  await atFrame(
    'to-sensor',
    ({ type }) => type === 'claimed',
    async () => {
      await stage.cloud.setFault({ kind: 'slow', bytesPerSecond: TRICKLE_BYTES_PER_SECOND, count: 1 });
      return true;
    },
  );
  let isDone = false;
  proxy.hook = (_from, frame) => {
    isDone ||= isReport('layer-done')(frame);
    return undefined;
  };
  await sleep(MID_LAYER_MS);
  await kill();
  proxy.hook = () => undefined;
  if (isDone) throw new Error('the layer was read before the program was killed');
}

async function killSensor(): Promise<boolean> {
  await stage.program('sensor').kill();
  return false;
}

/** Lets the outcome through, and kills the sensor when the answer to it comes back. */
async function killBeforeAckOfOutcome(): Promise<void> {
  await atFrame('from-sensor', isReport('outcome'), async () => true);
  await atFrame('to-sensor', ({ type }) => type === 'ack', killSensor);
}

for (const { name, when } of sensorKills) {
  t.test(`kill -9 of the sensor ${name}: one verdict, nothing lost or doubled`, async (t) => {
    const killed = when();
    const pushed = await pushImage();
    await killed;
    while (stage.program('sensor').isRunning) await sleep(20);
    await stage.startSensor();
    await assertOnce(t, pushed);
  });
}

const controlPlaneKills: readonly { readonly name: string; readonly when: () => Promise<void> }[] = [
  { name: 'before it answers an accept', when: () => atFrame('from-sensor', ({ type }) => type === 'accept', killControlPlane) },
  { name: 'in the middle of a layer', when: () => midLayer(killControlPlane) },
  { name: 'before it has a layer', when: () => atFrame('from-sensor', isReport('layer-done'), killControlPlane) },
  { name: 'before it has the outcome', when: () => atFrame('from-sensor', isReport('outcome'), killControlPlane) },
  {
    name: 'after it took a report, before the sensor knows',
    when: () => atFrame('to-sensor', ({ type }) => type === 'ack', killControlPlane),
  },
];

async function killControlPlane(): Promise<boolean> {
  await stage.program('control-plane').kill();
  return false;
}

for (const { name, when } of controlPlaneKills) {
  t.test(`kill -9 of the control plane ${name}: one verdict, nothing lost or doubled`, async (t) => {
    const killed = when();
    const pushed = await pushImage();
    await killed;
    await stage.startControlPlane();
    await assertOnce(t, pushed);
  });
}

t.test('a lost push event is made good by the next listing', async (t) => {
  await stage.cloud.setFault({ kind: 'lostEvent', count: 1 });
  const pushed = await pushImage();
  await stage.api.post(`/registries/${connected.registry.id}/sync`, {});
  await assertOnce(t, pushed);
});

t.test('everything ends when it is told to', async (t) => {
  const ended = performance.now();
  await stage.close();
  t.ok(performance.now() - ended < 10_000, 'no program had to be killed');
  await proxy.close();
  await rm(stage.folder, { recursive: true });
});
