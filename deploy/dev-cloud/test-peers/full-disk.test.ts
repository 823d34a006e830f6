import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { type Connected, type EventView, type IncidentView, Stage, type StageOptions, type VerdictView } from '@tidewaiter/dev-cloud/demo';
import { buildImage, writeLayout } from '@tidewaiter/dev-cloud/images';
import { createRng, secretGenerators } from '@tidewaiter/dev-cloud/samples';
import { SmallDisk } from './small-disk.ts';

/* Disks that are really full: small file systems of their own, filled by somebody else, under the real programs. */
t.setTimeout(300_000);
const rng = createRng(Date.now() % 100_000);
const [generator] = secretGenerators;
if (!generator) throw new Error('there are generators');

async function push(stage: Stage, repository: string): Promise<string> {
  const entries = [{ path: 'own.env', content: generator?.make(rng).text ?? '' }];
  const layers = [{ entries, compression: 'gzip' as const, createdBy: 'COPY' }];
  const layout = join(stage.folder, 'images', repository);
  await writeLayout(layout, await buildImage([{ platform: { os: 'linux', architecture: 'amd64' }, layers }]), 'latest');
  await stage.cloud.createRepository(repository);
  return stage.cloud.putLayout(repository, 'latest', layout, 'latest');
}

async function assertOnce(t: Test, stage: Stage, digest: string): Promise<void> {
  await until(async () => {
    const answer = await stage.api.get<VerdictView | { readonly state: string }>(`/verdicts/${digest}`);
    return 'verdict' in answer && answer.verdict === 'findings' && answer.coverage.complete;
  }, `the verdict on ${digest}`);
  t.equal((await stage.api.list<IncidentView>(`/incidents?digest=${digest}`)).length, 1, 'one incident');
  t.equal((await stage.api.list(`/scans?digest=${digest}`)).length, 1, 'one verdict');
}

async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 900; tries++) {
    if (await isSo()) return;
    await sleep(100);
  }
  throw new Error(`${what} never came`);
}

/** The folder of a run; what is torn down later is torn down before it goes. */
async function folderFor(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tidewaiter-disk-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

async function stageIn(t: Test, options: StageOptions): Promise<{ readonly stage: Stage; readonly connected: Connected }> {
  const stage = await Stage.open(options);
  t.teardown(() => stage.close());
  return { stage, connected: await stage.connect() };
}

t.test(
  'the disk of the database is full: writes are 503 storage.full, reads go on, and the push is scanned once there is room',
  async (t) => {
    const folder = await folderFor(t);
    const disk = new SmallDisk(t, join(folder, 'small'), 16);
    const { stage, connected } = await stageIn(t, { folder, databaseUrl: `sqlite:${join(folder, 'small', 'tidewaiter.db')}` });
    await stage.startSensor();
    await assertOnce(t, stage, await push(stage, 'before/full'));

    disk.fill();
    const owner = (await readFile(join(folder, 'owner-token'), 'utf8')).trim();
    const write = (path: string, headers: Record<string, string>, body: unknown): Promise<Response> =>
      fetch(`${stage.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    // What is preallocated in the write-ahead log may still take a little.
    let refused = await write('/api/v1/enrolment-tokens', { authorization: `Bearer ${owner}` }, {});
    for (let more = 0; more < 2_000 && refused.ok; more++)
      refused = await write('/api/v1/enrolment-tokens', { authorization: `Bearer ${owner}` }, {});
    t.equal(refused.status, 503);
    t.match(await refused.json(), { code: 'storage.full', retryable: true, detail: /database/i, remedy: /Free space/ });
    const event = {
      version: '0',
      id: crypto.randomUUID(),
      'detail-type': 'ECR Image Action',
      source: 'aws.ecr',
      account: '123456789012',
      time: new Date().toISOString(),
      region: 'eu-west-1',
      resources: [],
      detail: { result: 'SUCCESS', 'repository-name': 'x', 'image-digest': `sha256:${'0'.repeat(64)}`, 'action-type': 'PUSH' },
    };
    const delivery = await write('/api/webhooks/ecr', { 'x-tidewaiter-key': connected.webhookKey.key }, event);
    t.equal(delivery.status, 503, 'a webhook is told to come again');
    t.ok(Number(delivery.headers.get('retry-after')) > 0);
    t.equal((await stage.api.list<IncidentView>('/incidents')).length, 1, 'reading goes on');
    const digest = await push(stage, 'while/full');
    await sleep(3_000);
    t.ok(stage.program('control-plane').isRunning);
    t.notOk(
      (await stage.api.list<EventView>(`/registries/${connected.registry.id}/events`)).some((event) => event.digest === digest),
      'the event is not taken, so EventBridge keeps it',
    );
    disk.free();
    await assertOnce(t, stage, digest);
  },
);

t.test('the disk of the spool is full: the sensor says so, takes no work, and reports everything once there is room', async (t) => {
  const folder = await folderFor(t);
  const disk = new SmallDisk(t, join(folder, 'sensor'), 1);
  const { stage } = await stageIn(t, { folder });
  await stage.startSensor();
  await assertOnce(t, stage, await push(stage, 'before/full'));

  disk.fill();
  const digest = await push(stage, 'while/full');
  const log = (): Promise<string> => readFile(join(stage.folder, 'sensor.log'), 'utf8');
  await until(async () => /"level":50.*"code":"spool\.full"/.test(await log()), 'the word of the sensor');
  t.match(await log(), /"code":"spool\.full".*"remedy":"Make room/);
  t.notOk('verdict' in (await stage.api.get<object>(`/verdicts/${digest}`)), 'it claims nothing');
  t.ok(stage.program('sensor').isRunning);
  disk.free();
  await assertOnce(t, stage, digest);
});
