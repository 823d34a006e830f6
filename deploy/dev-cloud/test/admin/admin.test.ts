import { request as httpRequest } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchGetImageCommand, DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { startAdmin } from '@tidewaiter/dev-cloud/admin';
import tap, { type Test } from 'tap';
import { cloudFor, ecrClient } from '../clients.ts';
import { allowAll, callAdmin, fails, sha256, smallImage, until, Webhook } from '../fixtures.ts';

async function setUp(t: Test) {
  const cloud = await cloudFor(t);
  const admin = await startAdmin(cloud);
  t.teardown(() => admin.close());
  const call = (method: string, verb: string, body?: unknown) => callAdmin(admin.url, method, verb, body);
  return { cloud, admin, call };
}

void tap.test('every verb of the cloud is reached over HTTP', async (t) => {
  const { cloud, call } = await setUp(t);
  const webhook = await Webhook.start();
  const folder = await mkdtemp(join(tmpdir(), 'admin-'));
  t.teardown(async () => {
    await Promise.all([webhook.close(), rm(folder, { recursive: true })]);
  });
  t.match(await call('GET', 'urls'), { urls: cloud.urls, environment: { AWS_ENDPOINT_URL_ECR: cloud.urls.ecr } });
  t.match(await call('POST', 'repositories', { name: 'app', tagMutability: 'IMMUTABLE' }), { registryUrl: cloud.urls.registry });
  await fails(t, call('POST', 'repositories', { name: 'app' }), /already exists in 123456789012 eu-west-1/);
  await call('PUT', 'repository-policies', { repository: 'app', policy: { Version: '2012-10-17', Statement: [] } });
  await call('PUT', 'repository-policies', { repository: 'app', policy: null });
  const keys = await call('POST', 'access-keys', { user: 'u', policies: [allowAll] });
  const ecr = ecrClient(cloud, { accessKeyId: String(keys['accessKeyId']), secretAccessKey: String(keys['secretAccessKey']) });
  await call('POST', 'rules', { name: 'r', url: webhook.url, header: { name: 'K', value: 'v' }, retry: { delaysMs: [1], retriesMax: 1 } });

  const image = smallImage('a');
  const blobs = image.blobs.map((blob) => blob.toString('base64'));
  const put = { repository: 'app', manifest: image.manifest.toString('base64'), mediaType: image.mediaType, blobs };
  t.same(await call('POST', 'images', { ...put, tag: 'v1' }), { digest: sha256(image.manifest) });
  await call('PUT', 'image-status', { repository: 'app', tag: 'v1', status: 'ARCHIVED' });
  t.same((await ecr.send(new DescribeImagesCommand({ repositoryName: 'app' }))).imageDetails, []);
  await call('DELETE', 'images', { repository: 'app', digest: sha256(image.manifest) });
  const lie = { repository: 'app', tag: 'lie', manifest: Buffer.from('x').toString('base64'), unchecked: true, digest: sha256('y') };
  t.same(await call('POST', 'images', lie), { digest: sha256('y') });
  t.equal(
    (await ecr.send(new BatchGetImageCommand({ repositoryName: 'app', imageIds: [{ imageDigest: sha256('y') }] }))).images?.[0]
      ?.imageManifest,
    'x',
  );

  await call('POST', 'events', { source: 'aws.ecr', detailType: 'ECR Pull Through Cache Action', detail: { 'sync-status': 'SUCCESS' } });
  await until(() => webhook.received.length === 5);
  t.same(
    webhook.received.map(({ event, detail }) => detail['action-type'] ?? event['detail-type']),
    ['PUSH', 'UPDATE_STORAGE_CLASS', 'DELETE', 'PUSH', 'ECR Pull Through Cache Action'],
  );
  t.match(Object.values(await call('GET', 'deliveries')), [{ rule: 'r', outcome: 'delivered', attempts: [{ answer: { status: 202 } }] }]);
  t.same(await call('GET', 'dead-letters'), {});
  await call('DELETE', 'rules', { name: 'r' });
  await fails(t, call('DELETE', 'rules', { name: 'r' }), /no rule r/);

  t.match(await call('POST', 'faults', { kind: 'slow', repository: 'app', delayMs: 5, count: 1 }), { id: '1', kind: 'slow' });
  t.match(Object.values(await call('GET', 'faults')), [{ id: '1' }]);
  await call('DELETE', 'faults', {});
  t.same(await call('GET', 'faults'), {});
  t.match(await call('GET', 'counters'), { operations: { 'ecr:DescribeImages': 1, 'ecr:BatchGetImage': 1 }, events: { emitted: 5 } });
  t.match(Object.values(await call('GET', 'requests')), [
    { service: 'ecr', operation: 'DescribeImages', outcome: '200', repository: 'app' },
    {},
  ]);
  t.match(await call('GET', 'credentials'), {
    credentials: [
      {},
      {},
      { kind: 'access-key-id', text: keys['accessKeyId'] },
      { kind: 'secret-access-key', text: keys['secretAccessKey'] },
    ],
    forgotten: 0,
  });
  await call('DELETE', 'counters');
  t.match(await call('GET', 'counters'), { blobs: {}, operations: {} });

  const trustPolicy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  const { arn: roleArn } = await call('POST', 'roles', {
    name: 'R',
    path: '/scan/',
    trustPolicy,
    policies: [allowAll],
    maxSessionSeconds: 7200,
  });
  t.equal(roleArn, 'arn:aws:iam::123456789012:role/scan/R');
  t.match(await call('POST', 'oidc-providers', { url: 'https://cp.example/exposed' }), {
    arn: 'arn:aws:iam::123456789012:oidc-provider/cp.example/exposed',
  });
  t.match(await call('PUT', 'instance-role', { roleArn }), { environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: cloud.urls.imds } });
  await call('PUT', 'instance-role', { roleArn: null });
  t.match(await call('POST', 'tasks', { roleArn }), { environment: { AWS_CONTAINER_AUTHORIZATION_TOKEN: String } });
  const account = { namespace: 'n', serviceAccount: 's' };
  await call('PUT', 'pod-identity-associations', { ...account, roleArn });
  await call('PUT', 'pod-identity-associations', { ...account, roleArn: null });
  const file = join(folder, 'token');
  t.match(await call('POST', 'projected-tokens', { ...account, file, audience: 'sts.amazonaws.com', seconds: 600 }), {
    environment: { AWS_WEB_IDENTITY_TOKEN_FILE: file },
  });
  await call('PUT', 'clock', { offsetMs: 1000 });
  await call('DELETE', 'issuer-keys');
  await call('DELETE', 'access-keys', { accessKeyId: keys['accessKeyId'] });
  await fails(t, ecr.send(new DescribeImagesCommand({ repositoryName: 'app' })), /^UnrecognizedClientException/);
  await call('DELETE', 'repositories', { repository: 'app' });
  await fails(t, call('DELETE', 'repositories', { repository: 'app' }), /RepositoryNotFoundException/);
});

