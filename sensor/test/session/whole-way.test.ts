import { join } from 'node:path';
import tap from 'tap';
import { cloudFor, folderFor, HOST, keyFile, push, ROLE, sampleImage, startControlPlane, startSensor, trust, until } from './programs.ts';
import { githubToken } from '../secrets.ts';

void tap.test('a sensor enrols, lists the registry by web identity, scans what it finds and reports it', async (t) => {
  const folder = folderFor(t);
  const cloud = await cloudFor(t);
  const plane = await startControlPlane(t, join(folder, 'plane'));
  const secret = githubToken();
  const image = await sampleImage([
    [{ path: 'etc/os-release', content: 'NAME=test\n' }],
    [
      { path: 'app/.env', content: `GITHUB_TOKEN=${secret}\n` },
      { path: 'srv/copy/.env', hardLinkTo: 'app/.env' },
    ],
    [{ path: 'app/.wh..env' }],
  ]);
  await cloud.createRepository({ name: 'team/app' });
  const digest = await push(cloud, 'team/app', image);
  const workspace = await plane.call('GET', '/api/v1/workspace');
  const workspaceId = String((workspace.body['workspace'] as Record<string, unknown> | undefined)?.['id'] ?? workspace.body['id']);
  trust(cloud, plane.url, workspaceId);
  const token = await plane.call('POST', '/api/v1/enrolment-tokens', { registryIds: null });
  const access = { method: 'web-identity', roleArn: ROLE };
  const made = await plane.call('POST', '/api/v1/registries', { url: HOST, access, perimeter: { mode: 'entire' } });
  t.equal(made.status, 201);
  keyFile(folder);
  const sensor = startSensor(t, { folder, controlPlaneUrl: plane.url, token: String(token.body['token']), env: cloud.environment });
  try {
    const verdict = await until(async () => {
      const answer = await plane.call('GET', `/api/v1/verdicts/${digest}`);
      return answer.status === 200 ? answer.body : null;
    }, 25_000);
    t.equal(verdict['verdict'], 'findings');
    const incidents = await plane.call('GET', '/api/v1/incidents');
    const [incident, ...others] = incidents.body['items'] as Record<string, unknown>[];
    t.strictSame(others, []);
    const { body } = await plane.call('GET', `/api/v1/incidents/${String(incident?.['id'])}/occurrences`);
    const places = body['items'] as { location: { path: string }; visibility: string }[];
    t.strictSame(
      new Map(places.map(({ location, visibility }) => [location.path, visibility])),
      new Map([
        ['app/.env', 'deleted'],
        ['srv/copy/.env', 'visible'],
      ]),
      'a hard link is a name of its own',
    );
  } catch (error) {
    t.comment(sensor.log());
    t.comment(plane.program.log());
    throw error;
  }
  sensor.child.kill('SIGTERM');
  await sensor.says(/has drained/).finally(() => t.comment(sensor.log()));
  t.equal(await sensor.ended, 0);
  t.notMatch(sensor.log(), secret);
  t.notMatch(sensor.log(), /X-Amz-Signature=[0-9a-f]|eyJ[\w-]+\.[\w-]+\./);
});
