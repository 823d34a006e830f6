import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromContainerMetadata, fromHttp, fromInstanceMetadata, fromTokenFile } from '@aws-sdk/credential-providers';
import type { Cloud } from '@tidewaiter/dev-cloud/cloud';
import tap, { type Test } from 'tap';
import { cloudFor } from '../clients.ts';
import { fails } from '../fixtures.ts';

type Provider = ReturnType<typeof fromHttp>;

function trust(Service: string, Action: string | string[] = 'sts:AssumeRole'): unknown {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service }, Action }] };
}

async function arnBy(cloud: Cloud, credentials: Provider): Promise<string> {
  const sts = new STSClient({ region: 'eu-west-1', endpoint: cloud.urls.sts, credentials, maxAttempts: 1 });
  return (await sts.send(new GetCallerIdentityCommand({}))).Arn ?? '';
}

/** The SDK reads these variables itself; they are put back after the test. */
function withEnvironment(t: Test, environment: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(environment)) {
    process.env[name] = value;
    t.teardown(() => delete process.env[name]);
  }
}

void tap.test('an instance gets its role by IMDSv2, and nothing without a token', async (t) => {
  const cloud = await cloudFor(t);
  const role = cloud.createRole({ name: 'Instance', trustPolicy: trust('ec2.amazonaws.com') });
  withEnvironment(t, cloud.workloads.setInstanceRole(role.arn).environment);
  const credentials = fromInstanceMetadata({ maxRetries: 0, ec2MetadataV1Disabled: true });
  t.equal(await arnBy(cloud, credentials), 'arn:aws:sts::123456789012:assumed-role/Instance/i-0123456789abcdef0');

  const path = `${cloud.urls.imds}/latest/meta-data/iam/security-credentials/`;
  t.equal((await fetch(path)).status, 401, 'version 1 is off');
  const put = (headers: Record<string, string>) => fetch(`${cloud.urls.imds}/latest/api/token`, { method: 'PUT', headers });
  const ttl = 'x-aws-ec2-metadata-token-ttl-seconds';
  t.equal((await put({})).status, 400);
  t.equal((await put({ [ttl]: '21601' })).status, 400);
  t.equal((await put({ [ttl]: '60', 'x-forwarded-for': '10.0.0.1' })).status, 403, 'a proxied request gets no token');
  const token = await (await put({ [ttl]: '60' })).text();
  const get = async (what: string) => fetch(`${path}${what}`, { headers: { 'x-aws-ec2-metadata-token': token } });
  t.equal(await (await get('')).text(), 'Instance');
  const [first, second] = [await (await get('Instance')).text(), await (await get('Instance')).text()];
  t.equal(first, second, 'the same keys until they are about to end');
  cloud.createRole({ name: 'Other', trustPolicy: trust('lambda.amazonaws.com') });
  cloud.workloads.setInstanceRole('arn:aws:iam::123456789012:role/Other');
  t.match(await (await get('Other')).text(), /AssumeRoleUnauthorizedAccess/);
  cloud.setClockOffset(61_000);
  t.equal((await get('')).status, 401, 'a token ends');
});

void tap.test('keys of an instance are renewed before they end', async (t) => {
  const cloud = await cloudFor(t, { workloadSessionSeconds: 3600 });
  const role = cloud.createRole({ name: 'Instance', trustPolicy: trust('ec2.amazonaws.com') });
  withEnvironment(t, cloud.workloads.setInstanceRole(role.arn).environment);
  const first = (await fromInstanceMetadata({ maxRetries: 0 })()).accessKeyId;
  cloud.setClockOffset(49 * 60_000);
  t.equal((await fromInstanceMetadata({ maxRetries: 0 })()).accessKeyId, first);
  cloud.setClockOffset(51 * 60_000);
  t.not((await fromInstanceMetadata({ maxRetries: 0 })()).accessKeyId, first);
});

