import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { type BuiltImage, buildImage, writeLayout } from '@tidewaiter/dev-cloud/images';
import { startDockerRegistry } from '@tidewaiter/dev-cloud/peers';
import { isDigest } from '@tidewaiter/shared/images';
import tap, { type Test } from 'tap';
import { createOciRegistry, createRegistryNetwork, type OciLogin, type RemoteRegistry } from '../src/registry/index.ts';
import { scanned } from '../test/commands/program.ts';
import { githubToken } from '../test/secrets.ts';
import { keyFile, startControlPlane, startSensor, until } from '../test/session/programs.ts';
import { around, failure, live, loopbackPolicy, read } from '../test/registry/servers.ts';

const run = promisify(execFile);
const login: OciLogin = { username: 'robot', password: 'correct horse' };

async function filled(
  t: Test,
  folder: string,
  auth: unknown = null,
  creds?: string,
): Promise<{ readonly host: string; readonly image: BuiltImage }> {
  const registry = await startDockerRegistry(folder, auth);
  t.teardown(() => registry.close());
  const { host } = registry;
  const secret = githubToken();
  const layer = (path: string, compression: 'gzip' | 'zstd') =>
    ({ entries: [{ path, content: `token=${secret}\n` }], compression, createdBy: 'COPY . /' }) as const;
  const image = await buildImage([
    { platform: { os: 'linux', architecture: 'amd64' }, layers: [layer('app/a', 'gzip'), layer('app/b', 'zstd')] },
    { platform: { os: 'linux', architecture: 'arm64' }, layers: [layer('app/c', 'gzip')] },
  ]);
  await writeLayout(`${folder}/layout`, image, 'v1');
  const to = `docker://${host}/team/app:v1`;
  await run('skopeo', [
    'copy',
    '--all',
    '--dest-tls-verify=false',
    ...(creds === undefined ? [] : ['--dest-creds', creds]),
    `oci:${folder}/layout:v1`,
    to,
  ]);
  return { host, image };
}

function registryAt(t: Test, host: string, user: OciLogin | null): RemoteRegistry {
  const network = createRegistryNetwork(loopbackPolicy);
  t.teardown(() => network.close());
  return createOciRegistry({ host, login: user, network, around });
}

async function pullsWhole(t: Test, registry: RemoteRegistry, image: BuiltImage): Promise<void> {
  const source = registry.image('team/app', { tag: 'v1' });
  const root = await source.root(live());
  t.same([root.digest, root.mediaType], [image.root.digest, image.root.mediaType]);
  t.ok(image.root.bytes.equals(root.bytes));
  for (const { digest, bytes } of image.children) t.ok(isDigest(digest) && bytes.equals((await source.manifest(digest, live())).bytes));
  for (const { digest, bytes } of image.blobs)
    t.ok(isDigest(digest) && bytes.equals(await read(source.blob(digest, bytes.length, live()))));
}

void tap.test('an open registry: pulled whole, listed, and scanned by the program', async (t) => {
  const { host, image } = await filled(t, t.testdir({}));
  const registry = registryAt(t, host, null);
  await pullsWhole(t, registry, image);
  const pages = [];
  for await (const page of registry.list(() => true, live())) pages.push(page);
  t.match(
    pages.flatMap(({ images }) => images),
    [{ repository: 'team/app', digest: image.root.digest, tags: ['v1'], mediaType: image.root.mediaType }],
  );
  t.match(await failure(registry.image('team/app', { tag: 'v2' }).root(live())), { code: 'image.gone', message: /MANIFEST_UNKNOWN/ });
  t.match(await failure(registry.image('team/other', { tag: 'v1' }).root(live())), {
    code: 'image.gone',
    message: /MANIFEST_UNKNOWN|NAME_UNKNOWN/,
  });
  const { code, report } = await scanned([`${host}/team/app:v1`], { TIDEWAITER_ALLOW_PLAIN_LOOPBACK: 'true' });
  t.equal(code, 1);
  t.match(report, {
    image: { reference: `${host}/team/app:v1`, digest: image.root.digest },
    verdict: 'findings',
    coverage: { complete: true },
  });
});

void tap.test('a registry with a password file asks for Basic', async (t) => {
  const folder = t.testdir({});
  const hash = await run('perl', ['-e', 'print crypt($ARGV[0], q($2y$05$abcdefghijklmnopqrstuu))', login.password]);
  await writeFile(`${folder}/htpasswd`, `${login.username}:${hash.stdout}\n`);
  const auth = { htpasswd: { realm: 'peers', path: `${folder}/htpasswd` } };
  const { host, image } = await filled(t, folder, auth, `${login.username}:${login.password}`);
  await pullsWhole(t, registryAt(t, host, login), image);
  const wrong = registryAt(t, host, { ...login, password: 'wrong' }).image('team/app', { tag: 'v1' });
  t.match(await failure(wrong.root(live())), { code: 'registry.denied', message: /UNAUTHORIZED/ });
  t.match(await failure(registryAt(t, host, null).image('team/app', { tag: 'v1' }).root(live())), { code: 'registry.denied' });
});

void tap.test('a registry with a token service asks for Bearer', async (t) => {
  const service = createServer((_request, response) => response.end(JSON.stringify({ token: 'any' })));
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    service.closeAllConnections();
    service.close();
  });
  const address = service.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { host, image } = await filled(t, t.testdir({}), { silly: { realm: `http://127.0.0.1:${port}/token`, service: 'peers' } });
  await pullsWhole(t, registryAt(t, host, login), image);
});

void tap.test('the daemon lists and scans it like an ECR registry, when its own policy allows the host', async (t) => {
  const folder = t.testdir({});
  const { host, image } = await filled(t, folder);
  const plane = await startControlPlane(t, `${folder}/plane`);
  const token = await plane.call('POST', '/api/v1/enrolment-tokens', { registryIds: null });
  const made = await plane.call('POST', '/api/v1/registries', {
    url: host,
    access: { method: 'anonymous' },
    perimeter: { mode: 'entire' },
  });
  t.equal(made.status, 201);
  keyFile(folder);
  const sensor = startSensor(t, { folder, controlPlaneUrl: plane.url, token: String(token.body['token']), policy: { hosts: [host] } });
  const verdict = await until(async () => {
    const answer = await plane.call('GET', `/api/v1/verdicts/${image.root.digest}`);
    return answer.status === 200 ? answer.body : null;
  }, 25_000).catch((error: unknown) => {
    t.comment(sensor.log(), plane.program.log());
    throw error;
  });
  t.equal(verdict['verdict'], 'findings');
});
