import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { type Cloud, startCloud } from '@tidewaiter/dev-cloud/cloud';
import tap from 'tap';
import { allowAll, fails, indexOf, sha256, smallImage, until, Webhook, writeLayout } from '../test/fixtures.ts';

const run = promisify(execFile);

/** skopeo (Debian) must be there: a missing peer fails. */
async function skopeo(...args: string[]): Promise<string> {
  return (await run('skopeo', args)).stdout;
}

async function dockerPassword(cloud: Cloud, policies: unknown[] = [allowAll]): Promise<string> {
  const { accessKeyId, secretAccessKey } = cloud.createAccessKey({ user: `pusher-${policies.length}`, policies });
  const ecr = new ECRClient({ region: 'eu-west-1', endpoint: cloud.urls.ecr, credentials: { accessKeyId, secretAccessKey } });
  const answer = await ecr.send(new GetAuthorizationTokenCommand({}));
  return Buffer.from(answer.authorizationData?.[0]?.authorizationToken ?? '', 'base64').toString();
}

void tap.test('skopeo pushes an index and pulls it back; the push makes the events that ECR makes', async (t) => {
  const cloud = await startCloud();
  const webhook = await Webhook.start();
  const folder = await mkdtemp(join(tmpdir(), 'skopeo-'));
  t.teardown(async () => {
    await Promise.all([cloud.close(), webhook.close(), rm(folder, { recursive: true })]);
  });
  const [one, two] = [smallImage('one', 300_000), smallImage('two')];
  const index = indexOf(one.manifest, two.manifest);
  await writeLayout(join(folder, 'in'), index, [...one.blobs, ...two.blobs, one.manifest, two.manifest]);
  const { registryUrl } = await cloud.createRepository({ name: 'team/app' });
  cloud.createRule({ name: 'push', url: webhook.url });
  const place = `docker://${registryUrl.replace('http://', '')}/team/app:v1`;
  const creds = await dockerPassword(cloud);

  await skopeo('copy', '--all', '--dest-tls-verify=false', '--dest-creds', creds, `oci:${folder}/in:latest`, place);
  await until(() => webhook.received.length === 3);
  const seen = webhook.received.map(({ detail }) => [detail['image-digest'], detail['image-tag']]);
  t.strictSame(seen.at(-1), [sha256(index.manifest), 'v1'], 'the index comes last, with the tag');
  t.strictSame(
    new Set(seen.slice(0, 2).map(String)),
    new Set([`${sha256(one.manifest)},`, `${sha256(two.manifest)},`]),
    'the children come first, without',
  );

  await skopeo('copy', '--all', '--src-tls-verify=false', '--src-creds', creds, place, `oci:${folder}/out:latest`);
  for (const bytes of [...one.blobs, ...two.blobs, one.manifest, two.manifest, index.manifest]) {
    t.ok((await readFile(join(folder, 'out/blobs/sha256', sha256(bytes).slice(7)))).equals(bytes));
  }
  t.equal(cloud.counters().blobs[sha256(one.layer)]?.complete, 1, 'a layer is served by the pre-signed origin, once');

  const tags = await skopeo('list-tags', '--tls-verify=false', '--creds', creds, `docker://${registryUrl.replace('http://', '')}/team/app`);
  t.match(tags, /"v1"/);
});

void tap.test('skopeo is refused without a password, and without the permission', async (t) => {
  const cloud = await startCloud();
  t.teardown(() => cloud.close());
  const { registryUrl } = await cloud.createRepository({ name: 'team/app' });
  const place = `docker://${registryUrl.replace('http://', '')}/team/app:v1`;
  await fails(t, skopeo('inspect', '--raw', '--tls-verify=false', place), /authentication required|unauthorized|Not Authorized/i);
  const statement = { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' };
  const creds = await dockerPassword(cloud, [{ Version: '2012-10-17', Statement: [statement] }]);
  const inspect = skopeo('inspect', '--raw', '--tls-verify=false', '--creds', creds, place);
  await fails(t, inspect, /denied: User: arn:aws:iam::123456789012:user\/pusher-1 is not authorized to perform: ecr:BatchGetImage/);
});
