import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { type IncidentView, type OccurrenceView, Stage, type VerdictView } from '@tidewaiter/dev-cloud/demo';
import { buildImage, type SampleLayer, writeLayout } from '@tidewaiter/dev-cloud/images';
import { createRng, secretGenerators } from '@tidewaiter/dev-cloud/samples';

/*
 * Pushes, kills at random moments and restarts, for a given time: TIDEWAITER_SOAK_MINUTES, 10 unless set. After each round the verdict is
 * there, every secret is one incident with one occurrence, and after the last one nothing is left over anywhere.
 */
const minutes = Number(process.env['TIDEWAITER_SOAK_MINUTES'] ?? 10);
/** However fast the machine is: each round leaves an image, a few rows and a process log. */
const ROUNDS_MAX = 2_000;
const VERDICT_MS_MAX = 120_000;
t.setTimeout(minutes * 60_000 + 2 * VERDICT_MS_MAX);

const seed = Date.now() % 100_000;
const rng = createRng(seed);
const secrets = secretGenerators.filter(({ detector }) => detector.startsWith('github-'));
const counts = { rounds: 0, sensorKills: 0, planeKills: 0, slowestMs: 0 };
let stage: Stage;

t.before(async () => {
  stage = await Stage.open({ folder: await mkdtemp(join(tmpdir(), 'tidewaiter-soak-')) });
  await stage.connect();
  await stage.startSensor();
});

const layer = (path: string, content: string): SampleLayer => ({
  entries: [{ path, content }],
  compression: 'gzip',
  createdBy: `COPY ${path} /`,
});

/** An image of the base that all share, and a layer with a secret of its own. */
async function push(round: number): Promise<{ readonly repository: string; readonly digest: string }> {
  const generator = secrets[round % secrets.length];
  if (!generator) throw new Error('there are generators');
  const repository = `soak/image-${round}`;
  const layers = [layer('base', 'the same'.repeat(1_000)), layer('own.env', `TOKEN=${generator.make(rng).secret}\n`)];
  const layout = join(stage.folder, 'images', String(round));
  await writeLayout(layout, await buildImage([{ platform: { os: 'linux', architecture: 'amd64' }, layers }]), 'latest');
  await stage.cloud.createRepository(repository);
  return { repository, digest: await stage.cloud.putLayout(repository, 'latest', layout, 'latest') };
}

/** Nothing, the sensor, the control plane or both, at a random moment of the way. */
async function disturb(): Promise<void> {
  await sleep(Math.random() * 600);
  const dice = Math.random();
  if (dice > 0.25 && dice < 0.75) {
    counts.sensorKills++;
    await stage.program('sensor').kill();
  }
  if (dice > 0.5) {
    counts.planeKills++;
    await stage.program('control-plane').kill();
    await sleep(Math.random() * 500);
    await stage.startControlPlane();
  }
  if (!stage.program('sensor').isRunning) await stage.startSensor();
}

async function verdictOn(digest: string): Promise<VerdictView> {
  const deadline = Date.now() + VERDICT_MS_MAX;
  while (Date.now() < deadline) {
    const answer = await stage.api.get<VerdictView | { readonly state: string }>(`/verdicts/${digest}?waitSeconds=5`).catch(() => null);
    if (answer && 'verdict' in answer) return answer;
    await sleep(100);
  }
  throw new Error(`no verdict on ${digest} within ${VERDICT_MS_MAX / 1_000} s (seed ${seed})`);
}

async function assertOnce(t: Test, { repository, digest }: { readonly repository: string; readonly digest: string }): Promise<void> {
  const { verdict, coverage } = await verdictOn(digest);
  t.match([verdict, coverage.complete], ['findings', true], repository);
  const incidents = await stage.api.list<IncidentView>(`/incidents?digest=${digest}`);
  t.equal(incidents.length, 1, 'one incident');
  const occurrences = await stage.api.list<OccurrenceView>(`/incidents/${incidents[0]?.id}/occurrences`);
  t.strictSame(
    occurrences.map((occurrence) => `${occurrence.repository} ${occurrence.location.path}`),
    [`${repository} own.env`],
  );
  t.equal((await stage.api.list(`/scans?digest=${digest}`)).length, 1, 'one verdict');
}

t.test(`for ${minutes} minutes every push becomes one verdict and one incident, whatever is killed`, async (t) => {
  const end = Date.now() + minutes * 60_000;
  while (Date.now() < end && counts.rounds < ROUNDS_MAX) {
    const start = Date.now();
    const pushed = await push(counts.rounds);
    await disturb();
    await assertOnce(t, pushed);
    counts.slowestMs = Math.max(counts.slowestMs, Date.now() - start);
    counts.rounds++;
  }
  t.ok(counts.rounds > 0);
  t.comment(`seed ${seed}: ${JSON.stringify(counts)}`);
});

t.test('nothing is left over: no work at hand, no report in the spool, an incident for each secret', async (t) => {
  const isLive = ({ state }: { readonly state: string }): boolean => ['pending', 'offered', 'running'].includes(state);
  const deadline = Date.now() + VERDICT_MS_MAX;
  while ((await stage.api.list<{ state: string }>('/assignments')).some(isLive)) {
    if (Date.now() > deadline) throw new Error('work never ends');
    await sleep(200);
  }
  t.equal((await stage.api.list('/incidents')).length, counts.rounds);
  await stage.close();
  const spool = await readdir(join(stage.folder, 'sensor', 'spool'), { recursive: true });
  t.strictSame(
    spool.filter((name) => name.endsWith('.json')),
    [],
  );
  await rm(stage.folder, { recursive: true });
});
