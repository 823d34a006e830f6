import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  GetAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { contextOf, decide, parsePolicy, type Question } from '@tidewaiter/dev-cloud/policies';
import tap from 'tap';
import { allow, cloudFor, ecrClient, stsClient } from '../clients.ts';
import { allowAll, fails, smallImage } from '../fixtures.ts';

const own = '123456789012';
const arn = `arn:aws:ecr:eu-west-1:${own}:repository/app`;
const describe = new DescribeImagesCommand({ repositoryName: 'app', registryId: own });

void tap.test('an identity policy opens what it names, and AWS says who, what and why not', async (t) => {
  const cloud = await cloudFor(t);
  for (const name of ['app', 'other']) await cloud.createRepository({ name });
  const keys = cloud.createAccessKey({ user: 'u', policies: [allow('ecr:DescribeImages', arn)] });
  const ecr = ecrClient(cloud, keys);
  t.ok(await ecr.send(describe));
  const who = `User: arn:aws:iam::${own}:user/u is not authorized to perform`;
  const why = 'because no identity-based policy allows the';
  await fails(
    t,
    ecr.send(new DescribeImagesCommand({ repositoryName: 'other' })),
    new RegExp(
      `^AccessDeniedException: ${who}: ecr:DescribeImages on resource: ${arn.replace('app', 'other')} ${why} ecr:DescribeImages action$`,
    ),
  );
  const nowhere = ecr.send(new DescribeImagesCommand({ repositoryName: 'does-not-exist' }));
  await fails(t, nowhere, /^AccessDeniedException/);
  await fails(t, ecr.send(new GetAuthorizationTokenCommand({})), /ecr:GetAuthorizationToken on resource: \* because/);
  await fails(
    t,
    ecr.send(new DescribeRepositoriesCommand({})),
    /ecr:DescribeRepositories on resource: arn:aws:ecr:eu-west-1:123456789012:repository\/\* because/,
  );
  const scoped = cloud.createAccessKey({ user: 'scoped', policies: [allow('ecr:GetAuthorizationToken', arn)] });
  await fails(t, ecrClient(cloud, scoped).send(new GetAuthorizationTokenCommand({})), /^AccessDeniedException/);
});

void tap.test('an explicit deny wins, wherever it stands', async (t) => {
  const cloud = await cloudFor(t);
  await cloud.createRepository({ name: 'app' });
  const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'ecr:Describe*', Resource: '*' }] };
  const denied = cloud.createAccessKey({ user: 'u', policies: [allowAll, deny] });
  await fails(t, ecrClient(cloud, denied).send(describe), /with an explicit deny in an identity-based policy$/);
  const keys = cloud.createAccessKey({ user: 'v', policies: [allowAll] });
  const statement = { Effect: 'Deny', Principal: { AWS: `arn:aws:iam::${own}:user/v` }, Action: 'ecr:DescribeImages' };
  cloud.putRepositoryPolicy({ repository: 'app' }, { Version: '2012-10-17', Statement: [statement] });
  await fails(t, ecrClient(cloud, keys).send(describe), /with an explicit deny in a resource-based policy$/);
  cloud.putRepositoryPolicy({ repository: 'app' }, null);
  t.ok(await ecrClient(cloud, keys).send(describe));
});

void tap.test('another account needs both its own policy and the repository policy', async (t) => {
  const cloud = await cloudFor(t);
  await cloud.createRepository({ name: 'app' });
  await cloud.putImage({ repository: 'app', tag: 'v1', ...smallImage('a') });
  const user = (name: string, policies: unknown[]) =>
    ecrClient(cloud, cloud.createAccessKey({ accountId: '222222222222', user: name, policies }));
  const [able, unable] = [user('able', [allow('ecr:*', arn)]), user('unable', [])];
  await fails(t, able.send(describe), /because no resource-based policy allows the ecr:DescribeImages action$/);
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::222222222222:root' },
    Action: ['ecr:DescribeImages', 'ecr:BatchGetImage'],
  };
  cloud.putRepositoryPolicy({ repository: 'app' }, { Version: '2012-10-17', Statement: [statement] });
  t.ok(await able.send(describe));
  t.equal(
    (await able.send(new BatchGetImageCommand({ repositoryName: 'app', registryId: own, imageIds: [{ imageTag: 'v1' }] }))).images?.length,
    1,
  );
  await fails(t, unable.send(describe), /because no identity-based policy allows the ecr:DescribeImages action$/);
});

void tap.test('within an account a repository policy that names the role is enough, one that names the account is not', async (t) => {
  const cloud = await cloudFor(t);
  await cloud.createRepository({ name: 'app' });
  const keys = cloud.createAccessKey({ user: 'u', policies: [] });
  const put = (AWS: string) =>
    cloud.putRepositoryPolicy(
      { repository: 'app' },
      { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'ecr:DescribeImages' }] },
    );
  put(`arn:aws:iam::${own}:root`);
  await fails(t, ecrClient(cloud, keys).send(describe), /^AccessDeniedException/);
  put(`arn:aws:iam::${own}:user/u`);
  t.ok(await ecrClient(cloud, keys).send(describe));
});

