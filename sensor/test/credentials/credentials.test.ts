import { ECRClient, DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type Cloud, type CloudOptions, startCloud } from '@tidewaiter/dev-cloud/cloud';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import tap, { type Test } from 'tap';
import {
  type AwsCredentialsProvider,
  createCredentials,
  createHostCredentials,
  type CredentialedRegistry,
  type Credentials,
} from '../../src/credentials/index.ts';
import { startIssuer, type TestIssuer, trustPolicyOf } from './issuer.ts';

const SENSOR_ID = '0199e0a0-0000-7000-8000-00000000beef';
const ARN = 'arn:aws:sts::123456789012:assumed-role/Scan/tidewaiter-00000000beef';

interface Setting {
  readonly cloud: Cloud;
  readonly issuer: TestIssuer;
  readonly registry: CredentialedRegistry;
  readonly credentials: Credentials;
  /** Moves the monotonic clock of the sensor. */
  readonly clock: { wall: number; monotonic: number };
  readonly assumptions: () => number;
}

async function setUp(t: Test, options: CloudOptions = {}): Promise<Setting> {
  const cloud = await startCloud({ jwksCacheSeconds: 0, ...options });
  t.teardown(() => cloud.close());
  const issuer = await startIssuer(t);
  const { arn: provider } = cloud.createOidcProvider({ url: issuer.url });
  const { arn: roleArn } = cloud.createRole({ name: 'Scan', trustPolicy: trustPolicyOf(issuer, provider) });
  const clock = { wall: 0, monotonic: 0 };
  const credentials = createCredentials({
    sensorId: SENSOR_ID,
    now: () => Date.now() + clock.wall,
    monotonic: () => performance.now() + clock.monotonic,
    chance: () => 0.01,
    createStsClient: (region) => new STSClient({ region, endpoint: cloud.urls.sts, maxAttempts: 1 }),
    createHostCredentials,
  });
  const registry: CredentialedRegistry = { id: 'r1', region: 'eu-west-1', access: { method: 'web-identity', roleArn } };
  const assumptions = () => cloud.requests().filter(({ operation }) => operation === 'AssumeRoleWithWebIdentity').length;
  return { cloud, issuer, registry, credentials, clock, assumptions };
}

const live = (): AbortSignal => new AbortController().signal;

async function whoami(cloud: Cloud, provider: AwsCredentialsProvider): Promise<string | undefined> {
  const sts = new STSClient({ region: 'eu-west-1', endpoint: cloud.urls.sts, credentials: provider, maxAttempts: 1 });
  return (await sts.send(new GetCallerIdentityCommand({}))).Arn;
}

async function failure(promise: Promise<unknown>): Promise<TidewaiterError> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof TidewaiterError) return error;
  throw error;
}

void tap.test('a web identity becomes a session of the role, named after the sensor, that works for ECR', async (t) => {
  const { cloud, issuer, registry, credentials } = await setUp(t);
  const provider = await credentials.connect(registry, () => issuer.token(), live());
  t.equal(await whoami(cloud, provider), ARN);
  const ecr = new ECRClient({ region: 'eu-west-1', endpoint: cloud.urls.ecr, credentials: provider, maxAttempts: 1 });
  await t.rejects(ecr.send(new DescribeRepositoriesCommand({})), { name: 'AccessDeniedException' }, 'known, but this role may nothing');
});

void tap.test('many who ask at once, and one after the other, cause one exchange', async (t) => {
  const { issuer, registry, credentials, assumptions } = await setUp(t);
  let tokens = 0;
  const request = () => {
    tokens++;
    return issuer.token();
  };
  const providers = await Promise.all(Array.from({ length: 20 }, () => credentials.connect(registry, request, live())));
  await Promise.all(providers.map((provider) => provider()));
  await credentials.connect(registry, request, live());
  t.same([tokens, assumptions()], [1, 1]);
  await credentials.connect({ ...registry, id: 'r2' }, request, live());
  t.equal(assumptions(), 2, 'another registry has its own session');
});

