import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type AssignmentView, type Connected, Stage, Watcher } from '@tidewaiter/dev-cloud/demo';
import { buildImage, type SampleLayer, writeLayout } from '@tidewaiter/dev-cloud/images';
import { createRng, secretGenerators } from '@tidewaiter/dev-cloud/samples';

/* Two sensors of one registry, real programs, whose own policy files allow other repositories. */
t.setTimeout(300_000);

const rng = createRng(Date.now() % 100_000);
const [generator] = secretGenerators;
if (!generator) throw new Error('there are generators');
const { secret } = generator.make(rng);
const policies: Record<string, readonly string[]> = { narrow: ['tools/*'], wide: ['shop/*'] };

let stage: Stage;
let connected: Connected;

t.before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidewaiter-refusals-'));
  stage = await Stage.open({ folder, policy: (sensor) => ({ repositories: policies[sensor] ?? [] }) });
  connected = await stage.connect();
  for (const name of ['narrow', 'wide']) await stage.startSensor(name);
});

t.teardown(async () => {
  await stage.close();
  await rm(stage.folder, { recursive: true, force: true });
});

async function push(repository: string): Promise<string> {
  const layer: SampleLayer = { entries: [{ path: 'app/.env', content: `TOKEN=${secret}\n` }], compression: 'gzip', createdBy: 'COPY .env' };
  const name: SampleLayer = { entries: [{ path: 'name', content: repository }], compression: 'gzip', createdBy: 'RUN name' };
  const image = await buildImage([{ platform: { os: 'linux', architecture: 'amd64' }, layers: [layer, name] }]);
  const layout = join(stage.folder, 'images', repository);
  await writeLayout(layout, image, 'latest');
  await stage.cloud.createRepository(repository);
  return stage.cloud.putLayout(repository, 'latest', layout, 'latest');
}

/** The work on a digest once all of it has ended. */
async function worked(repository: string, digest: string): Promise<readonly AssignmentView[]> {
  const watcher = new Watcher(stage.api, connected.registry.id, () => undefined);
  await watcher.untilVerdicts([{ repository, tag: 'latest', digest, pushedAt: 0 }]);
  return stage.api.list<AssignmentView>(`/assignments?digest=${digest}`);
}

const verdictOn = async (digest: string): Promise<string> => (await stage.api.get<{ verdict: string }>(`/verdicts/${digest}`)).verdict;

t.test('what a sensor’s policy file refuses the other sensor does, and the line that is missing is shown', async (t) => {
  const refused: AssignmentView[] = [];
  // Whichever sensor is free is offered the work first.
  for (let image = 1; image <= 8 && refused.length === 0; image++) {
    const repository = `shop/image-${image}`;
    const digest = await push(repository);
    const [work, ...more] = await worked(repository, digest);
    t.match([work, more], [{ state: 'succeeded', failure: null }, []], 'one assignment, done');
    t.equal(await verdictOn(digest), 'findings');
    if (work && work.refusals.length > 0) refused.push(work);
  }
  const [work] = refused;
  t.match(work?.refusals, [{ sensorName: 'narrow', failure: { code: 'policy.refused', remedy: /add to repositories .*"shop\/image-/ } }]);
  t.equal(work?.attempt, 2);
});

t.test('what both refuse fails with both lines, and is done when a sensor comes back with another policy', async (t) => {
  const digest = await push('vault/app');
  const [failed] = await worked('vault/app', digest);
  t.match(failed, { state: 'failed', attempt: 2, failure: { code: 'policy.refused', remedy: /"vault\/app"/ } });
  t.strictSame(failed?.refusals.map(({ sensorName }) => sensorName).toSorted(), ['narrow', 'wide']);
  t.equal(await verdictOn(digest), 'failed');
  policies['narrow'] = ['tools/*', 'vault/*'];
  await stage.program('narrow').stop();
  await stage.startSensor('narrow');
  const asked = { registryId: connected.registry.id, repository: 'vault/app', digest };
  const { assignmentIds } = await stage.api.post<{ assignmentIds: readonly string[] }>('/scans', asked);
  const id = assignmentIds[0] ?? '';
  let work = await stage.api.get<AssignmentView>(`/assignments/${id}`);
  for (let tries = 0; tries < 300 && work.finishedAt === null; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    work = await stage.api.get<AssignmentView>(`/assignments/${id}`);
  }
  t.match(work, { state: 'succeeded' });
  t.equal(await verdictOn(digest), 'findings');
});