void tap.test('an ECS task gets its role by its own URI and token', async (t) => {
  const cloud = await cloudFor(t);
  const role = cloud.createRole({ name: 'Task', trustPolicy: trust('ecs-tasks.amazonaws.com') });
  const { environment } = cloud.workloads.startTask(role.arn);
  withEnvironment(t, environment);
  t.match(await arnBy(cloud, fromHttp({})), /^arn:aws:sts::123456789012:assumed-role\/Task\/[0-9a-f]{32}$/);
  t.match(await arnBy(cloud, fromContainerMetadata({})), /assumed-role\/Task/, 'and by the older provider');
  t.equal((await fetch(environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '')).status, 401);
  const wrong = cloud.createRole({ name: 'Wrong', trustPolicy: trust('ec2.amazonaws.com') });
  withEnvironment(t, cloud.workloads.startTask(wrong.arn).environment);
  await fails(t, fromHttp({ maxRetries: 0 })(), /Error/);
});

void tap.test('a pod gets its role by Pod Identity, with the token of its file', async (t) => {
  const cloud = await cloudFor(t);
  const folder = await mkdtemp(join(tmpdir(), 'pod-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const account = { namespace: 'tidewaiter', serviceAccount: 'sensor' };
  const role = cloud.createRole({ name: 'Pod', trustPolicy: trust('pods.eks.amazonaws.com', ['sts:AssumeRole', 'sts:TagSession']) });
  const { environment } = await cloud.workloads.projectToken({
    ...account,
    file: join(folder, 'token'),
    audience: 'pods.eks.amazonaws.com',
  });
  withEnvironment(t, environment);
  const pod = () => arnBy(cloud, fromHttp({ maxRetries: 0 }));
  await fails(t, pod(), /no association|404|Error/);
  cloud.workloads.associate(account, role.arn);
  t.equal(await pod(), 'arn:aws:sts::123456789012:assumed-role/Pod/eks-sensor');
  cloud.workloads.associate(
    { ...account, serviceAccount: 'other' },
    cloud.createRole({ name: 'NoTags', trustPolicy: trust('pods.eks.amazonaws.com') }).arn,
  );
  await cloud.workloads.projectToken({
    ...account,
    serviceAccount: 'other',
    file: join(folder, 'token'),
    audience: 'pods.eks.amazonaws.com',
  });
  await fails(t, pod(), /not authorized to assume the role|Error/);
  await cloud.workloads.projectToken({ ...account, file: join(folder, 'token'), audience: 'sts.amazonaws.com' });
  await fails(t, pod(), /Error/);
});

void tap.test('a pod gets its role by IRSA, with the cluster as the issuer', async (t) => {
  const cloud = await cloudFor(t);
  const folder = await mkdtemp(join(tmpdir(), 'pod-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const provider = cloud.createOidcProvider({ url: cloud.urls.eksIssuer });
  const name = cloud.urls.eksIssuer.replace('http://', '');
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: provider.arn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${name}:sub`]: 'system:serviceaccount:tidewaiter:sensor', [`${name}:aud`]: 'sts.amazonaws.com' } },
  };
  const role = cloud.createRole({ name: 'Irsa', trustPolicy: { Version: '2012-10-17', Statement: [statement] } });
  const file = join(folder, 'token');
  const account = { namespace: 'tidewaiter', serviceAccount: 'sensor' };
  const { environment } = await cloud.workloads.projectToken({ ...account, file, audience: 'sts.amazonaws.com' });
  withEnvironment(t, { ...environment, AWS_ROLE_ARN: role.arn, AWS_ENDPOINT_URL_STS: cloud.urls.sts, AWS_REGION: 'eu-west-1' });
  t.match(await arnBy(cloud, fromTokenFile({ roleSessionName: 'pod' })), /assumed-role\/Irsa\/pod$/);
  await cloud.workloads.projectToken({ ...account, namespace: 'other', file, audience: 'sts.amazonaws.com' });
  await fails(t, arnBy(cloud, fromTokenFile({ roleSessionName: 'pod' })), /^AccessDenied/);
});
