import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  GetWebIdentityTokenCommand,
  type GetWebIdentityTokenCommandInput,
} from '@aws-sdk/client-sts';
import { type Cloud, type CloudOptions } from '@tidewaiter/dev-cloud/cloud';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import tap, { type Test } from 'tap';
import { allow, cloudFor, type Keys, stsClient } from '../clients.ts';
import { allowAll, fails, Issuer } from '../fixtures.ts';

const nobody: Keys = { accessKeyId: 'x', secretAccessKey: 'x' };

interface Federation {
  readonly cloud: Cloud;
  readonly issuer: Issuer;
  readonly roleArn: string;
  readonly assume: (
    token: string,
    more?: { DurationSeconds?: number; RoleArn?: string; Policy?: string },
  ) => Promise<Keys & { expiresAt: number; arn: string }>;
}

async function federation(
  t: Test,
  options: CloudOptions = {},
  condition = 'StringEquals',
  sub = 'tidewaiter-account-id:1',
): Promise<Federation> {
  const cloud = await cloudFor(t, options);
  const issuer = await Issuer.start();
  t.teardown(() => issuer.server.close());
  const provider = cloud.createOidcProvider({ url: issuer.url });
  const name = issuer.url.replace('http://', '');
  const trustPolicy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: provider.arn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { [`${name}:aud`]: 'sts.amazonaws.com' },
          [condition === 'StringEquals' ? 'StringEqualsIfExists' : condition]: { [`${name}:sub`]: sub },
        },
      },
    ],
  };
  const { arn: roleArn } = cloud.createRole({ name: 'Scan', trustPolicy, maxSessionSeconds: 7200 });
  const assume: Federation['assume'] = async (WebIdentityToken, more = {}) => {
    const command = new AssumeRoleWithWebIdentityCommand({ RoleArn: roleArn, RoleSessionName: 'sensor', WebIdentityToken, ...more });
    const { Credentials: keys, AssumedRoleUser: user } = await stsClient(cloud, nobody).send(command);
    return {
      accessKeyId: keys?.AccessKeyId ?? '',
      secretAccessKey: keys?.SecretAccessKey ?? '',
      sessionToken: keys?.SessionToken ?? '',
      expiresAt: keys?.Expiration?.getTime() ?? 0,
      arn: user?.Arn ?? '',
    };
  };
  return { cloud, issuer, roleArn, assume };
}

void tap.test('a web identity becomes a session of the role, for as long as asked', async (t) => {
  const { cloud, issuer, assume } = await federation(t);
  const keys = await assume(await issuer.token());
  t.equal(keys.arn, 'arn:aws:sts::123456789012:assumed-role/Scan/sensor');
  t.ok(Math.abs(keys.expiresAt - Date.now() - 3_600_000) < 5_000, 'an hour unless asked otherwise');
  t.match(keys.accessKeyId, /^ASIA[A-Z2-7]{16}$/);
  const identity = await stsClient(cloud, keys).send(new GetCallerIdentityCommand({}));
  t.match(identity, { Account: '123456789012', Arn: keys.arn, UserId: /^AROA[A-Z2-7]{17}:sensor$/ });
  t.ok(await assume(await issuer.token(), { DurationSeconds: 900 }));
  t.ok(await assume(await issuer.token(), { DurationSeconds: 7200 }));
  await fails(
    t,
    assume(await issuer.token(), { DurationSeconds: 899 }),
    /^ValidationError: .*'durationSeconds'.*greater than or equal to 900$/,
  );
  await fails(
    t,
    assume(await issuer.token(), { DurationSeconds: 7201 }),
    /^ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration/,
  );
});

