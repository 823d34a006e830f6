import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { Stage, summarize, Watcher } from '@tidewaiter/dev-cloud/demo';
import { debianBase, type PlantedDebian, type PlantedPlace, plantDebian, runPeer, startDockerRegistry } from '@tidewaiter/dev-cloud/peers';
import t, { type Test } from 'tap';
import { missedBy, type OneShot, scanOnce, wronglyCertain } from './one-shot.ts';

// debootstrap fetches and installs a hundred packages, and every scan reads 350 MB.
t.setTimeout(600_000);

const REPOSITORY = 'shop/debian';
let folder: string;
let image: PlantedDebian;

t.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewaiter-debian-'));
  image = await plantDebian(await debianBase(join(folder, 'base')), join(folder, 'planted'), Date.now() % 100_000);
});

t.teardown(() => rm(folder, { recursive: true, force: true }));

function foundAll(t: Test, scan: OneShot, places: readonly PlantedPlace[]): void {
  t.equal(scan.exitCode, 1, 'there are findings');
  t.ok(scan.coverage.complete, 'everything was read');
  t.strictSame(missedBy(scan, places), []);
  t.strictSame(wronglyCertain(scan, places), []);
}

/** Pushes the index with skopeo; nothing of it may change on the way. */
async function push(host: string, place: string, ...more: readonly string[]): Promise<void> {
  const words = ['--all', '--preserve-digests', '--dest-tls-verify=false', ...more];
  await runPeer('skopeo', 'copy', ...words, `oci:${image.layout}:${image.tags.index}`, `docker://${host}/${place}`);
}

t.test('from a push to the registry, through control plane and sensor', async (t) => {
  const stage = await Stage.open({ folder: join(folder, 'stage') });
  t.teardown(() => stage.close());
  const { registry } = await stage.connect();
  await stage.startSensor();
  const { registryUrl } = await stage.cloud.createRepository(REPOSITORY);
  const credentials = await stage.cloud.createAdminKey('pusher');
  const ecr = new ECRClient({ region: 'eu-west-1', endpoint: stage.cloud.ecrUrl, credentials });
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const login = Buffer.from(authorizationData?.[0]?.authorizationToken ?? '', 'base64').toString();
  await push(new URL(registryUrl).host, `${REPOSITORY}:1.0`, '--dest-creds', login);
  const pushed = [{ repository: REPOSITORY, tag: '1.0', digest: image.digests.index, pushedAt: Date.now() }];
  await new Watcher(stage.api, registry.id, () => undefined).untilVerdicts(pushed);
  const planted = image.places.map((place) => ({ ...place, repository: REPOSITORY }));
  const { planted: places, incidents, unplanted, images } = await summarize(stage.api, registry.id, pushed, planted);
  t.match(images, [{ verdict: 'findings', complete: true }]);
  for (const { place, incidents: found } of places) t.equal(found.length, 1, place);
  const certain = incidents.filter(({ id, confidence }) => unplanted.includes(id) && confidence === 'certain');
  t.strictSame(certain, [], 'nothing else is certain');
});

t.test('by the one-shot scan of the layout', async (t) => {
  const scan = await scanOnce(`oci:${image.layout}:${image.tags.index}`);
  t.equal(scan.image.digest, image.digests.index);
  foundAll(t, scan, image.places);
});

t.test('by the one-shot scan of a docker-registry, by tag and by digest', async (t) => {
  const data = join(folder, 'registry');
  await mkdir(data);
  const registry = await startDockerRegistry(data);
  const { host } = registry;
  t.teardown(() => registry.close());
  await push(host, `${REPOSITORY}:1.0`);
  for (const reference of [`${REPOSITORY}:1.0`, `${REPOSITORY}@${image.digests.index}`]) {
    const scan = await scanOnce(`${host}/${reference}`, { TIDEWAITER_ALLOW_PLAIN_LOOPBACK: 'true' });
    t.equal(scan.image.digest, image.digests.index);
    foundAll(t, scan, image.places);
  }
});

t.test('by the one-shot scan of a docker-archive, as a file and on standard input', async (t) => {
  const [plain, archive] = [join(folder, 'plain'), join(folder, 'image.tar')];
  // Docker's archives hold plain tars, and skopeo unpacks zstd into none but an OCI manifest.
  await runPeer('skopeo', 'copy', '--dest-decompress', `oci:${image.layout}:${image.tags.amd64}`, `dir:${plain}`);
  await runPeer('skopeo', 'copy', `dir:${plain}`, `docker-archive:${archive}:${REPOSITORY}:1.0`);
  const places = image.places.filter(({ platform }) => platform === 'linux/amd64');
  foundAll(t, await scanOnce(`docker-archive:${archive}`), places);
  foundAll(t, await scanOnce('-', {}, archive), places);
});
