import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { type AssignmentView, type IncidentView, Stage, type VerdictView } from '@tidewaiter/dev-cloud/demo';
import { buildImage, type SampleLayer, writeLayout } from '@tidewaiter/dev-cloud/images';
import { createRng, secretGenerators } from '@tidewaiter/dev-cloud/samples';
import { RecordingProxy } from '../test/whole-run/recording-proxy.ts';
import { FastClock, WallClock } from './clocks.ts';

/* Clocks that jump, and a control plane that is away for an hour, told to the real programs by libfaketime. */
t.setTimeout(400_000);
const rng = createRng(Date.now() % 100_000);
const [generator] = secretGenerators;
if (!generator) throw new Error('there are generators');
const HOUR_SECONDS = 3_600;

/** The layers of every image that was pushed. */
const layerDigests = new Set<string>();

/** Pushes an image of two layers, with a secret in one of them; returns its digest. */
async function push(stage: Stage, repository: string): Promise<string> {
  const layer = (path: string, content: string): SampleLayer => ({ entries: [{ path, content }], compression: 'gzip', createdBy: 'COPY' });
  const layers = [layer('name', repository), layer('own.env', generator?.make(rng).text ?? '')];
  const layout = join(stage.folder, 'images', repository);
  const image = await buildImage([{ platform: { os: 'linux', architecture: 'amd64' }, layers }]);
  const manifest = JSON.parse(image.root.bytes.toString()) as { readonly layers: readonly { readonly digest: string }[] };
  for (const { digest } of manifest.layers) layerDigests.add(digest);
  await writeLayout(layout, image, 'latest');
  await stage.cloud.createRepository(repository);
  return stage.cloud.putLayout(repository, 'latest', layout, 'latest');
}

/** One verdict, one incident, all read. */
async function assertOnce(t: Test, stage: Stage, digest: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const answer = await stage.api.get<VerdictView | { readonly state: string }>(`/verdicts/${digest}`).catch(() => null);
    if (answer && 'verdict' in answer) {
      t.match(answer, { verdict: 'findings', coverage: { complete: true } });
      break;
    }
    if (Date.now() > deadline) throw new Error(`no verdict on ${digest}: ${JSON.stringify(answer)}`);
    await sleep(100);
  }
  t.equal((await stage.api.list<IncidentView>(`/incidents?digest=${digest}`)).length, 1, 'one incident');
  t.equal((await stage.api.list(`/scans?digest=${digest}`)).length, 1, 'one verdict');
}

const logOf = (stage: Stage, program: string): Promise<string> => readFile(join(stage.folder, `${program}.log`), 'utf8');

/** Waits until the log matches beyond its first `from` characters. */
async function says(stage: Stage, program: string, pattern: RegExp, from: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (pattern.test((await logOf(stage, program)).slice(from))) return;
    await sleep(100);
  }
  throw new Error(`${program} never said ${pattern}: ${await logOf(stage, program)}`);
}

t.test('wall clocks that jump', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tidewaiter-clocks-'));
  const clocks = { sensor: new WallClock(join(folder, 'sensor.clock')), plane: new WallClock(join(folder, 'plane.clock')) };
  const environmentOf = (program: string): Readonly<Record<string, string>> =>
    ({ sensor: clocks.sensor.environment, 'control-plane': clocks.plane.environment })[program] ?? {};
  const stage = await Stage.open({ folder, environment: environmentOf });
  t.teardown(async () => {
    await stage.close();
    await rm(folder, { recursive: true });
  });
  await stage.connect();
  await stage.startSensor();

  await assertOnce(t, stage, await push(stage, 'before/the-jumps'));

  for (const [name, clock] of [
    ['control plane', clocks.plane],
    ['sensor', clocks.sensor],
  ] as const)
    for (const [at, seconds] of [HOUR_SECONDS, -HOUR_SECONDS, 0].entries())
      await t.test(`the clock of the ${name} jumps to ${seconds} s: the push is scanned, once`, async (t) => {
        const digest = await push(stage, `${name.replace(' ', '-')}/image-${at}`);
        clock.move(seconds);
        await assertOnce(t, stage, digest);
        t.ok(stage.program('sensor').isRunning && stage.program('control-plane').isRunning);
      });

  await t.test('a sensor whose clock is an hour off is told so when it connects, and works once the clock is right', async (t) => {
    const { length } = await logOf(stage, 'sensor');
    clocks.sensor.move(HOUR_SECONDS);
    await stage.program('control-plane').kill();
    const digest = await push(stage, 'clock/off');
    await stage.startControlPlane();
    await says(stage, 'sensor', /"code":"auth\.invalid".*clock/, length);
    clocks.sensor.move(0);
    await assertOnce(t, stage, digest);
  });
});

t.test('the control plane is away for an hour: what was read is reported, what was pushed is scanned, nothing is read twice', async (t) => {
  const clock = await FastClock.start();
  const proxy = await RecordingProxy.start();
  const folder = await mkdtemp(join(tmpdir(), 'tidewaiter-hour-'));
  const stage = await Stage.open({ folder, publicUrl: proxy.url, environment: () => clock.environment });
  proxy.pointTo(stage.url);
  t.teardown(async () => {
    await stage.close();
    await proxy.close();
    await clock.stop();
    await rm(folder, { recursive: true });
  });
  await stage.connect();
  await stage.startSensor();
  await assertOnce(t, stage, await push(stage, 'before/it-goes'));

  const gone = new Promise<void>((resolve) => {
    proxy.hook = (direction, { type }) => {
      if (direction === 'to-sensor' && type === 'claimed') setTimeout(() => void stage.program('control-plane').kill().then(resolve), 5);
      return undefined;
    };
  });
  const underWay = await push(stage, 'while/at-work');
  await gone;
  proxy.hook = () => undefined;
  const meanwhile = await push(stage, 'while/away');
  await sleep((HOUR_SECONDS * 1_000) / FastClock.FACTOR);
  t.ok(stage.program('sensor').isRunning, 'the sensor waits for it');
  await stage.startControlPlane();
  await assertOnce(t, stage, underWay);
  await assertOnce(t, stage, meanwhile);

  const served = Object.entries(await stage.cloud.blobsServed()).filter(([blob]) => layerDigests.has(blob));
  t.equal(served.length, 6, 'the layers of three images');
  for (const [layer, { complete }] of served) t.equal(complete, 1, `${layer} was read once`);
  const isLive = ({ state }: AssignmentView): boolean => ['offered', 'running'].includes(state);
  const scans = (await stage.api.list<AssignmentView>('/assignments')).filter(({ kind }) => kind === 'scan');
  t.strictSame(scans.filter(isLive), [], 'no scan is left over');
  const times = (await logOf(stage, 'sensor'))
    .split('\n')
    .filter((line) => /the session (begins|ended)/.test(line))
    .map((line) => Date.parse((JSON.parse(line) as { time: string }).time));
  const longest = Math.max(...times.slice(1).map((time, at) => time - (times[at] ?? time)));
  t.ok(longest >= HOUR_SECONDS * 1_000, `by its own clock the sensor was alone for ${Math.round(longest / 60_000)} minutes`);
});