void tap.test('a token that is not what the trust policy wants is refused in AWS words', async (t) => {
  const { issuer, assume } = await federation(t);
  const other = await Issuer.start();
  t.teardown(() => other.server.close());
  const now = Math.floor(Date.now() / 1000);
  const cases: [string, Promise<string>, RegExp][] = [
    [
      'another subject',
      issuer.token({ sub: 'tidewaiter-account-id:2' }),
      /^AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity$/,
    ],
    ['session tags without leave', issuer.token({ 'https://aws.amazon.com/tags': { principal_tags: {} } }), /^AccessDenied/],
    ['another audience', issuer.token({ aud: 'sts.amazon.com' }), /^InvalidIdentityToken.*: Incorrect token audience$/],
    ['an issuer without a provider', other.token(), /^InvalidIdentityToken.*: No OpenIDConnect provider found in your account for http/],
    ['a slash at the end of the issuer', issuer.token({ iss: `${issuer.url}/` }), /No OpenIDConnect provider found/],
    [
      'expired',
      issuer.token({ exp: now - 1 }),
      /^ExpiredTokenException: Token expired: current date\/time \d+ must be before the expiration date\/time \d+$/,
    ],
    ['not yet valid', issuer.token({ nbf: now + 600 }), /^InvalidIdentityToken.*not yet valid/],
    ['no expiry', issuer.token({ exp: undefined }), /Missing a required claim: exp/],
    ['no subject', issuer.token({ sub: undefined }), /Missing a required claim: sub/],
    ['a time with a fraction', issuer.token({ exp: now + 300.5 }), /must be an integer/],
    [
      'an unknown key',
      issuer.token({}, { kid: 'unknown' }),
      /^InvalidIdentityToken.*: Couldn't retrieve verification key from your identity provider/,
    ],
  ];
  for (const [what, token, pattern] of cases) await t.test(what, async (tt) => fails(tt, assume(await token), pattern));
  const [head = '', body = '', signature = ''] = (await issuer.token()).split('.');
  const changed = Buffer.from(Buffer.from(body, 'base64url').toString().replace('id:1', 'id:2')).toString('base64url');
  await fails(t, assume(`${head}.${changed}.${signature}`), /^InvalidIdentityToken/);
  const none = Buffer.from(JSON.stringify({ alg: 'none', kid: 'first' })).toString('base64url');
  await fails(t, assume(`${none}.${body}.${signature}`), /^InvalidIdentityToken.*Unsupported token algorithm/);
  const hmac = Buffer.from(JSON.stringify({ alg: 'HS256', kid: 'first' })).toString('base64url');
  await fails(t, assume(`${hmac}.${body}.${signature}`), /Unsupported token algorithm/);
  await fails(t, assume('not a token'), /is not a valid JWT/);
  await fails(t, assume('x'.repeat(20_001)), /^ValidationError: .*less than or equal to 20000$/);
  await fails(t, assume(await issuer.token(), { RoleArn: 'arn:aws:iam::123456789012:role/Nope' }), /^AccessDenied/);
  await fails(t, assume(await issuer.token(), { RoleArn: 'arn:aws:iam::210987654321:role/Scan' }), /No OpenIDConnect provider/);
});

void tap.test('StringLike takes a pattern of subjects', async (t) => {
  const { issuer, assume } = await federation(t, {}, 'StringLike', 'tidewaiter-account-id:*');
  t.ok(await assume(await issuer.token({ sub: 'tidewaiter-account-id:77' })));
  await fails(t, assume(await issuer.token({ sub: 'someone' })), /^AccessDenied/);
});

void tap.test('an issuer that cannot be read: every reason is one sentence, but a failing one can be tried again', async (t) => {
  const { cloud, issuer, assume } = await federation(t, { issuerTimeoutMs: 1_500, jwksCacheSeconds: 0 });
  const noKey = /^InvalidIdentityToken.*: Couldn't retrieve verification key from your identity provider/;
  for (const name of Object.keys(issuer.discovery)) {
    const { [name]: removed, ...rest } = issuer.discovery;
    const whole = issuer.discovery;
    issuer.discovery = rest;
    await t.test(`without ${name} (${String(removed).length} characters)`, async (tt) => fails(tt, assume(await issuer.token()), noKey));
    issuer.discovery = whole;
  }
  issuer.discoveryStatus = 404;
  await fails(t, assume(await issuer.token()), noKey);
  issuer.discoveryStatus = 503;
  await fails(t, assume(await issuer.token()), /^IDPCommunicationError/);
  issuer.discoveryStatus = 200;
  issuer.discoveryDelayMs = 3_000;
  await fails(t, assume(await issuer.token()), noKey);
  issuer.discoveryDelayMs = 0;
  t.ok(await assume(await issuer.token()));
  await issuer.server.close();
  await fails(t, assume(await issuer.token()), noKey);
  t.throws(() => cloud.createOidcProvider({ url: 'http://example.com/x' }), /must begin with https/);
});

