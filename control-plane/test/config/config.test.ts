import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import t from 'tap';
import { makeDatabaseFolder, readControlPlaneConfig, sealingKeyOf, variables } from '../../src/config/index.ts';

const key = (): string => randomBytes(32).toString('base64');

function refused(env: Record<string, string>): TidewaiterError {
  try {
    makeDatabaseFolder(readControlPlaneConfig(env).databaseFolder);
  } catch (error) {
    if (error instanceof TidewaiterError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

t.test('without any variable it is a SQLite installation on loopback', async (t) => {
  const config = readControlPlaneConfig({ TIDEWAITER_DATABASE_URL: `sqlite:${t.testdir()}/tidewaiter.db` });
  t.match(config, {
    listenHost: '127.0.0.1',
    listenPort: 8080,
    publicUrl: null,
    developmentUrls: false,
    ownerToken: null,
    logLevel: 'info',
  });
});

t.test('every variable is named TIDEWAITER_ and says what it means', async (t) => {
  for (const variable of Object.values(variables)) {
    t.match(variable.name, /^TIDEWAITER_[A-Z_]+$/);
    t.ok(variable.meaning.length > 10 && variable.type.length > 2, variable.name);
  }
});

t.test('a public URL that AWS cannot use as an issuer stops the start', async (t) => {
  const bad = [
    'http://tidewaiter.example.com',
    'https://tidewaiter.example.com:8443',
    'https://tidewaiter.example.com:443',
    'https://tidewaiter.example.com/',
    'https://tidewaiter.example.com/base',
    'https://tidewaiter.example.com?x=1',
    'https://tidewaiter.example.com#x',
    'https://Tidewaiter.example.com',
    'https://user@tidewaiter.example.com',
    'https://192.0.2.1',
    'https://[2001:db8::1]',
    'https://localhost',
    'https://tidewaiter.localhost',
    'https://127.0.0.1',
    'https://tidewaiter',
    'ftp://tidewaiter.example.com',
    'tidewaiter.example.com',
  ];
  for (const url of bad) {
    const error = refused({ TIDEWAITER_PUBLIC_URL: url, TIDEWAITER_KEY_ENCRYPTION_KEY: key() });
    t.equal(error.code, 'config.invalid', url);
    t.match(error.message, /TIDEWAITER_PUBLIC_URL/, url);
  }
  const config = readControlPlaneConfig({ TIDEWAITER_PUBLIC_URL: 'https://tidewaiter.example.com', TIDEWAITER_KEY_ENCRYPTION_KEY: key() });
  t.equal(config.publicUrl, 'https://tidewaiter.example.com');
});

t.test('development lets a loopback URL through, but none that is no origin', async (t) => {
  const env = { TIDEWAITER_DATABASE_URL: `sqlite:${t.testdir()}/x.db`, TIDEWAITER_DEVELOPMENT_URLS: 'true' };
  t.equal(readControlPlaneConfig({ ...env, TIDEWAITER_PUBLIC_URL: 'http://127.0.0.1:8080' }).publicUrl, 'http://127.0.0.1:8080');
  for (const url of ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/x', 'http://127.0.0.1:8080?x'])
    t.equal(refused({ ...env, TIDEWAITER_PUBLIC_URL: url }).code, 'config.invalid', url);
});

t.test('a production issuer needs a key encryption key', async (t) => {
  const error = refused({ TIDEWAITER_PUBLIC_URL: 'https://tidewaiter.example.com' });
  t.match(error.message, /TIDEWAITER_KEY_ENCRYPTION_KEY.*openssl rand/);
});

t.test('a key encryption key of another length is refused and not shown', async (t) => {
  const short = randomBytes(31).toString('base64');
  const error = refused({ TIDEWAITER_KEY_ENCRYPTION_KEY: short });
  t.equal(error.code, 'config.invalid');
  t.notMatch(error.message, short);
});

t.test('in development a 0600 key file is made beside the database, once', async (t) => {
  const folder = t.testdir();
  const env = { TIDEWAITER_DATABASE_URL: `sqlite:${join(folder, 'tidewaiter.db')}` };
  const config = readControlPlaneConfig(env);
  t.strictSame(readdirSync(folder), [], 'reading makes nothing');
  const [first, second] = [sealingKeyOf(config), sealingKeyOf(readControlPlaneConfig(env))];
  t.strictSame(first.key, second.key);
  t.match(first.note, /made for development/);
  t.equal(statSync(join(folder, 'key-encryption-key')).mode & 0o777, 0o600);
});

t.test('a folder that cannot be made for it is refused by name', async (t) => {
  const folder = t.testdir({ dangling: t.fixture('symlink', 'nowhere') });
  const error = refused({ TIDEWAITER_DATABASE_URL: `sqlite:${folder}/dangling/x.db` });
  t.match(error, { code: 'config.invalid', message: /dangling.*want a writable folder.*TIDEWAITER_DATABASE_URL/ });
});

t.test('a folder that the system will not make ends the start at once', { timeout: 10_000 }, async (t) => {
  const error = refused({ TIDEWAITER_DATABASE_URL: 'sqlite:/proc/tidewaiter/x.db' });
  t.match(error, { code: 'config.invalid', message: /ENOENT.*want a writable folder.*TIDEWAITER_DATABASE_URL/ });
});

t.test('a folder given as the database is refused with a file named in it, and nothing is left beside it', async (t) => {
  const folder = t.testdir({ database: {} });
  const error = refused({ TIDEWAITER_DATABASE_URL: `sqlite:${folder}/database` });
  t.match(error, { code: 'config.invalid', message: /TIDEWAITER_DATABASE_URL.*a folder.*database\/tidewaiter\.db/ });
  t.strictSame(readdirSync(folder), ['database']);
});

t.test('a folder given as the file of the owner token is refused: it would be put aside, database and all', async (t) => {
  const folder = t.testdir();
  const env = { TIDEWAITER_DATABASE_URL: `sqlite:${folder}/x.db` };
  const error = refused({ ...env, TIDEWAITER_OWNER_TOKEN_OUTPUT_FILE: folder });
  t.match(error, { code: 'config.invalid', message: /TIDEWAITER_OWNER_TOKEN_OUTPUT_FILE.*a folder.*owner-token/ });
  t.strictSame(readdirSync(folder), []);
});

t.test('a secret given twice is a conflict that names both variables', async (t) => {
  const file = join(t.testdir({ token: 'x' }), 'token');
  for (const name of ['TIDEWAITER_OWNER_TOKEN', 'TIDEWAITER_KEY_ENCRYPTION_KEY']) {
    const error = refused({ [name]: 'x', [`${name}_FILE`]: file });
    t.equal(error.code, 'config.conflict');
    t.match(error.message, new RegExp(`${name} and ${name}_FILE`));
  }
});

t.test('a secret may come from a file; a missing file stops the start', async (t) => {
  const folder = t.testdir();
  const token = `tw_${randomBytes(32).toString('base64url')}`;
  writeFileSync(join(folder, 'token'), `${token}\n`);
  const env = { TIDEWAITER_DATABASE_URL: `sqlite:${folder}/x.db` };
  t.equal(readControlPlaneConfig({ ...env, TIDEWAITER_OWNER_TOKEN_FILE: join(folder, 'token') }).ownerToken, token);
  t.match(refused({ ...env, TIDEWAITER_OWNER_TOKEN_FILE: join(folder, 'none') }).message, /TIDEWAITER_OWNER_TOKEN_FILE/);
  t.notMatch(refused({ ...env, TIDEWAITER_OWNER_TOKEN: `${token}x` }).message, token);
  t.equal(readFileSync(join(folder, 'token'), 'utf8').trim(), token);
});

t.test('sensors may reach it by further URLs, each an origin', async (t) => {
  const env = { TIDEWAITER_DATABASE_URL: `sqlite:${t.testdir()}/x.db` };
  t.strictSame(readControlPlaneConfig(env).sensorUrls, []);
  const urls = 'https://inside.example, http://10.0.0.1:8080';
  t.strictSame(readControlPlaneConfig({ ...env, TIDEWAITER_SENSOR_URLS: urls }).sensorUrls, [
    'https://inside.example',
    'http://10.0.0.1:8080',
  ]);
  for (const bad of ['inside', 'https://inside.example/', 'https://a.example,', 'https://a.example/x'])
    t.match(refused({ ...env, TIDEWAITER_SENSOR_URLS: bad }).message, /TIDEWAITER_SENSOR_URLS/, bad);
});

t.test('a configuration that is refused leaves no file behind', async (t) => {
  const folder = t.testdir();
  refused({ TIDEWAITER_DATABASE_URL: `sqlite:${folder}/x.db`, TIDEWAITER_OWNER_TOKEN: 'x' });
  refused({ TIDEWAITER_DATABASE_URL: `sqlite:${folder}/new/x.db`, TIDEWAITER_OWNER_TOKEN_OUTPUT_FILE: `${folder}/none/token` });
  t.strictSame(readdirSync(folder), []);
});

t.test('a name that is nearly a variable’s is refused with the name meant; farther ones are another program’s', (t) => {
  for (const [slip, meant] of [
    ['TIDEWAITER_LISTEN_PROT', 'TIDEWAITER_LISTEN_PORT'],
    ['TIDEWAITER_OWNER_TOKENS', 'TIDEWAITER_OWNER_TOKEN'],
    ['TIDEWAITER_PUBLICURL', 'TIDEWAITER_PUBLIC_URL'],
    ['TIDEWAITER_DATABSE_URLS', 'TIDEWAITER_DATABASE_URL'],
  ] as const)
    t.match(refused({ [slip]: 'x' }), { code: 'config.invalid', message: new RegExp(`${slip}.*want ${meant}\\)`) }, slip);
  for (const other of ['TIDEWAITER_STATE_DIR', 'TIDEWAITER_LISTEN_PROTO1', 'LISTEN_PROT'])
    t.doesNotThrow(() => readControlPlaneConfig({ [other]: 'x', TIDEWAITER_DATABASE_URL: 'sqlite::memory:' }), other);
  t.doesNotThrow(() => readControlPlaneConfig({ TIDEWAITER_LISTEN_PROT: '', TIDEWAITER_DATABASE_URL: 'sqlite::memory:' }), 'unset');
  t.end();
});

t.test('a password in a URL that is refused is not shown', (t) => {
  const password = `${randomBytes(8).toString('hex')}@/?#`;
  for (const [name, value] of [
    ['TIDEWAITER_DATABASE_URL', `mysql://user:${password}@db.example.com/x`],
    ['TIDEWAITER_DATABASE_URL', `user:${password}@db.example.com`],
    ['TIDEWAITER_DATABASE_URL', `jdbc://db.example.com/x?user=u&password=${password}`],
    ['TIDEWAITER_PUBLIC_URL', `https://user:${password}@tidewaiter.example.com`],
    ['TIDEWAITER_SENSOR_URLS', `https://user:${password}@tidewaiter.example.com`],
  ] as const) {
    const { message } = refused({ [name]: value, TIDEWAITER_KEY_ENCRYPTION_KEY: key() });
    t.match(message, new RegExp(`${name}.*got "`), value);
    t.notMatch(message, password.slice(0, 16), value);
  }
  t.match(refused({ TIDEWAITER_DATABASE_URL: 'mysql://user:x@db.example.com/x' }).message, 'mysql://…@db.example.com/x');
  t.end();
});

t.test('numbers, flags and levels are held to what they may be', async (t) => {
  const bad = [
    ['TIDEWAITER_LISTEN_PORT', '65536'],
    ['TIDEWAITER_LISTEN_PORT', '-1'],
    ['TIDEWAITER_LISTEN_PORT', '80x'],
    ['TIDEWAITER_BODY_BYTES_MAX', '1023'],
    ['TIDEWAITER_BODY_BYTES_MAX', '1048577'],
    ['TIDEWAITER_DEVELOPMENT_URLS', 'yes'],
    ['TIDEWAITER_LOG_LEVEL', 'loud'],
    ['TIDEWAITER_DATABASE_URL', 'mysql://x'],
    ['TIDEWAITER_DATABASE_URL', 'postgres://user@db.example.com:99999/x'],
    ['TIDEWAITER_DATABASE_URL', 'postgres://user:a/b@db.example.com/x'],
  ] as const;
  for (const [name, value] of bad) t.match(refused({ [name]: value }).message, new RegExp(name), `${name}=${value}`);
  for (const url of [
    'postgres:///x',
    'postgres://user:a%2Fb@/x?host=/run/pg',
    'postgresql://user@%2Frun%2Fpg/x',
    'postgres://user@[::1]:5432/x',
  ])
    t.doesNotThrow(() => readControlPlaneConfig({ TIDEWAITER_DATABASE_URL: url }), url);
});

t.test('everything that is wrong is named at once, each with its remedy, and no file is made', async (t) => {
  const folder = t.testdir();
  const secret = randomBytes(8).toString('hex');
  const error = refused({
    TIDEWAITER_DATABASE_URL: `sqlite:${folder}/tidewaiter.db`,
    TIDEWAITER_LISTEN_PORT: '70000',
    TIDEWAITER_LOG_LEVEL: 'loud',
    TIDEWAITER_PUBLIC_URL: 'https://tidewaiter.example.com/',
    TIDEWAITER_OWNER_TOKEN: secret,
    TIDEWAITER_KEY_ENCRYPTION_KEY: secret,
    TIDEWAITER_KEY_ENCRYPTION_KEY_FILE: '/nowhere',
  });
  t.equal(error.code, 'config.invalid');
  t.match(error.message, /5 faults/);
  const named = ['LISTEN_PORT', 'LOG_LEVEL', 'PUBLIC_URL', 'OWNER_TOKEN', 'KEY_ENCRYPTION_KEY'];
  for (const [at, name] of named.entries()) t.match(error.message, new RegExp(`\\(${at + 1}\\) TIDEWAITER_${name}\\b`), name);
  for (const remedy of [
    'Correct or unset TIDEWAITER_LISTEN_PORT',
    'Set it to https://HOST',
    'openssl rand 32',
    'Unset TIDEWAITER_KEY_ENCRYPTION_KEY',
  ])
    t.match(error.message, remedy);
  t.notMatch(error.message, secret);
  t.strictSame(readdirSync(folder), []);
});
