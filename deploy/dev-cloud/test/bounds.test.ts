import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { CredentialMemory, REMEMBERED_MAX } from '@tidewaiter/dev-cloud/credential-memory';
import tap from 'tap';
import { adminEcr, allow, cloudFor, stsClient } from './clients.ts';
import { allowAll, fails, indexOf, Issuer, sha256, smallImage } from './fixtures.ts';

void tap.test('a manifest may have four MiB, not a byte more', async (t) => {
  const cloud = await cloudFor(t);
  const { registryUrl } = await cloud.createRepository({ name: 'app' });
  const image = smallImage('a');
  await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  const max = 4 * 1024 * 1024;
  const sized = (bytes: number) => Buffer.from(image.manifest.toString().replace(/}$/, `${' '.repeat(bytes - image.manifest.length)}}`));
  t.ok(await cloud.putImage({ repository: 'app', manifest: sized(max), mediaType: image.mediaType }));
  await fails(t, cloud.putImage({ repository: 'app', manifest: sized(max + 1), mediaType: image.mediaType }), /larger than 4194304 bytes/);

  const token = (await adminEcr(cloud).send(new GetAuthorizationTokenCommand({}))).authorizationData?.[0]?.authorizationToken;
  const put = async (bytes: number) => {
    const headers = { authorization: `Basic ${token}`, 'content-type': image.mediaType };
    const response = await fetch(`${registryUrl}/v2/app/manifests/big`, { method: 'PUT', headers, body: Uint8Array.from(sized(bytes)) });
    return response.status;
  };
  t.equal(await put(max), 201);
  t.equal(await put(max + 1), 413);
});

void tap.test('an OCI layout may nest eight deep', async (t) => {
  const cloud = await cloudFor(t);
  await cloud.createRepository({ name: 'app' });
  const folder = await mkdtemp(join(tmpdir(), 'deep-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true });
  const write = (bytes: Buffer) => writeFile(join(folder, 'blobs/sha256', sha256(bytes).slice(7)), bytes);
  const image = smallImage('a');
  await Promise.all([...image.blobs, image.manifest].map(write));
  let root = { manifest: image.manifest, mediaType: image.mediaType };
  for (let depth = 2; depth <= 9; depth++) {
    const child = root;
    root = indexOf(child.manifest);
    root.manifest = Buffer.from(
      root.manifest.toString().replace('image.manifest.v1', depth === 2 ? 'image.manifest.v1' : 'image.index.v1'),
    );
    await write(root.manifest);
    const entry = { mediaType: root.mediaType, digest: sha256(root.manifest), size: root.manifest.length };
    await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
    const put = cloud.putLayoutImage({ repository: 'app', layout: folder, tag: `depth-${depth}` });
    if (depth <= 8) t.same(await put, { digest: sha256(root.manifest) });
    else await fails(t, put, /nests indexes more than 8 deep/);
  }
});

void tap.test('a call of ECR may have five MiB, one of STS 128 KiB', async (t) => {
  const cloud = await cloudFor(t);
  t.equal(await post(cloud.urls.ecr, '{}'.padEnd(5 * 1024 * 1024)), 400);
  t.equal(await post(cloud.urls.ecr, '{}'.padEnd(5 * 1024 * 1024 + 1)), 413);
  t.equal(await post(cloud.urls.sts, 'Action=X'.padEnd(128 * 1024)), 400);
  t.equal(await post(cloud.urls.sts, 'Action=X'.padEnd(128 * 1024 + 1)), 413);
});

void tap.test('a session policy may have 2,048 characters', async (t) => {
  const cloud = await cloudFor(t);
  const keys = cloud.createAccessKey({ user: 'u', policies: [allow('sts:AssumeRole')] });
  const statement = { Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' };
  const { arn: RoleArn } = cloud.createRole({ name: 'R', trustPolicy: { Version: '2012-10-17', Statement: [statement] } });
  const assume = (length: number) =>
    stsClient(cloud, keys).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'ss', Policy: JSON.stringify(allowAll).padEnd(length) }));
  t.ok(await assume(2048));
  await fails(t, assume(2049), /^ValidationError: .*'policy'.*less than or equal to 2048$/);
});

void tap.test('an issuer whose document is larger than 256 KiB has no keys', async (t) => {
  const cloud = await cloudFor(t, { jwksCacheSeconds: 0 });
  const issuer = await Issuer.start();
  t.teardown(() => issuer.server.close());
  cloud.createOidcProvider({ url: issuer.url });
  const { discovery } = issuer;
  const padTo = (length: number) => {
    const bare = JSON.stringify({ ...discovery, pad: '' }).length;
    issuer.discovery = { ...discovery, pad: 'x'.repeat(length - bare) };
  };
  const assume = async () => {
    const body = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::123456789012:role/None',
      RoleSessionName: 'ss',
      WebIdentityToken: await issuer.token(),
    });
    return (await fetch(cloud.urls.sts, { method: 'POST', body })).text();
  };
  padTo(256 * 1024);
  t.match(await assume(), /Not authorized/, 'read, and refused for the role only');
  padTo(256 * 1024 + 1);
  t.match(await assume(), /retrieve verification key/);
});

void tap.test('twenty thousand credentials are remembered, and what is forgotten is counted', async (t) => {
  const memory = new CredentialMemory();
  for (let at = 0; at < REMEMBERED_MAX; at++) memory.add('session-token', `token ${at}`);
  memory.add('session-token', 'token 7');
  t.match([memory.all().credentials.length, memory.all().forgotten], [20_000, 0]);
  memory.add('ecr-password', 'one more');
  const { credentials, forgotten } = memory.all();
  t.equal(forgotten, 1);
  t.same([credentials.length, credentials[0]?.text, credentials.at(-1)], [20_000, 'token 1', { kind: 'ecr-password', text: 'one more' }]);
});

void tap.test('what ECR and STS gave out is remembered', async (t) => {
  const cloud = await cloudFor(t);
  const token = (await adminEcr(cloud).send(new GetAuthorizationTokenCommand({}))).authorizationData?.[0]?.authorizationToken ?? '';
  const keys = cloud.createAccessKey({ user: 'u', policies: [allow('sts:AssumeRole')] });
  const statement = { Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' };
  const { arn: RoleArn } = cloud.createRole({ name: 'R', trustPolicy: { Version: '2012-10-17', Statement: [statement] } });
  const { Credentials } = await stsClient(cloud, keys).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'ss' }));
  const remembered = new Map(cloud.credentials().credentials.map(({ kind, text }) => [text, kind]));
  t.equal(remembered.get(token), 'ecr-authorization-token');
  t.equal(remembered.get(Buffer.from(token, 'base64').toString().slice('AWS:'.length)), 'ecr-password');
  t.equal(remembered.get(keys.secretAccessKey), 'secret-access-key');
  t.equal(remembered.get(Credentials?.AccessKeyId ?? ''), 'access-key-id');
  t.equal(remembered.get(Credentials?.SecretAccessKey ?? ''), 'secret-access-key');
  t.equal(remembered.get(Credentials?.SessionToken ?? ''), 'session-token');
});

async function post(url: string, body: string): Promise<number> {
  const response = await fetch(url, { method: 'POST', headers: { 'x-amz-target': 'X.DescribeRepositories' }, body });
  return response.status;
}
