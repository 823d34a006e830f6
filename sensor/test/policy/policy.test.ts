import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '@tidewaiter/shared/protocol';
import t from 'tap';
import { problemFrom } from '../../src/enrolment/index.ts';
import { ownIdentityPolicy, policyOf, readPolicyFile } from '../../src/policy/index.ts';
import { createLog } from '../../src/telemetry/index.ts';

const scanOf = (repository: string): Task => ({
  kind: 'scan',
  registry: {
    id: 'r',
    provider: 'ecr',
    host: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    account: '123456789012',
    region: 'eu-west-1',
    access: { method: 'host-role' },
  },
  repository,
  digest: `sha256:${'a'.repeat(64)}`,
});
const everything = { accounts: ['123456789012'], regions: ['eu-west-1'] };

t.test('repositories are matched whole, with * for any run of characters', async (t) => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['team/*', ['team/app', 'team/a/b', 'team/'], ['team', 'other/team/app', 'xteam/app']],
    ['*', ['a', 'a/b'], []],
    ['app', ['app'], ['app2', 'xapp', 'team/app']],
    ['*/api', ['a/api', 'a/b/api'], ['api', 'a/api2']],
    ['a*b*c', ['abc', 'axxbyyc', 'abbc'], ['ab', 'ac', 'abcd']],
    ['a**', ['a', 'ab'], ['b']],
    ['aa*aa', ['aaaa', 'aaxaa'], ['aaa', 'aa']],
  ];
  for (const [glob, yes, no] of cases) {
    const policy = policyOf({ ...everything, repositories: [glob] });
    for (const name of yes) {
      t.equal(policy.allowsRepository(name), true, `${name} by ${glob}`);
      await policy.check(scanOf(name));
    }
    for (const name of no) {
      t.equal(policy.allowsRepository(name), false, `${name} by ${glob}`);
      await t.rejects(policy.check(scanOf(name)), { code: 'policy.refused', message: /TIDEWAITER_POLICY_FILE/ });
    }
  }
  t.equal(policyOf(everything).allowsRepository('any'), true, 'without the list every repository of an allowed account');
  t.equal(policyOf({ ...everything, repositories: [] }).allowsRepository('any'), false, 'an empty list allows none');
  await t.rejects(policyOf({}).check(scanOf('any')), { code: 'policy.refused' }, 'an empty policy allows nothing');
});

t.test('without a policy file only the own account and region are allowed, no role, no OCI host', async (t) => {
  let asked = 0;
  const policy = ownIdentityPolicy(() => {
    asked++;
    return Promise.resolve({ account: '123456789012', region: 'eu-west-1' });
  });
  await policy.check(scanOf('any'));
  const { registry } = scanOf('any');
  const roleArn = 'arn:aws:iam::123456789012:role/Any';
  const refused: readonly (readonly [Task, RegExp])[] = [
    [{ kind: 'sync', registry: { ...registry, access: { method: 'web-identity', roleArn } } }, /roles.*role\/Any/],
    [
      { kind: 'sync', registry: { ...registry, region: 'us-east-1', host: '123456789012.dkr.ecr.us-east-1.amazonaws.com' } },
      /regions.*us-east-1/,
    ],
    [
      { kind: 'sync', registry: { ...registry, account: '999999999999', host: '999999999999.dkr.ecr.eu-west-1.amazonaws.com' } },
      /accounts/,
    ],
    [
      {
        kind: 'sync',
        registry: { ...registry, provider: 'oci', host: 'r.example', account: null, region: null, access: { method: 'anonymous' } },
      },
      /hosts.*r\.example/,
    ],
  ];
  for (const [task, message] of refused) await t.rejects(policy.check(task), { code: 'policy.refused', message });
  t.equal(asked, 1, 'the identity is asked once');
  const poor = ownIdentityPolicy(() => Promise.reject(new Error('no credentials')));
  await t.rejects(poor.check(scanOf('any')), /no credentials/);
});

