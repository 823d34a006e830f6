import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetDownloadUrlForLayerCommand,
} from '@aws-sdk/client-ecr';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import tap from 'tap';
import { callAdmin, indexOf, Issuer, record, sha256, smallImage, until, Webhook, writeLayout } from '../fixtures.ts';

async function startProcess(
  dataFolder: string,
): Promise<{ child: ChildProcess; urls: Record<string, unknown>; environment: Record<string, unknown> }> {
  const main = join(import.meta.dirname, '../../src/main.ts');
  const child = spawn(
    process.execPath,
    ['--conditions=@tidewaiter/source', main, '--port', '0', '--until-stdin-closes', '--data-dir', dataFolder],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const line = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
  const ready = record(JSON.parse(line));
  return { child, urls: record(ready['urls']), environment: record(ready['environment']) };
}

void tap.test('the cloud as a process: web identity, ECR, a layer, and the events of a push, through the genuine AWS SDK', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'data-'));
  const { child, urls, environment } = await startProcess(data);
  const issuer = await Issuer.start();
  const webhook = await Webhook.start();
  t.teardown(async () => {
    child.kill('SIGKILL');
    await Promise.all([issuer.server.close(), webhook.close()]);
  });
  const admin = (method: string, verb: string, body?: unknown) => callAdmin(String(urls['admin']), method, verb, body);

  const provider = issuer.url.replace('http://', '');
  await admin('POST', 'repositories', { name: 'team/app' });
  await admin('POST', 'oidc-providers', { url: issuer.url });
  const role = await admin('POST', 'roles', {
    name: 'TidewaiterECRScanning',
    trustPolicy: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${provider}` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringEquals: { [`${provider}:aud`]: 'sts.amazonaws.com', [`${provider}:sub`]: 'tidewaiter-account-id:1' } },
        },
      ],
    },
    policies: [
      {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
          {
            Effect: 'Allow',
            Action: ['ecr:DescribeRepositories', 'ecr:DescribeImages', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
            Resource: 'arn:aws:ecr:eu-west-1:123456789012:repository/*',
          },
        ],
      },
    ],
  });
  await admin('POST', 'rules', { name: 'push', url: `${webhook.url}/api/webhooks/ecr`, header: { name: 'X-Key', value: 'k1' } });

  Object.assign(process.env, environment);
  const sts = new STSClient({ region: 'eu-west-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
  const assumed = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: String(role['arn']),
      RoleSessionName: 'sensor',
      WebIdentityToken: await issuer.token(),
    }),
  );
  t.equal(assumed.AssumedRoleUser?.Arn, 'arn:aws:sts::123456789012:assumed-role/TidewaiterECRScanning/sensor');
  t.equal(assumed.SubjectFromWebIdentityToken, 'tidewaiter-account-id:1');
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = assumed.Credentials ?? {};
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  const identity = await new STSClient({ region: 'eu-west-1', credentials }).send(new GetCallerIdentityCommand({}));
  t.equal(identity.Arn, assumed.AssumedRoleUser?.Arn);

  const [one, two] = [smallImage('one'), smallImage('two')];
  const index = indexOf(one.manifest, two.manifest);
  const layout = await mkdtemp(join(tmpdir(), 'layout-'));
  t.teardown(() => Promise.all([rm(layout, { recursive: true }), rm(data, { recursive: true })]));
  await writeLayout(layout, index, [...one.blobs, ...two.blobs, one.manifest, two.manifest]);
  t.same(await admin('POST', 'images', { repository: 'team/app', layout, tag: 'v1' }), { digest: sha256(index.manifest) });

  await until(() => webhook.received.length === 3);
  t.same(
    webhook.received.map(({ detail }) => [detail['image-digest'], detail['image-tag']]),
    [
      [sha256(one.manifest), ''],
      [sha256(two.manifest), ''],
      [sha256(index.manifest), 'v1'],
    ],
    'the children come first and without a tag',
  );
  t.match(webhook.received[0]?.headers, {
    'user-agent': 'Amazon/EventBridge/ApiDestinations',
    'content-type': 'application/json; charset=utf-8',
    range: 'bytes=0-1048575',
    'accept-encoding': 'gzip,deflate',
    connection: 'close',
    'x-key': 'k1',
  });

  const ecr = new ECRClient({ region: 'eu-west-1', credentials });
  const repositories = await ecr.send(new DescribeRepositoriesCommand({}));
  t.equal(repositories.repositories?.[0]?.repositoryUri, '123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app');
  const images = await ecr.send(new DescribeImagesCommand({ repositoryName: 'team/app', imageIds: [{ imageTag: 'v1' }] }));
  t.match(images.imageDetails, [{ imageDigest: sha256(index.manifest), imageTags: ['v1'], imageManifestMediaType: index.mediaType }]);
  const got = await ecr.send(new BatchGetImageCommand({ repositoryName: 'team/app', imageIds: [{ imageDigest: sha256(one.manifest) }] }));
  t.equal(got.images?.[0]?.imageManifest, one.manifest.toString());
  const url = await ecr.send(new GetDownloadUrlForLayerCommand({ repositoryName: 'team/app', layerDigest: sha256(one.layer) }));
  const whole = await fetch(url.downloadUrl ?? '');
  t.same(Buffer.from(await whole.arrayBuffer()), one.layer);
  const part = await fetch(url.downloadUrl ?? '', { headers: { range: 'bytes=100-' } });
  t.equal(part.status, 206);
  t.same(Buffer.from(await part.arrayBuffer()), one.layer.subarray(100));
  const counters = await admin('GET', 'counters');
  t.same(counters['blobs'], { [sha256(one.layer)]: { requests: 2, complete: 1, bytes: one.layer.length * 2 - 100 } });
  t.match(counters['events'], { emitted: 3, delivered: 3, dead: 0 });
  await t.rejects(admin('POST', 'rules', { name: 'x', target: 'y' }), /unknown member target/, 'a typing error in a verb is seen');

  t.equal((await readdir(data)).length, 1, 'its blobs lie where they were told to');
  const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  child.stdin?.end();
  t.equal(await ended, 0, 'it ends with whoever started it');
  t.same(await readdir(data), [], 'and leaves nothing behind');
});