void tap.test('keys are kept, and an unknown one does not make STS look again', async (t) => {
  const { cloud, issuer, assume } = await federation(t, { jwksCacheSeconds: 600 });
  await assume(await issuer.token());
  issuer.rotate('second');
  await fails(t, assume(await issuer.token()), /Couldn't retrieve verification key/);
  t.same(issuer.fetches, { discovery: 1, jwks: 1 });
  cloud.setClockOffset(601_000);
  const iat = Math.floor(Date.now() / 1000) + 601;
  t.ok(await assume(await issuer.token({ iat, exp: iat + 300 })), 'until its cache ends');
  issuer.rotate('third');
  cloud.clearIssuerKeys();
  t.ok(await assume(await issuer.token({ iat, exp: iat + 300 })), 'or is cleared');
});

void tap.test('AssumeRole wants the External ID, and both sides across accounts', async (t) => {
  const cloud = await cloudFor(t);
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::111111111111:root' },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': 'tw-1234' } },
  };
  const { arn: RoleArn } = cloud.createRole({
    accountId: '222222222222',
    name: 'TidewaiterECRScanning',
    trustPolicy: { Version: '2012-10-17', Statement: [statement] },
  });
  const assume = (keys: Keys, ExternalId?: string) =>
    stsClient(cloud, keys).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'scan', ...(ExternalId === undefined ? {} : { ExternalId }) }),
    );
  const keys = cloud.createAccessKey({ accountId: '111111111111', user: 'sensor', policies: [allow('sts:AssumeRole', RoleArn)] });
  t.equal((await assume(keys, 'tw-1234')).AssumedRoleUser?.Arn, 'arn:aws:sts::222222222222:assumed-role/TidewaiterECRScanning/scan');
  const denied = new RegExp(
    `^AccessDenied: User: arn:aws:iam::111111111111:user/sensor is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}$`,
  );
  await fails(t, assume(keys, 'tw-9999'), denied);
  await fails(t, assume(keys), denied);
  const unable = cloud.createAccessKey({ accountId: '111111111111', user: 'other', policies: [] });
  await fails(t, assume(unable, 'tw-1234'), /^AccessDenied/);
  const stranger = cloud.createAccessKey({ accountId: '333333333333', user: 'x', policies: [allowAll] });
  await fails(t, assume(stranger, 'tw-1234'), /^AccessDenied/);
});

void tap.test('a role assumed by a role lasts an hour at most', async (t) => {
  const { cloud, issuer, roleArn, assume } = await federation(t);
  const trustPolicy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: roleArn }, Action: 'sts:AssumeRole' }] };
  const { arn: RoleArn } = cloud.createRole({ name: 'Target', trustPolicy, maxSessionSeconds: 43_200 });
  const sts = stsClient(cloud, await assume(await issuer.token()));
  const target = { RoleArn, RoleSessionName: 'chained' };
  t.ok(await sts.send(new AssumeRoleCommand({ ...target, DurationSeconds: 3600 })));
  const long = sts.send(new AssumeRoleCommand({ ...target, DurationSeconds: 3601 }));
  await fails(
    t,
    long,
    /^ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining$/,
  );
  const user = cloud.createAccessKey({ user: 'u', policies: [allowAll] });
  await fails(t, stsClient(cloud, user).send(new AssumeRoleCommand(target)), /^AccessDenied/);
});