t.test('a policy file is read strictly: what it does not know allows nothing by mistake', async (t) => {
  const folder = t.testdir();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'policy.json');
  const write = (value: unknown): void => writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
  write({ ...everything, repositories: ['team/*'], roles: ['arn:aws:iam::123456789012:role/Tidewaiter*'], hosts: ['r.example:5000'] });
  t.match(await readPolicyFile(file), everything);
  const wrong: readonly unknown[] = [
    '{',
    '[]',
    { account: ['123456789012'] },
    { accounts: '123456789012' },
    { accounts: ['*'] },
    { regions: ['EU'] },
    { roles: ['*'] },
    { hosts: ['https://r.example'] },
    `{"accounts": [${'"123456789012",'.repeat(100_000)}"123456789012"]}`,
  ];
  for (const value of wrong) {
    write(value);
    await t.rejects(readPolicyFile(file), { code: 'config.invalid', message: /TIDEWAITER_POLICY_FILE/ });
  }
  const accounts = (count: number): string => JSON.stringify({ accounts: Array.from({ length: count }, () => '123456789012') });
  write(accounts(10_000).padEnd(1 << 20));
  t.equal((await readPolicyFile(file)).accounts?.length, 10_000, 'a list and a file at their bounds');
  write(accounts(10_001));
  await t.rejects(readPolicyFile(file), { code: 'config.invalid', message: /got \/accounts / });
  write(accounts(1).padEnd((1 << 20) + 1));
  await t.rejects(readPolicyFile(file), { code: 'config.invalid', message: /got more than 1048576 bytes/ });
  await t.rejects(readPolicyFile(join(folder, 'none.json')), { code: 'config.invalid', message: /cannot be read/ });
});

t.test('no token, signature or key reaches the log, whatever carries it', (t) => {
  const lines: string[] = [];
  const log = createLog('debug', { write: (line) => void lines.push(line) });
  const [signature, jwt, token] = ['0a'.repeat(32), `eyJ${'x'.repeat(30)}.${'y'.repeat(30)}.${'z'.repeat(30)}`, `twe_${'q'.repeat(43)}`];
  const error = new Error(`GET https://b.s3.example/l?X-Amz-Credential=AK%2Fx&X-Amz-Signature=${signature}&x=1 failed`, {
    cause: new Error(`authorization: Bearer ${jwt}`),
  });
  log.info(
    { token: 'plain-token', deep: { authorization: 'plain-auth', deeper: { password: 'plain-password' } }, err: error },
    `enrolled with ${token}`,
  );
  log.warn({ which: jwt }, 'Basic dXNlcjpwYXNzd29yZA==');
  const text = lines.join('');
  for (const secret of [signature, 'AK%2Fx', jwt, token, 'plain-token', 'plain-auth', 'plain-password', 'dXNlcjpwYXNzd29yZA'])
    t.notMatch(text, secret);
  t.match(text, /X-Amz-Signature=\[redacted\]/);
  t.match(text, /x=1 failed/, 'the rest stays');
  t.end();
});

t.test('what a control plane, or a proxy in its place, refuses with', (t) => {
  const answer = (status: number, value: unknown, more: { contentType?: string; retryAfter?: string } = {}) =>
    problemFrom(
      { status, contentType: 'application/problem+json; charset=utf-8', body: JSON.stringify(value), retryAfter: undefined, ...more },
      0,
    );
  t.match(answer(403, { code: 'sensor.revoked', detail: 'd', remedy: 'r' }), { code: 'sensor.revoked', facts: { remedy: 'r', got: 'd' } });
  t.match(answer(401, { code: 'of.tomorrow' }), { code: 'control-plane.unreachable' });
  t.match(answer(401, { code: 'toString' }), { code: 'control-plane.unreachable' });
  t.match(
    answer(503, { code: 'sensor.revoked', detail: 'd' }),
    { code: 'control-plane.unreachable', retryable: true },
    'a 5xx revokes nobody',
  );
  t.match(answer(429, { code: 'overloaded', detail: 'd' }, { retryAfter: '7' }), {
    code: 'control-plane.unreachable',
    facts: { retryAfterMs: 7_000 },
  });
  t.match(answer(503, {}, { retryAfter: 'Thu, 01 Jan 1970 00:00:09 GMT' }), { facts: { retryAfterMs: 9_000 } });
  t.match(answer(503, {}, { retryAfter: '599' }), { facts: { retryAfterMs: 599_000 } });
  t.match(answer(503, {}, { retryAfter: '601' }), { facts: { retryAfterMs: 600_000 } });
  t.match(
    answer(503, {}, { retryAfter: '999999999' }),
    { facts: { retryAfterMs: 600_000 } },
    'nobody is sent away for longer than ten minutes',
  );
  t.match(answer(200, {}, { contentType: 'text/html' }), {
    code: 'control-plane.unreachable',
    message: /HTTP 200 with text\/html.*TIDEWAITER_CONTROL_PLANE_URL/,
  });
  t.match(answer(403, 'no object'), { code: 'control-plane.unreachable' });
  t.end();
});
