import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { readDaemonConfig, readScanConfig } from '../../src/config/index.ts';
import { readFingerprintKeys } from '../../src/fingerprint/index.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const url = 'https://tidewaiter.example.com';
const good = { TIDEWAITER_CONTROL_PLANE_URL: url, TIDEWAITER_FINGERPRINT_KEY_FILE: '/key' };
type Env = Readonly<Record<string, string>>;

t.test('the two variables that a daemon needs are enough', async (t) => {
  const fingerprintKeys = { current: { variable: 'TIDEWAITER_FINGERPRINT_KEY_FILE', file: '/key' }, previous: null };
  t.equal(readDaemonConfig({ ...good, TIDEWAITER_SENSOR_NAME: 'n'.repeat(128) }).sensorName?.length, 128);
  t.match(readDaemonConfig(good), { controlPlaneUrl: url, fingerprintKeys, concurrency: 2, spoolMib: 256, drainSeconds: 25 });
});

t.test('a list of hosts is as long as its bound, no longer', async (t) => {
  const hosts = (count: number): Env => ({
    ...good,
    TIDEWAITER_ALLOWED_HOSTS: Array.from({ length: count }, (_, at) => `h${at}.example`).join(),
  });
  t.equal(readDaemonConfig(hosts(1_000)).allowedHosts.length, 1_000);
  t.throws(() => readDaemonConfig(hosts(1_001)), { code: 'config.invalid', message: /TIDEWAITER_ALLOWED_HOSTS.*at most 1000 entries/ });
});

t.test('a list of detectors is as long as its bound, no longer', async (t) => {
  const named = (count: number): Env => ({
    ...good,
    TIDEWAITER_DISABLE_DETECTORS: Array.from({ length: count }, (_, at) => `d${at}`).join(),
  });
  t.equal(readDaemonConfig(named(2_000)).disable.length, 2_000);
  t.throws(() => readDaemonConfig(named(2_001)), { code: 'config.invalid', message: /TIDEWAITER_DISABLE_DETECTORS.*at most 2000 names/ });
});

t.test('numbers are taken at the ends of their ranges', async (t) => {
  for (const [name, ...ends] of [
    ['TIDEWAITER_CONCURRENCY', '1', '64'],
    ['TIDEWAITER_SCAN_WORKERS', '1', '64'],
    ['TIDEWAITER_SPOOL_MIB_MAX', '8', '65536'],
    ['TIDEWAITER_DRAIN_SECONDS', '0', '3600'],
  ] as const) {
    for (const end of ends) t.doesNotThrow(() => readDaemonConfig({ ...good, [name]: end }), `${name}=${end}`);
    const beyond = [Number(ends[0]) - 1, Number(ends[1]) + 1];
    for (const value of beyond)
      t.throws(() => readDaemonConfig({ ...good, [name]: `${value}` }), { code: 'config.invalid', message: new RegExp(name) });
  }
});