void tap.test('keys are renewed five minutes before they end, not before, with the newest live token request', async (t) => {
  const { issuer, registry, credentials, clock, assumptions } = await setUp(t);
  const ended = new AbortController();
  const asked: string[] = [];
  const named = (name: string) => () => {
    asked.push(name);
    return issuer.token();
  };
  const provider = await credentials.connect(registry, named('first'), live());
  await credentials.connect(registry, named('second'), live());
  const stale = async () => {
    asked.push('stale');
    throw new TidewaiterError('assignment.stale', { which: 'a1' });
  };
  await credentials.connect(registry, stale, live());
  await credentials.connect(registry, named('ended'), ended.signal);
  ended.abort();
  const first = await provider();
  clock.monotonic = 54.5 * 60_000;
  t.equal(await provider(), first);
  clock.monotonic = 55.1 * 60_000;
  t.not(await provider(), first);
  t.same(asked, ['first', 'stale', 'second']);
  t.equal(assumptions(), 2);
});

void tap.test('as many token requests are remembered as assignments can run at once', async (t) => {
  for (const [later, isRemembered] of [
    [63, true],
    [64, false],
  ] as const) {
    const { issuer, registry, credentials, clock } = await setUp(t);
    const provider = await credentials.connect(registry, () => issuer.token(), live());
    const stale = () => Promise.reject(new TidewaiterError('assignment.stale', { which: 'a1' }));
    for (let count = 0; count < later; count++) await credentials.connect(registry, async () => stale(), live());
    clock.monotonic = 61 * 60_000;
    if (isRemembered) t.ok(await provider());
    else t.match(await failure(provider()), { code: 'assignment.stale' });
  }
});

void tap.test('keys that are over when they come, by their word or by a clock that jumped, are not asked for in a circle', async (t) => {
  const { issuer, registry, credentials, clock, assumptions } = await setUp(t);
  clock.wall = 7_200_000;
  const provider = await credentials.connect(registry, () => issuer.token(), live());
  for (let calls = 0; calls < 50; calls++) await provider();
  t.equal(assumptions(), 1);
  clock.monotonic = 61_000;
  for (let calls = 0; calls < 50; calls++) await provider();
  t.equal(assumptions(), 2, 'once a minute at most');
  clock.wall = -7_200_000;
  clock.monotonic += 61_000;
  await provider();
  clock.monotonic += 56 * 60_000;
  await provider();
  t.equal(assumptions(), 4, 'a clock that is behind does not lengthen a session');
});

void tap.test('while keys still live, a renewal that fails does no harm and is tried again after a pause', async (t) => {
  const { cloud, issuer, registry, credentials, clock, assumptions } = await setUp(t);
  const provider = await credentials.connect(registry, () => issuer.token(), live());
  const first = await provider();
  clock.monotonic = 56 * 60_000;
  cloud.setFault({ kind: 'throttle', operation: 'AssumeRoleWithWebIdentity', count: 3 });
  t.equal(await provider(), first);
  t.equal(await provider(), first);
  t.equal(assumptions(), 4, 'three tries, then a pause');
  clock.monotonic += 11_000;
  t.not(await provider(), first);
});

void tap.test('an issuer that AWS cannot read for a moment is tried three times, then said', async (t) => {
  const { issuer, registry, credentials, assumptions } = await setUp(t);
  issuer.fail(404, 2);
  t.ok(await credentials.connect(registry, () => issuer.token(), live()), "InvalidIdentityToken: Couldn't retrieve verification key");
  issuer.fail(503, 2);
  t.ok(await credentials.connect({ ...registry, id: 'r2' }, () => issuer.token(), live()), 'IDPCommunicationError');
  const before = assumptions();
  issuer.fail(404, 99);
  const error = await failure(credentials.connect({ ...registry, id: 'r3' }, () => issuer.token(), live()));
  t.match(error, {
    code: 'credentials.unavailable',
    message: /Couldn't retrieve verification key.*\/exposed\/\.well-known/,
    retryable: true,
  });
  t.equal(assumptions() - before, 3);
});