void tap.test('a session policy narrows, and replaced policies hold for living sessions', async (t) => {
  const cloud = await cloudFor(t);
  await cloud.createRepository({ name: 'app' });
  const keys = cloud.createAccessKey({ user: 'u', policies: [allow('sts:AssumeRole')] });
  const trustPolicy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: own }, Action: 'sts:AssumeRole' }] };
  const { arn: RoleArn } = cloud.createRole({ name: 'R', trustPolicy, policies: [allow('ecr:*')] });
  const session = async (Policy?: unknown) => {
    const narrow = Policy === undefined ? {} : { Policy: JSON.stringify(Policy) };
    const { Credentials } = await stsClient(cloud, keys).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'ss', ...narrow }));
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    return ecrClient(cloud, { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken });
  };
  const free = await session();
  t.ok(await free.send(describe));
  await fails(
    t,
    (await session(allow('ecr:BatchGetImage'))).send(describe),
    /because no session policy allows the ecr:DescribeImages action$/,
  );
  await fails(t, session({ Version: '2012-10-17', Statement: [{ Effect: 'Maybe' }] }), /^MalformedPolicyDocument/);
  cloud.createRole({ name: 'R', trustPolicy, policies: [] });
  const who = `User: arn:aws:sts::${own}:assumed-role/R/ss`;
  await fails(t, free.send(describe), new RegExp(`^AccessDeniedException: ${who} is not authorized`));
});

void tap.test('what this cloud does not know it refuses when it is put', async (t) => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ NotAction: 'ecr:*', Resource: '*' }, /element NotAction/],
    [{ Action: 'ecr:*', NotResource: '*' }, /element NotResource/],
    [{ Action: 'ecr:*', Resource: '*', Principal: '*' }, /element Principal in a identity policy/],
    [{ Action: 'ecr:*', Resource: 'not-an-arn' }, /must be in ARN format/],
    [{ Action: 'DescribeImages', Resource: '*' }, /must be prefaced by a vendor/],
    [{ Action: 'ecr:*', Resource: '*', Condition: { NumericLessThan: { 'aws:x': '1' } } }, /condition operator NumericLessThan/],
    [
      { Action: 'ecr:*', Resource: '*', Condition: { 'ForAnyValue:StringEquals': { 'aws:PrincipalArn': 'x' } } },
      /condition operator ForAnyValue:StringEquals/,
    ],
    [{ Action: 'ecr:*', Resource: '*', Condition: { StringEquals: { 'aws:SourceIp': 'x' } } }, /condition key aws:SourceIp/],
    [{ Action: 'ecr:*', Resource: '*', Condition: { StringEquals: { 'aws:userid': '${aws:username}' } } }, /policy variables/],
  ];
  for (const [statement, pattern] of cases) {
    const put = () => parsePolicy({ Version: '2012-10-17', Statement: { Effect: 'Allow', ...statement } }, 'identity');
    t.throws(put, pattern);
  }
  t.throws(() => parsePolicy('{', 'identity'), /invalid Json/);
  t.throws(() => parsePolicy({ Version: '2020-01-01', Statement: [] }, 'identity'), /Version must be/);
  t.throws(() => parsePolicy({ ...allowAll, Extra: 1 }, 'identity'), /unknown element Extra/);
  t.throws(
    () =>
      parsePolicy({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: 'bob' }, Action: 'ecr:*' }] }, 'repository'),
    /Invalid principal/,
  );
  t.ok(parsePolicy(JSON.stringify(allowAll).padEnd(10_240), 'identity'));
  t.throws(() => parsePolicy(JSON.stringify(allowAll).padEnd(10_241), 'identity'), /more than 10240 characters/);
});

void tap.test('conditions hold as the IAM user guide has them', async (t) => {
  const holds = (condition: unknown, context: Record<string, string | undefined>) => {
    const policy = parsePolicy(
      { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'ecr:*', Resource: '*', Condition: condition }] },
      'identity',
    );
    const question: Question = {
      caller: { kind: 'aws', accountId: own, arn: `arn:aws:iam::${own}:user/u` },
      action: 'ecr:DescribeImages',
      resource: arn,
      ownerAccountId: own,
      identityPolicies: [policy],
      context: contextOf(context),
    };
    return decide(question).allowed;
  };
  const role = { 'aws:PrincipalArn': `arn:aws:iam::${own}:role/scan/Tide` };
  t.equal(holds({ StringEquals: { 'AWS:principalarn': role['aws:PrincipalArn'] } }, role), true, 'keys are not case-sensitive');
  t.equal(holds({ StringEquals: { 'aws:PrincipalArn': role['aws:PrincipalArn'].toUpperCase() } }, role), false);
  t.equal(holds({ StringEqualsIgnoreCase: { 'aws:PrincipalArn': role['aws:PrincipalArn'].toUpperCase() } }, role), true);
  t.equal(holds({ StringLike: { 'aws:PrincipalArn': '*role/*/T?de' } }, role), true);
  t.equal(holds({ ArnLike: { 'aws:PrincipalArn': `arn:aws:*::${own}:role/*` } }, role), true);
  t.equal(holds({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:*:role/*' } }, role), false, 'a star does not cross the parts of an ARN');
  t.equal(holds({ StringNotEquals: { 'aws:PrincipalArn': 'x' } }, {}), true, 'negated operators match an absent key');
  t.equal(holds({ StringEquals: { 'aws:PrincipalArn': 'x' } }, {}), false);
  t.equal(holds({ StringEqualsIfExists: { 'aws:PrincipalArn': 'x' } }, {}), true);
  t.equal(holds({ StringEquals: { 'aws:PrincipalArn': ['x', role['aws:PrincipalArn']] } }, role), true, 'one value is enough');
  t.equal(holds({ Bool: { 'aws:SecureTransport': false } }, { 'aws:SecureTransport': 'true' }), false);
  t.equal(holds({ Null: { 'sts:ExternalId': 'true' } }, {}), true);
  t.equal(holds({ Null: { 'sts:ExternalId': 'false' } }, {}), false);
  const both = { StringLike: { 'aws:PrincipalArn': '*Tide' }, Bool: { 'aws:SecureTransport': 'true' } };
  t.equal(holds(both, { ...role, 'aws:SecureTransport': 'false' }), false, 'all lines must hold');
});
