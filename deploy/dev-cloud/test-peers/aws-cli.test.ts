import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchDeleteImageCommand,
  CreateRepositoryCommand,
  DeleteRepositoryPolicyCommand,
  ECRClient,
  PutImageCommand,
  SetRepositoryPolicyCommand,
  UpdateImageStorageClassCommand,
} from '@aws-sdk/client-ecr';
import tap from 'tap';
import { allow, cloudFor } from '../test/clients.ts';
import { allowAll, artifactOf, fails, indexOf, sha256, smallImage } from '../test/fixtures.ts';
import { installAwsCli, python } from './python.ts';
import { record, type Recorded } from './recorder.ts';

// Some thirty runs of a Python program, and its installation: more than tap's half minute on a busy machine.
tap.setTimeout(240_000);

void tap.test('the AWS CLI gets a role by web identity and reads ECR; every answer is as the service models say', async (t) => {
  const packages = await installAwsCli();
  const cloud = await cloudFor(t);
  const answers: Recorded[] = [];
  const [ecr, sts] = [await record('ecr', cloud.urls.ecr, answers), await record('sts', cloud.urls.sts, answers)];
  const folder = await mkdtemp(join(tmpdir(), 'cli-'));
  t.teardown(async () => {
    await Promise.all([ecr.close(), sts.close(), rm(folder, { recursive: true })]);
  });
  const endpoints = {
    AWS_ENDPOINT_URL_ECR: ecr.url,
    AWS_ENDPOINT_URL_STS: sts.url,
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_MAX_ATTEMPTS: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const aws = async (environment: Readonly<Record<string, string>>, ...args: string[]): Promise<unknown> => {
    const text = await python(packages, ['-m', 'awscli', '--output', 'json', ...args], { ...endpoints, ...environment });
    return text.startsWith('{') ? JSON.parse(text) : text.trim();
  };

  const image = smallImage('one');
  const artifact = artifactOf(image, 'application/vnd.example.sbom');
  const index = indexOf(image.manifest);
  await cloud.createRepository({ name: 'team/app' });
  await cloud.createRepository({ name: 'team/other' });
  await cloud.putImage({ repository: 'team/app', ...image });
  await cloud.putImage({ repository: 'team/app', ...artifact });
  await cloud.putImage({ repository: 'team/app', tag: 'v1', ...index });
  const readers = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }] };
  cloud.putRepositoryPolicy({ repository: 'team/app' }, readers);

  const provider = cloud.createOidcProvider({ url: cloud.urls.eksIssuer });
  const name = cloud.urls.eksIssuer.replace('http://', '');
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: provider.arn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${name}:sub`]: 'system:serviceaccount:tidewaiter:sensor' } },
  };
  const trustPolicy = { Version: '2012-10-17', Statement: [statement] };
  const role = cloud.createRole({ name: 'Scan', trustPolicy, policies: [allow(['ecr:*', 'sts:GetWebIdentityToken'])] });
  cloud.enableOutboundFederation();
  const account = { namespace: 'tidewaiter', serviceAccount: 'sensor' };
  const { environment } = await cloud.workloads.projectToken({ ...account, file: join(folder, 'token'), audience: 'sts.amazonaws.com' });
  const pod = { ...environment, AWS_ROLE_ARN: role.arn, AWS_ROLE_SESSION_NAME: 'cli' };

  t.match(await aws(pod, 'sts', 'get-caller-identity'), { Arn: 'arn:aws:sts::123456789012:assumed-role/Scan/cli' });
  t.match(await aws(pod, 'ecr', 'describe-repositories', '--page-size', '1'), {
    repositories: [{ repositoryName: 'team/app' }, { repositoryName: 'team/other' }],
  });
  const images = ['--repository-name', 'team/app'];
  t.match(await aws(pod, 'ecr', 'describe-images', ...images, '--image-ids', 'imageTag=v1'), {
    imageDetails: [{ imageDigest: sha256(index.manifest) }],
  });
  t.match(await aws(pod, 'ecr', 'list-images', ...images, '--filter', 'tagStatus=TAGGED'), { imageIds: [{ imageTag: 'v1' }] });
  t.match(await aws(pod, 'ecr', 'batch-get-image', ...images, '--image-ids', 'imageTag=v1', 'imageTag=v9'), {
    failures: [{ failureCode: 'ImageNotFound' }],
  });
  t.match(await aws(pod, 'ecr', 'get-login-password'), /^[A-Za-z0-9+/=]{200,}$/);
  t.match(await aws(pod, 'ecr', 'get-repository-policy', ...images), { policyText: JSON.stringify(readers) });
  const layer = sha256(image.layer);
  t.match(await aws(pod, 'ecr', 'batch-check-layer-availability', ...images, '--layer-digests', layer, 'x'), {
    layers: [{ layerAvailability: 'AVAILABLE' }],
  });
  t.match(await aws(pod, 'ecr', 'get-download-url-for-layer', ...images, '--layer-digest', layer), { layerDigest: layer });
  const subject = JSON.stringify({ imageDigest: sha256(image.manifest) });
  t.match(await aws(pod, 'ecr', 'list-image-referrers', ...images, '--subject-id', subject), {
    referrers: [{ digest: sha256(artifact.manifest) }],
  });

  const target = cloud.createRole({
    name: 'Target',
    trustPolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: role.arn }, Action: 'sts:AssumeRole' }] },
  });
  const session = ['--role-session-name', 'chained'];
  t.match(await aws(pod, 'sts', 'assume-role', '--role-arn', target.arn, ...session), { Credentials: { SessionToken: String } });
  await fails(
    t,
    aws(pod, 'sts', 'assume-role', '--role-arn', target.arn, ...session, '--duration-seconds', '3601'),
    /\(ValidationError\).*role chaining/s,
  );
  await fails(
    t,
    aws(pod, 'ecr', 'describe-images', '--repository-name', 'nope'),
    /\(RepositoryNotFoundException\).*'nope' does not exist/s,
  );
  await fails(t, aws(pod, 'ecr', 'describe-images', ...images, '--image-ids', 'imageTag=v9'), /\(ImageNotFoundException\)/);
  await fails(t, aws(pod, 'ecr', 'get-repository-policy', '--repository-name', 'team/other'), /\(RepositoryPolicyNotFoundException\)/);
  await fails(t, aws(pod, 'ecr', 'get-download-url-for-layer', ...images, '--layer-digest', sha256('x')), /\(LayersNotFoundException\)/);
  cloud.setImageStatus({ repository: 'team/app', imageDigest: sha256(image.manifest), status: 'ARCHIVED' });
  t.match(await aws(pod, 'ecr', 'describe-images', ...images, '--filter', 'imageStatus=ARCHIVED'), {
    imageDetails: [{ imageStatus: 'ARCHIVED' }],
  });
  await fails(t, aws(pod, 'ecr', 'get-download-url-for-layer', ...images, '--layer-digest', layer), /\(LayerInaccessibleException\)/);
  const outbound = ['--audience', 'cp.example', '--signing-algorithm', 'RS256'];
  t.match(await aws(pod, 'sts', 'get-web-identity-token', ...outbound), { WebIdentityToken: /^[\w-]+\.[\w-]+\.[\w-]+$/ });
  cloud.setFault({ kind: 'serverError', operation: 'ListImages', count: 1 });
  await fails(t, aws(pod, 'ecr', 'list-images', ...images), /\(ServerException\)/);
  const { accessKeyId, secretAccessKey } = cloud.createAccessKey({ user: 'static', policies: [allowAll] });
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: 'wrong' };
  await fails(t, aws(keys, 'ecr', 'describe-repositories'), /\(InvalidSignatureException\)/);
  await fails(t, aws(keys, 'sts', 'get-caller-identity'), /\(SignatureDoesNotMatch\)/);
  t.match(await aws({ ...keys, AWS_SECRET_ACCESS_KEY: secretAccessKey }, 'sts', 'get-caller-identity'), {
    Arn: 'arn:aws:iam::123456789012:user/static',
  });
  // What changes a registry is recorded through the other SDK: the CLI would only take longer.
  const sdk = new ECRClient({ region: 'eu-west-1', endpoint: ecr.url, credentials: { accessKeyId, secretAccessKey } });
  const other = { repositoryName: 'team/other' };
  await sdk.send(new CreateRepositoryCommand({ repositoryName: 'team/made' }));
  await fails(t, sdk.send(new CreateRepositoryCommand({ repositoryName: 'team/made' })), /^RepositoryAlreadyExistsException/);
  await cloud.putImage({ repository: 'team/other', ...image });
  const put = { ...other, imageManifest: image.manifest.toString(), imageTag: 'v2' };
  await sdk.send(new PutImageCommand(put));
  await fails(t, sdk.send(new PutImageCommand(put)), /^ImageAlreadyExistsException/);
  await sdk.send(new UpdateImageStorageClassCommand({ ...other, imageId: { imageTag: 'v2' }, targetStorageClass: 'ARCHIVE' }));
  await sdk.send(new BatchDeleteImageCommand({ ...other, imageIds: [{ imageTag: 'v2' }, { imageTag: 'v9' }] }));
  await sdk.send(new SetRepositoryPolicyCommand({ ...other, policyText: JSON.stringify(readers) }));
  await sdk.send(new DeleteRepositoryPolicyCommand(other));
  await cloud.workloads.projectToken({ ...account, namespace: 'other', file: join(folder, 'token'), audience: 'sts.amazonaws.com' });
  await fails(t, aws(pod, 'sts', 'get-caller-identity'), /\(AccessDenied\).*Not authorized to perform sts:AssumeRoleWithWebIdentity/s);
  await cloud.workloads.projectToken({ ...account, file: join(folder, 'token'), audience: 'someone.else' });
  await fails(t, aws(pod, 'sts', 'get-caller-identity'), /\(InvalidIdentityToken\).*Incorrect token audience/s);

  const operations = new Set(answers.filter((answer) => answer.status === 200).map((answer) => answer.operation));
  t.equal(operations.size, 19, `each operation was answered: ${[...operations].join(', ')}`);
  await t.test('answers against botocore', async (tt) => {
    const lines = answers.map((answer) => JSON.stringify(answer)).join('\n');
    const checked = await python(packages, [join(import.meta.dirname, 'check_answers.py')], {}, lines);
    const problems = checked.trim().split('\n');
    tt.equal(problems.length, answers.length);
    for (const [at, answer] of answers.entries())
      tt.equal(problems[at], '{"problems": []}', `${answer.service} ${answer.operation} ${answer.status}`);
  });
  await t.test('the check finds what is wrong', async (tt) => {
    const wrong = [
      {
        service: 'ecr',
        operation: 'DescribeImages',
        status: 200,
        body: '{"imageDetails":[{"imageStatus":"GONE","imagePushedAt":1764000000000,"size":1}]}',
      },
      { service: 'ecr', operation: 'DescribeImages', status: 400, body: '{"__type":"LayersNotFoundException","message":"x"}' },
    ];
    const checked = await python(
      packages,
      [join(import.meta.dirname, 'check_answers.py')],
      {},
      wrong.map((answer) => JSON.stringify(answer)).join('\n'),
    );
    tt.match(
      checked,
      /imageStatus is none of.*imagePushedAt is in milliseconds.*size is unknown[^\n]*\n.*no error LayersNotFoundException of DescribeImages/s,
    );
  });
});