void tap.test(
  'a token whose times STS does not take is a clock that is off: worth another try, and once it is right it works',
  async (t) => {
    const { issuer, registry, credentials, assumptions } = await setUp(t);
    for (const [seconds, words] of [
      [-3_600, 'ExpiredTokenException: Token expired'],
      [3_600, 'InvalidIdentityTokenException: Token not yet valid'],
    ] as const) {
      issuer.offBy(seconds);
      const before = assumptions();
      const error = await failure(credentials.connect(registry, () => issuer.token(), live()));
      t.match(error, {
        code: 'credentials.unavailable',
        retryable: true,
        facts: { remedy: /clock may be off.*control plane's clock.*tried again/ },
      });
      t.match(error.message, words);
      t.equal(assumptions() - before, 1, 'the same token would be refused again');
    }
    issuer.offBy(0);
    t.ok(await credentials.connect(registry, () => issuer.token(), live()));
  },
);

void tap.test("a refusal is told in AWS's words with what to do, at once", async (t) => {
  const { issuer, registry, credentials, assumptions } = await setUp(t);
  const denied = await failure(credentials.connect(registry, () => issuer.token('tidewaiter-account-id:2'), live()));
  t.match(denied, {
    code: 'credentials.denied',
    message: /AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity.*trust policy/,
    retryable: false,
  });
  const roleArn = 'arn:aws:iam::210987654321:role/Scan';
  const elsewhere = { ...registry, access: { method: 'web-identity', roleArn } } as const;
  const unknown = await failure(credentials.connect(elsewhere, () => issuer.token(), live()));
  t.match(unknown, { code: 'credentials.denied', message: /No OpenIDConnect provider found.*OIDC provider whose URL/ });
  t.equal(assumptions(), 2, 'nothing is tried again');
  const token = await issuer.token('tidewaiter-account-id:3');
  const hidden = await failure(credentials.connect(registry, async () => token, live()));
  t.notMatch(JSON.stringify([hidden.message, hidden.facts]), token);
});

void tap.test('an STS that is not there is unavailable; who cancels waits no longer', async (t) => {
  const { cloud, issuer, registry, credentials } = await setUp(t);
  await cloud.close();
  t.match(await failure(credentials.connect(registry, () => issuer.token(), live())), { code: 'credentials.unavailable' });
  const cancel = new AbortController();
  const waiting = failure(credentials.connect(registry, () => new Promise(() => undefined), cancel.signal));
  cancel.abort();
  t.match(await waiting, { code: 'cancelled' });
});

void tap.test('anonymous access is none that AWS knows', async (t) => {
  const { registry, credentials, issuer } = await setUp(t);
  const anonymous = { ...registry, access: { method: 'anonymous' } } as const;
  t.match(await failure(credentials.connect(anonymous, () => issuer.token(), live())), { code: 'credentials.unavailable' });
});

void tap.test("the host's own role comes from the SDK's chain", async (t) => {
  const { cloud } = await setUp(t);
  const keys = cloud.createAccessKey({ user: 'host', policies: [] });
  const before = { ...process.env };
  t.teardown(() => {
    process.env = before;
  });
  process.env['AWS_ACCESS_KEY_ID'] = keys.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = keys.secretAccessKey;
  t.equal(await whoami(cloud, createHostCredentials('eu-west-1')), keys.arn);
  delete process.env['AWS_ACCESS_KEY_ID'];
  process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
  process.env['AWS_SHARED_CREDENTIALS_FILE'] = process.env['AWS_CONFIG_FILE'] = `${t.testdir()}/none`;
  t.match(await failure(createHostCredentials('eu-west-1')()), {
    code: 'credentials.unavailable',
    message: /IRSA.*Give the sensor a role/,
  });
});
