import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { type Cloud, startCloud } from '@tidewaiter/dev-cloud/cloud';
import { type BuiltImage, buildImage } from '@tidewaiter/dev-cloud/images';
import tap, { type Test } from 'tap';
import { githubToken } from '../secrets.ts';
import { scanned, scannedHere } from './program.ts';

const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

interface Setting {
  readonly cloud: Cloud;
  readonly image: BuiltImage;
  readonly secret: string;
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What a machine with these keys has in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The registry's own door, for the distribution API. */
  readonly door: string;
}

async function setUp(t: Test): Promise<Setting> {
  const cloud = await startCloud();
  t.teardown(() => cloud.close());
  const keys = cloud.createAccessKey({ user: 'me', policies: [all] });
  const secret = githubToken();
  const entries = [{ path: 'app/key', content: `key=${secret}\n` }];
  const image = await buildImage([
    { platform: { os: 'linux', architecture: 'amd64' }, layers: [{ entries, compression: 'gzip', createdBy: 'COPY key /app' }] },
  ]);
  const { registryUrl } = await cloud.createRepository({ name: 'team/app' });
  const { bytes: manifest, mediaType } = image.root;
  await cloud.putImage({ repository: 'team/app', tag: 'v1', manifest, mediaType, blobs: image.blobs.map((blob) => blob.bytes) });
  const env = {
    ...cloud.environment,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    TIDEWAITER_ALLOW_PLAIN_LOOPBACK: 'true',
  };
  return { cloud, image, secret, keys, env, door: registryUrl.replace('http://', '') };
}

void tap.test("an ECR reference is scanned with this machine's AWS identity, by tag and by digest", async (t) => {
  const { cloud, image, secret, env } = await setUp(t);
  const byTag = await scanned([`${ECR}/team/app:v1`], env);
  t.equal(byTag.code, 1, byTag.stderr);
  t.match(byTag.report, {
    image: { reference: `${ECR}/team/app:v1`, digest: image.root.digest },
    verdict: 'findings',
    coverage: { complete: true },
    findings: [{ location: { path: 'app/key' } }],
  });
  t.notMatch(byTag.stdout + byTag.stderr, secret);
  cloud.setFault({ kind: 'cut', afterBytes: 20, count: 2 });
  cloud.setFault({ kind: 'expiredUrl', count: 1 });
  t.equal((await scannedHere([`${ECR}/team/app@${image.root.digest}`], env)).code, 1, 'through cuts and expired URLs');
});

void tap.test('what the registry or AWS refuses ends in 4 with the reason, a bad reference in 2', async (t) => {
  const { cloud, env } = await setUp(t);
  cloud.setImageStatus({ repository: 'team/app', imageTag: 'v1', status: 'ARCHIVED' });
  t.match(await scannedHere([`${ECR}/team/app:v1`], env), { code: 4, stdout: '', stderr: /archived.*\[image\.archived\]/ });
  t.match(await scannedHere([`${ECR}/team/app:v2`], env), { code: 4, stderr: /\[image\.gone\]/ });
  const stranger = { ...env, AWS_SECRET_ACCESS_KEY: 'wrong' };
  t.match(await scannedHere([`${ECR}/team/app:v1`], stranger), { code: 4, stderr: /clock.*\[credentials\.denied\]/ });
  const { AWS_ACCESS_KEY_ID: _id, ...nobody } = env;
  const noHost = { ...nobody, AWS_EC2_METADATA_DISABLED: 'true', HOME: t.testdir({}) };
  const homeless = await scannedHere([`${ECR}/team/app:v1`], noHost);
  t.match(homeless, { code: 4, stderr: /IRSA.*AWS_PROFILE.*AWS_ACCESS_KEY_ID.*\[credentials\.unavailable\]/ });
  t.notMatch(homeless.stderr, /connect|sensor a role/, 'the one-shot has no control plane to connect a registry with');
  t.match(await scannedHere([`${ECR}.evil.com/team/app:v1`], env), { code: 2, stderr: /\[reference\.invalid\]/ });
});

void tap.test('any other registry is scanned by the distribution API, with user and password', async (t) => {
  const { keys, env, door, image, cloud } = await setUp(t);
  const ecr = new ECRClient({ region: 'eu-west-1', endpoint: cloud.urls.ecr, credentials: keys });
  const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const [username = '', password = ''] = Buffer.from(authorizationData[0]?.authorizationToken ?? '', 'base64')
    .toString()
    .split(':');
  const user = { TIDEWAITER_REGISTRY_USERNAME: username, TIDEWAITER_REGISTRY_PASSWORD: password };
  const scan = await scannedHere([`${door}/team/app:v1`], { ...env, ...user });
  t.equal(scan.code, 1, scan.stderr);
  t.match(scan.report, { image: { reference: `${door}/team/app:v1`, digest: image.root.digest }, verdict: 'findings' });
  t.match(await scannedHere([`${door}/team/app:v1`], env), { code: 4, stderr: /TIDEWAITER_REGISTRY_USERNAME.*\[registry\.denied\]/ });
  const half = { ...env, TIDEWAITER_REGISTRY_USERNAME: 'x' };
  t.match(await scannedHere([`${door}/team/app:v1`], half), { code: Number, stderr: /both or neither.*\[config\.conflict\]/ });
  const closed = { ...env, ...user, TIDEWAITER_ALLOW_PLAIN_LOOPBACK: 'false' };
  t.match(await scannedHere([`${door}/team/app:v1`], closed), { code: 4, stderr: /loopback.*\[policy\.refused\]/ });
});
