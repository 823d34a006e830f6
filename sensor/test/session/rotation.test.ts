import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import tap from 'tap';
import { githubToken } from '../secrets.ts';
import {
  cloudFor,
  type ControlPlane,
  folderFor,
  HOST,
  keyFile,
  type Program,
  push,
  ROLE,
  sampleImage,
  startControlPlane,
  startSensor,
  trust,
  until,
} from './programs.ts';

type Item = Readonly<Record<string, unknown>>;
const itemsOf = async (plane: ControlPlane, path: string): Promise<readonly Item[]> =>
  ((await plane.call('GET', `/api/v1${path}`)).body['items'] ?? []) as Item[];

/** Asks for every image anew and waits until the sensor has done it. */
async function scanAnew(plane: ControlPlane, registryId: string): Promise<void> {
  const asked = await plane.call('POST', '/api/v1/scans', { registryId, repository: 'team/app' });
  const wanted = asked.body['assignmentIds'] as string[];
  await until(async () => {
    const states = await Promise.all(wanted.map(async (id) => (await plane.call('GET', `/api/v1/assignments/${id}`)).body['state']));
    if (states.includes('failed')) throw new Error('a scan failed');
    return states.every((state) => state === 'succeeded');
  }, 30_000);
}

/** The id of the one incident whose first occurrence lies at a path. */
async function incidentAt(plane: ControlPlane, incidents: readonly Item[], path: string): Promise<string> {
  for (const { id } of incidents) {
    const [occurrence] = await itemsOf(plane, `/incidents/${String(id)}/occurrences`);
    if ((occurrence?.['location'] as Item | undefined)?.['path'] === path) return String(id);
  }
  throw new Error(`no incident lies at ${path}`);
}

async function drain(sensor: Program): Promise<void> {
  sensor.child.kill('SIGTERM');
  await sensor.ended;
}

void tap.test(
  'incidents carry over when the fingerprint key is rotated: what people said of them stays, and none is doubled',
  async (t) => {
    const folder = folderFor(t);
    const cloud = await cloudFor(t);
    const plane = await startControlPlane(t, join(folder, 'plane'));
    const [ignored, assigned] = [githubToken(), githubToken()];
    await cloud.createRepository({ name: 'team/app' });
    const image = (...secrets: readonly string[]) =>
      sampleImage([
        secrets.map((secret, at) => ({ path: `app/${at}.env`, content: `GITHUB_TOKEN=${secret}\n# ${randomBytes(8).toString('hex')}\n` })),
      ]);
    await push(cloud, 'team/app', await image(ignored, assigned), 'first');
    const workspace = await plane.call('GET', '/api/v1/workspace');
    trust(cloud, plane.url, String((workspace.body['workspace'] as Item | undefined)?.['id'] ?? workspace.body['id']));
    const token = await plane.call('POST', '/api/v1/enrolment-tokens', { registryIds: null });
    const access = { method: 'web-identity', roleArn: ROLE };
    const made = await plane.call('POST', '/api/v1/registries', { url: HOST, access, perimeter: { mode: 'entire' } });
    const registryId = String(made.body['id'] ?? (made.body['registry'] as Item)['id']);
    const oldKey = keyFile(folder);
    const newKey = randomBytes(32).toString('base64');
    const start = (env: Readonly<Record<string, string>>): Program =>
      startSensor(t, { folder, controlPlaneUrl: plane.url, token: String(token.body['token']), env: { ...cloud.environment, ...env } });

    const first = start({});
    const incidents = await until(async () => {
      const found = await itemsOf(plane, '/incidents');
      return found.length === 2 && found;
    }, 30_000);
    // Incidents of one scan stand in no order, so which is whose is told by where it lies.
    const [one, two] = await Promise.all(['app/0.env', 'app/1.env'].map((path) => incidentAt(plane, incidents, path)));
    await plane.call('POST', `/api/v1/incidents/${one}/ignore`, { reason: 'test-credential' });
    await plane.call('POST', `/api/v1/incidents/${two}/assign`, { assignee: 'someone' });
    await drain(first);

    const both = start({
      TIDEWAITER_FINGERPRINT_KEY_FILE: '',
      TIDEWAITER_FINGERPRINT_KEY: newKey,
      TIDEWAITER_PREVIOUS_FINGERPRINT_KEY_FILE: oldKey,
    });
    await scanAnew(plane, registryId);
    await drain(both);

    writeFileSync(join(folder, 'new.key'), `${newKey}\n`);
    await push(cloud, 'team/app', await image(assigned), 'second');
    const alone = start({ TIDEWAITER_FINGERPRINT_KEY_FILE: join(folder, 'new.key') });
    await plane.call('POST', `/api/v1/registries/${registryId}/sync`, {});
    await until(async () => (await itemsOf(plane, `/incidents/${two}/occurrences`)).length > 1, 30_000);
    await scanAnew(plane, registryId);
    await drain(alone);

    const after = await itemsOf(plane, '/incidents');
    t.same(new Set(after.map((incident) => incident['id'])), new Set([one, two]), 'the same two');
    t.match(
      after.find((incident) => incident['id'] === one),
      { status: 'ignored', ignoreReason: 'test-credential' },
    );
    t.match(
      after.find((incident) => incident['id'] === two),
      { status: 'assigned', assignee: 'someone' },
    );
    t.same(
      (await itemsOf(plane, '/audit')).filter((entry) => String(entry['action']).endsWith('.conflict')),
      [],
      'the last sensor told again, under the new key only, what the one before told under both',
    );
    t.notMatch(plane.program.log(), /another result/);
    for (const { log } of [first, both, alone]) t.notMatch(log(), newKey);
  },
);