void tap.test('a verb that is used wrongly says how', async (t) => {
  const { admin, call } = await setUp(t);
  const cases: [string, string, unknown, RegExp][] = [
    ['POST', 'repositories', { nam: 'app' }, /unknown member nam; known are accountId, region, name/],
    ['POST', 'repositories', {}, /name is missing/],
    ['POST', 'repositories', { name: 5 }, /name must be a string/],
    ['POST', 'repositories', { name: 'App' }, /not a repository name of ECR: App/],
    ['POST', 'repositories', { name: 'app', accountId: '12' }, /an account id has 12 digits/],
    ['POST', 'repositories', { name: 'app', tagMutability: 'SOMETIMES' }, /must be one of MUTABLE, IMMUTABLE/],
    ['POST', 'faults', { kind: 'nonsense' }, /kind must be one of slow, cut/],
    ['POST', 'rules', { name: 'r', url: 'ftp://x' }, /not a URL of an API destination/],
    ['POST', 'rules', { name: 'r', url: 'http://127.0.0.1:1', retry: { delay: 1 } }, /unknown member delay/],
    [
      'POST',
      'roles',
      { name: 'R', trustPolicy: { Version: '2012-10-17', Statement: [{}] } },
      /MalformedPolicyDocument: Effect must be Allow or Deny/,
    ],
    ['POST', 'images', { repository: 'nope', layout: '/x' }, /RepositoryNotFoundException/],
    ['GET', 'nothing', undefined, /no admin verb GET \/_cloud\/nothing/],
  ];
  for (const [method, verb, body, pattern] of cases) await fails(t, call(method, verb, body), pattern);
  const response = await fetch(`${admin.url}/_cloud/faults`, { method: 'POST', body: 'no json' });
  t.match([response.status, await response.text()], [400, /must be a JSON object/]);
  const status = await new Promise((resolve, reject) => {
    const options = { port: admin.port, path: '/_cloud/urls', headers: { host: 'evil.example:80' } };
    httpRequest(options, (answer) => resolve(answer.statusCode))
      .on('error', reject)
      .end();
  });
  t.equal(status, 403, 'a page that reaches loopback by a name of its own is refused');
});