t.test('what is wrong is refused by the name of its variable, with what was got and what is wanted', async (t) => {
  const wrong: readonly (readonly [Env, RegExp])[] = [
    [{ TIDEWAITER_CONTROL_PLANE_URL: '' }, /TIDEWAITER_CONTROL_PLANE_URL.*got nothing.*want https/],
    [{ TIDEWAITER_CONTROL_PLANE_URL: `${url}/` }, /TIDEWAITER_CONTROL_PLANE_URL.*got "https.*without.*trailing slash/],
    [{ TIDEWAITER_CONTROL_PLANE_URL: `${url}/api` }, /TIDEWAITER_CONTROL_PLANE_URL/],
    [{ TIDEWAITER_CONTROL_PLANE_URL: 'wss://tidewaiter.example.com' }, /TIDEWAITER_CONTROL_PLANE_URL/],
    [{ TIDEWAITER_CONTROL_PLANE_URL: 'http://tidewaiter.example.com' }, /TIDEWAITER_CONTROL_PLANE_URL.*want https.*loopback only/],
    [{ TIDEWAITER_CONTROL_PLANE_URL: 'http://127.0.0.1:8080' }, /TIDEWAITER_CONTROL_PLANE_URL.*TIDEWAITER_ALLOW_PLAIN_LOOPBACK=true/],
    [{ TIDEWAITER_FINGERPRINT_KEY_FILE: '' }, /TIDEWAITER_FINGERPRINT_KEY_FILE.*keygen/],
    [{ TIDEWAITER_CONCURRENCY: '0' }, /TIDEWAITER_CONCURRENCY.*got "0".*want an integer from 1 to 64/],
    [{ TIDEWAITER_CONCURRENCY: '65' }, /TIDEWAITER_CONCURRENCY/],
    [{ TIDEWAITER_CONCURRENCY: '1e1' }, /TIDEWAITER_CONCURRENCY/],
    [{ TIDEWAITER_SENSOR_NAME: 'n'.repeat(129) }, /TIDEWAITER_SENSOR_NAME.*at most 128 characters/],
    [{ TIDEWAITER_SCAN_WORKERS: '65' }, /TIDEWAITER_SCAN_WORKERS/],
    [{ TIDEWAITER_SCAN_WORKERS: '0x2' }, /TIDEWAITER_SCAN_WORKERS.*want an integer from 1 to 64/],
    [{ TIDEWAITER_SPOOL_MIB_MAX: '7' }, /TIDEWAITER_SPOOL_MIB_MAX.*want an integer from 8/],
    [{ TIDEWAITER_DRAIN_SECONDS: '-1' }, /TIDEWAITER_DRAIN_SECONDS/],
    [{ TIDEWAITER_ALLOW_PLAIN_LOOPBACK: 'yes' }, /TIDEWAITER_ALLOW_PLAIN_LOOPBACK.*want true or false/],
    [{ TIDEWAITER_TOKEN_HOSTS: 'registry' }, /TIDEWAITER_TOKEN_HOSTS.*REGISTRY=TOKENHOST/],
    [{ TIDEWAITER_LOG_LEVEL: 'loud' }, /TIDEWAITER_LOG_LEVEL.*want one of fatal/],
  ];
  for (const [env, message] of wrong)
    t.throws(() => readDaemonConfig({ ...good, ...env }), { code: 'config.invalid', message }, JSON.stringify(env));
});

t.test('what contradicts is refused by both names, and no secret is shown', async (t) => {
  const secret = randomBytes(16).toString('hex');
  const both = { ...good, TIDEWAITER_ENROLMENT_TOKEN: secret, TIDEWAITER_ENROLMENT_TOKEN_FILE: '/token' };
  const refused = { code: 'config.conflict', message: /TIDEWAITER_ENROLMENT_TOKEN and TIDEWAITER_ENROLMENT_TOKEN_FILE.*got both/ };
  t.throws(() => readDaemonConfig(both), refused);
  for (const name of ['TIDEWAITER_REGISTRY_USERNAME', 'TIDEWAITER_REGISTRY_PASSWORD'])
    t.throws(() => readScanConfig({ [name]: secret }), { code: 'config.conflict', message: /USERNAME and TIDEWAITER_REGISTRY_PASSWORD/ });
  for (const read of [() => readDaemonConfig(both), () => readScanConfig({ TIDEWAITER_REGISTRY_PASSWORD: secret })])
    try {
      read();
      t.fail('it is refused');
    } catch (error) {
      t.notMatch(String(error), secret);
    }
});

t.test('a password in the URL of a control plane is not shown', (t) => {
  const password = randomBytes(8).toString('hex');
  for (const url of [`https://user:${password}@tidewaiter.example.com`, `http://user:${password}@127.0.0.1`, `user:${password}@x`]) {
    const env = { ...good, TIDEWAITER_CONTROL_PLANE_URL: url };
    t.throws(() => readDaemonConfig(env), { code: 'config.invalid', message: /TIDEWAITER_CONTROL_PLANE_URL.*got ".*…@/ }, url);
    t.throws(() => readDaemonConfig(env), { message: new RegExp(`^(?!.*${password})`, 's') }, url);
  }
  t.end();
});

t.test('each fingerprint key is a file or the variable itself, the previous one only beside a current one', async (t) => {
  const key = (prefix: string, name = ''): string => `TIDEWAITER_${prefix}FINGERPRINT_KEY${name}`;
  const secret = randomBytes(32).toString('base64');
  for (const [env, message] of [
    [{ [key('', '_FILE')]: '/key', [key('')]: secret }, /TIDEWAITER_FINGERPRINT_KEY_FILE and TIDEWAITER_FINGERPRINT_KEY .*got both/],
    [
      { [key('')]: secret, [key('PREVIOUS_', '_FILE')]: '/before', [key('PREVIOUS_')]: secret },
      /TIDEWAITER_PREVIOUS_FINGERPRINT_KEY_FILE and TIDEWAITER_PREVIOUS_FINGERPRINT_KEY .*got both/,
    ],
    [{ [key('PREVIOUS_')]: secret }, /TIDEWAITER_PREVIOUS_FINGERPRINT_KEY and .*got a previous key only.*unset TIDEWAITER_PREVIOUS/],
  ] as const) {
    const wrong = { TIDEWAITER_CONTROL_PLANE_URL: url, ...env };
    for (const read of [readDaemonConfig, readScanConfig]) {
      t.throws(() => read(wrong), { code: 'config.conflict', message });
      t.notMatch(await (async () => read(wrong))().catch(String), secret);
    }
  }
});

t.test('fingerprint keys are read from raw bytes and from base64, current first, and two that are one are refused', async (t) => {
  const [now, before] = [randomBytes(32), randomBytes(32)];
  const folder = t.testdir({ raw: now, text: `${now.toString('base64')}\n`, before, long: randomBytes(33), url: now.toString('hex') });
  const file = (name: string) => ({ variable: `FILE_${name}`, file: join(folder, name) });
  const text = (bytes: Buffer) => ({ variable: 'TEXT', base64: bytes.toString('base64') });
  for (const current of [file('raw'), file('text'), text(now)]) {
    const keys = await readFingerprintKeys({ current, previous: file('before') });
    t.same(
      keys.map(({ bytes }) => Buffer.from(bytes)),
      [now, before],
    );
    t.same(await readFingerprintKeys({ current, previous: null }), [keys[0]]);
    await t.rejects(readFingerprintKeys({ current, previous: text(now) }), {
      code: 'config.conflict',
      message: /(FILE_\w+|TEXT) and TEXT.*the same key \([0-9a-f]{16}\) in both/,
    });
  }
  for (const current of [
    file('long'),
    file('url'),
    { variable: 'TEXT', base64: 'x'.repeat(32) },
    text(randomBytes(31)),
    text(randomBytes(33)),
  ])
    await t.rejects(readFingerprintKeys({ current, previous: null }), {
      code: 'config.invalid',
      message: /(FILE_\w+|TEXT).*got \d+ bytes.*keygen/,
    });
});

/** The program with this environment and nothing else; it is to end by itself. */
async function run(words: readonly string[], env: Env): Promise<{ readonly code: number; readonly stderr: string }> {
  const child = spawn(process.execPath, ['--conditions=@tidewaiter/source', main, ...words], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const [stderr, [code]] = await Promise.all([child.stderr.toArray(), once(child, 'close')]);
  return { code: Number(code), stderr: Buffer.concat(stderr).toString() };
}

t.test('the daemon does not start on what is wrong: it says which variable, ends with 2 and leaves no file', async (t) => {
  const folder = t.testdir({ key: randomBytes(32), short: 'of another length', 'policy.json': '{"acounts":[]}', text: 'no JSON' });
  const at = (name: string): string => join(folder, name);
  const state = at('state');
  const all = { ...good, TIDEWAITER_FINGERPRINT_KEY_FILE: at('key'), TIDEWAITER_STATE_DIR: state, TIDEWAITER_LOG_LEVEL: 'silent' };
  const wrong: readonly (readonly [Env, RegExp])[] = [
    [{ TIDEWAITER_CONTROL_PLANE_URL: 'http://tidewaiter.example.com' }, /TIDEWAITER_CONTROL_PLANE_URL.*\[config\.invalid\]/],
    [{ TIDEWAITER_ENROLMENT_TOKEN: 'a', TIDEWAITER_ENROLMENT_TOKEN_FILE: 'b' }, /TIDEWAITER_ENROLMENT_TOKEN_FILE.*\[config\.conflict\]/],
    [{ TIDEWAITER_FINGERPRINT_KEY_FILE: at('short') }, /32 bytes.*\[config\.invalid\]/],
    [{ TIDEWAITER_FINGERPRINT_KEY_FILE: at('none') }, /TIDEWAITER_FINGERPRINT_KEY_FILE.*ENOENT.*\[config\.invalid\]/],
    [{ TIDEWAITER_POLICY_FILE: at('policy.json') }, /TIDEWAITER_POLICY_FILE.*\[config\.invalid\]/],
    [{ TIDEWAITER_POLICY_FILE: at('text') }, /TIDEWAITER_POLICY_FILE.*no JSON.*\[config\.invalid\]/],
    [{ TIDEWAITER_ALLOWED_HOSTS: '10.0.0.0/99' }, /10\.0\.0\.0\/99.*\[config\.invalid\]/],
  ];
  for (const [env, message] of wrong) {
    const { code, stderr } = await run(['run'], { ...all, ...env });
    t.equal(code, 2, `${JSON.stringify(env)}: ${stderr}`);
    t.match(stderr, message);
    t.equal(stderr.trim().split('\n').length, 1, 'one line');
  }
  t.notOk(existsSync(state), 'nothing was written');
  const blocked = await run(['run'], { ...all, TIDEWAITER_STATE_DIR: join(at('text'), 'state') });
  t.match(blocked, { code: 2, stderr: /TIDEWAITER_STATE_DIR.*\[config\.invalid\]/ });
  const impossible = await run(['run'], { ...all, TIDEWAITER_STATE_DIR: '/proc/tidewaiter' });
  t.match(impossible, { code: 2, stderr: /TIDEWAITER_STATE_DIR.*ENOENT.*\[config\.invalid\]/ });
  const withoutToken = await run(['run'], all);
  t.match(withoutToken, { code: 2, stderr: /TIDEWAITER_ENROLMENT_TOKEN.*POST \/api\/v1\/enrolment-tokens.*\[config\.invalid\]/ });
});

t.test('the one-shot does not start on what contradicts either', async (t) => {
  const { code, stderr } = await run(['scan', 'registry.example.com/app:1'], { TIDEWAITER_REGISTRY_USERNAME: 'someone' });
  t.equal(code, 2);
  t.match(stderr, /TIDEWAITER_REGISTRY_USERNAME and TIDEWAITER_REGISTRY_PASSWORD.*\[config\.conflict\]/);
});

t.test('everything that is wrong is named at once, each with its remedy', async (t) => {
  const both = { TIDEWAITER_ENROLMENT_TOKEN: 'a', TIDEWAITER_ENROLMENT_TOKEN_FILE: '/b' };
  const daemon = { TIDEWAITER_CONTROL_PLANE_URL: 'http://tidewaiter.example.com', TIDEWAITER_CONCURRENCY: '0', ...both };
  const named = ['CONCURRENCY', 'FINGERPRINT_KEY_FILE', 'ENROLMENT_TOKEN', 'CONTROL_PLANE_URL'];
  const message = new RegExp(['4 faults', ...named.map((name, at) => `\\(${at + 1}\\) TIDEWAITER_${name}\\b`)].join('.*'));
  t.throws(() => readDaemonConfig(daemon), { code: 'config.invalid', message });
  t.throws(() => readDaemonConfig(daemon), { message: /Correct or unset TIDEWAITER_CONCURRENCY.*keygen.*Unset one.*Use https/ });
  const scan = { TIDEWAITER_SCAN_WORKERS: '0', TIDEWAITER_REGISTRY_USERNAME: 'someone' };
  t.throws(() => readScanConfig(scan), {
    code: 'config.invalid',
    message: /2 faults.*TIDEWAITER_SCAN_WORKERS.*TIDEWAITER_REGISTRY_PASSWORD/,
  });
});