void tap.test('GetCallerIdentity refuses what is signed wrongly, unsigned, or late', async (t) => {
  const { cloud, issuer, assume } = await federation(t);
  const keys = await assume(await issuer.token());
  const call = (given: Keys) => stsClient(cloud, given).send(new GetCallerIdentityCommand({}));
  await fails(t, call({ ...keys, secretAccessKey: 'wrong' }), /^SignatureDoesNotMatch: The request signature we calculated does not match/);
  await fails(t, call({ ...keys, sessionToken: 'wrong' }), /^InvalidClientTokenId: The security token included in the request is invalid/);
  await fails(t, call(nobody), /^InvalidClientTokenId/);
  cloud.setClockOffset(3_601_000);
  await fails(t, call(keys), /^ExpiredToken: The security token included in the request is expired/);
  cloud.setClockOffset(0);
  const unsigned = await fetch(cloud.urls.sts, { method: 'POST', body: 'Action=GetCallerIdentity&Version=2011-06-15' });
  t.match([unsigned.status, await unsigned.text()], [403, /<Code>MissingAuthenticationToken<\/Code>/]);
  const unknown = await fetch(cloud.urls.sts, { method: 'POST', body: 'Action=DecodeNothing&Version=2011-06-15' });
  t.match([unknown.status, await unknown.text()], [400, /<Type>Sender<\/Type><Code>InvalidAction<\/Code>/]);
});

void tap.test('STS answers in JSON where it is asked to', async (t) => {
  const cloud = await cloudFor(t);
  const post = (body: string) => fetch(cloud.urls.sts, { method: 'POST', headers: { accept: 'application/json' }, body });
  const refused = await post('Action=GetCallerIdentity&Version=2011-06-15');
  t.match(
    [refused.status, await refused.json()],
    [403, { Error: { Type: 'Sender', Code: 'MissingAuthenticationToken' }, RequestId: String }],
  );
  const old = await post('Action=GetCallerIdentity&Version=2010-01-01');
  t.match([old.status, await old.json()], [400, { Error: { Code: 'NoSuchVersion' } }]);
});

void tap.test('GetWebIdentityToken says who asks, to whoever trusts the issuer of the account', async (t) => {
  const cloud = await cloudFor(t);
  const trustPolicy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' }],
  };
  const audience = 'https://cp.example/enrol';
  const condition = { Condition: { StringEquals: { 'sts:IdentityTokenAudience': audience } } };
  const { arn: RoleArn } = cloud.createRole({ name: 'Sensor', trustPolicy, policies: [allow('sts:GetWebIdentityToken', '*', condition)] });
  const user = cloud.createAccessKey({ user: 'u', policies: [allow('sts:AssumeRole')] });
  const { Credentials } = await stsClient(cloud, user).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'task', DurationSeconds: 900 }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  const sts = stsClient(cloud, { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken });
  const get = (more: Partial<GetWebIdentityTokenCommandInput> = {}) =>
    sts.send(new GetWebIdentityTokenCommand({ Audience: [audience], SigningAlgorithm: 'ES384', ...more }));
  await fails(t, get(), /^OutboundWebIdentityFederationDisabledException/);
  const { issuer, servedAt } = cloud.enableOutboundFederation({ issuer: 'https://abc.tokens.sts.global.api.aws' });
  for (const SigningAlgorithm of ['RS256', 'ES384'] as const) {
    const { WebIdentityToken = '' } = await get({ SigningAlgorithm });
    const keys = createRemoteJWKSet(new URL(`${servedAt}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(WebIdentityToken, keys, { issuer, audience });
    t.match(payload, { sub: RoleArn, 'https://sts.amazonaws.com/': { aws_account: '123456789012', source_region: 'eu-west-1' } });
    t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 300);
  }
  const discovery = await (await fetch(`${servedAt}/.well-known/openid-configuration`)).json();
  t.match(discovery, { issuer, jwks_uri: `${issuer}/.well-known/jwks.json` });
  await fails(
    t,
    get({ Audience: ['https://other.example'] }),
    /^AccessDenied: .*sts:GetWebIdentityToken on resource: \* because no identity-based policy/,
  );
  await fails(t, get({ DurationSeconds: 59 }), /^ValidationError: .*greater than or equal to 60$/);
  await fails(t, get({ DurationSeconds: 3600 }), /^SessionDurationEscalationException/);
  await fails(t, get({ Audience: Array.from({ length: 11 }, () => audience) }), /^ValidationError: .*less than or equal to 10$/);
});
