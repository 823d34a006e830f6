import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { folderFor } from '../folder.ts';

/** Some twenty processes are started, a second each on a busy machine. */
t.setTimeout(240_000);
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

interface Run {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
}

function run(t: Test, args: readonly string[], env: Readonly<Record<string, string>>): Run {
  const child = spawn(process.execPath, ['--conditions=@tidewaiter/source', main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (output.stderr += String(chunk)));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, output, ended };
}

async function listening({ output, ended }: Run): Promise<string> {
  const over = ended.then((code) => {
    throw new Error(`ended with ${code}: ${output.stderr}`);
  });
  for (;;) {
    const url = /"url":"(http:[^"]+)"/.exec(output.stderr)?.[1];
    if (url) return url;
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, 25))]);
  }
}

const envOf = (folder: string) => ({ TIDEWAITER_DATABASE_URL: `sqlite:${join(folder, 'tidewaiter.db')}`, TIDEWAITER_LISTEN_PORT: '0' });

t.test('a first start without a terminal writes the owner token to a 0600 file that the log names, once', async (t) => {
  const folder = folderFor(t);
  const first = run(t, ['serve'], envOf(folder));
  const url = await listening(first);
  const file = join(folder, 'owner-token');
  t.equal(statSync(file).mode & 0o777, 0o600);
  const token = readFileSync(file, 'utf8').trim();
  t.match(token, /^tw_[\w-]{43}$/);
  t.match(first.output.stderr, new RegExp(`"file":"${file}"`));
  t.notMatch(first.output.stderr + first.output.stdout, token);
  const answer = await fetch(`${url}/api/v1/workspace`, { headers: { authorization: `Bearer ${token}` } });
  t.match(await answer.json(), { role: 'owner' });
  t.equal(statSync(join(folder, 'tidewaiter.db')).mode & 0o077, 0, 'the database is the user’s own');
  first.child.kill('SIGTERM');
  t.equal(await first.ended, 0);
  const again = run(t, ['serve'], envOf(folder));
  await listening(again);
  t.equal(readFileSync(file, 'utf8').trim(), token, 'a second start makes none');
  t.notMatch(again.output.stderr, /owner token/);
  again.child.kill('SIGTERM');
  t.equal(await again.ended, 0);
  t.strictSame(
    readdirSync(folder).filter((name) => name.includes('partial')),
    [],
  );
});

t.test('a given owner token is used and neither shown nor written', async (t) => {
  const folder = folderFor(t);
  const token = `tw_${randomBytes(32).toString('base64url')}`;
  const server = run(t, ['serve'], { ...envOf(folder), TIDEWAITER_OWNER_TOKEN: token });
  const url = await listening(server);
  t.equal((await fetch(`${url}/api/v1/workspace`, { headers: { authorization: `Bearer ${token}` } })).status, 200);
  t.notOk(existsSync(join(folder, 'owner-token')));
  t.notMatch(server.output.stderr + server.output.stdout, token);
  server.child.kill('SIGINT');
  t.equal(await server.ended, 0);
});

t.test('of two processes started together one makes the owner token', async (t) => {
  const folder = folderFor(t);
  const runs = [run(t, ['serve'], envOf(folder)), run(t, ['serve'], envOf(folder))];
  const urls = await Promise.all(runs.map(listening));
  const token = readFileSync(join(folder, 'owner-token'), 'utf8').trim();
  for (const url of urls) t.equal((await fetch(`${url}/api/v1/workspace`, { headers: { authorization: `Bearer ${token}` } })).status, 200);
  t.equal(runs.filter(({ output }) => output.stderr.includes('the owner token of this new installation')).length, 1);
  for (const { child } of runs) child.kill('SIGTERM');
});

t.test('wrong or contradicting configuration is one line on standard error and exit 2', async (t) => {
  const folder = folderFor(t);
  writeFileSync(join(folder, 'token'), 'x');
  const cases = [
    [{ TIDEWAITER_LISTEN_PORT: 'x' }, /TIDEWAITER_LISTEN_PORT/],
    [{ TIDEWAITER_LISTEN_PORT: '70000' }, /TIDEWAITER_LISTEN_PORT \(got "70000", want an integer from 0 to 65535\)/],
    [{ TIDEWAITER_PUBLIC_URL: 'https://tidewaiter.example.com/' }, /TIDEWAITER_PUBLIC_URL.*trailing slash/],
    [
      { TIDEWAITER_OWNER_TOKEN: 'x', TIDEWAITER_OWNER_TOKEN_FILE: join(folder, 'token') },
      /TIDEWAITER_OWNER_TOKEN and TIDEWAITER_OWNER_TOKEN_FILE.*\[config\.conflict\]/,
    ],
    [{ TIDEWAITER_OWNER_TOKEN_OUTPUT_FILE: join(folder, 'none', 'token') }, /TIDEWAITER_OWNER_TOKEN_OUTPUT_FILE/],
  ] as const;
  const runs = cases.map(([env, message]) => ({
    message,
    ...run(t, ['serve'], { ...envOf(folder), ...env, TIDEWAITER_LOG_LEVEL: 'error' }),
  }));
  for (const { message, output, ended } of runs) {
    t.equal(await ended, 2, output.stderr);
    t.match(output.stderr, message);
    t.match(output.stderr, /^tidewaiter-control-plane: .* \[config\.(invalid|conflict)\]\n$/);
    t.equal(output.stderr.trim().split('\n').length, 1, output.stderr);
    t.equal(output.stdout, '');
  }
});

t.test('an owner token that stands where a new installation writes its own is kept aside, and the log says where', async (t) => {
  const folder = folderFor(t);
  const file = join(folder, 'owner-token');
  writeFileSync(file, 'of another installation\n');
  writeFileSync(join(folder, 'tidewaiter.db'), '');
  const program = run(t, ['serve'], envOf(folder));
  await listening(program);
  t.match(readFileSync(file, 'utf8'), /^tw_/);
  const [kept = ''] = readdirSync(folder).filter((name) => name.endsWith('.old'));
  t.equal(readFileSync(join(folder, kept), 'utf8'), 'of another installation\n');
  t.match(program.output.stderr, `"keptAs":"${join(folder, kept)}"`);
  program.child.kill('SIGTERM');
});

t.test('a port that is taken ends the program with its name, before an owner token is handed out', async (t) => {
  const folder = folderFor(t);
  const first = run(t, ['serve'], envOf(folder));
  const { port } = new URL(await listening(first));
  const env = {
    TIDEWAITER_DATABASE_URL: `sqlite:${join(folder, 'new', 'second.db')}`,
    TIDEWAITER_OWNER_TOKEN_OUTPUT_FILE: join(folder, 'second'),
  };
  const second = run(t, ['serve'], { ...env, TIDEWAITER_LISTEN_PORT: port });
  t.not(await second.ended, 0);
  t.match(second.output.stderr, /TIDEWAITER_LISTEN_PORT/);
  t.match(second.output.stderr, /\[config\.invalid\]\n$/);
  t.notOk(existsSync(join(folder, 'second')));
  t.notOk(existsSync(join(folder, 'new')), 'neither a folder, a database nor a key is made');
  const third = run(t, ['serve'], { ...env, TIDEWAITER_LISTEN_PORT: '0' });
  const url = await listening(third);
  const headers = { authorization: `Bearer ${readFileSync(join(folder, 'second'), 'utf8').trim()}` };
  t.equal((await fetch(`${url}/api/v1/workspace`, { headers })).status, 200);
  third.child.kill('SIGTERM');
  first.child.kill('SIGTERM');
});

t.test('an issuer key is rotated by a command, published first', async (t) => {
  const folder = folderFor(t);
  const started = run(t, ['issuer', 'rotate'], envOf(folder));
  t.equal(await started.ended, 0, started.output.stderr);
  t.match(JSON.parse(started.output.stdout), { keys: [{ state: 'active' }] }, 'a new installation has nothing to rotate');
  const rotated = run(t, ['issuer', 'rotate'], envOf(folder));
  await rotated.ended;
  const { keys } = JSON.parse(rotated.output.stdout) as { readonly keys: readonly { readonly state: string }[] };
  t.strictSame(keys.map(({ state }) => state).sort(), ['active', 'pending']);
});

t.test('an unknown command is a usage error', async (t) => {
  const wrong = [['serv'], ['workspace'], ['workspace', 'create'], ['workspace', 'create', ' ']];
  const folder = folderFor(t);
  const codes = await Promise.all(wrong.map((args) => run(t, args, envOf(folder)).ended));
  t.strictSame(codes, [2, 2, 2, 2]);
});

t.test('a damaged database stops the start with its code, and is left as it is', async (t) => {
  const folder = folderFor(t);
  writeFileSync(join(folder, 'tidewaiter.db'), 'this is no database, but long enough to be read as one'.repeat(100));
  const { output, ended } = run(t, ['serve'], envOf(folder));
  t.equal(await ended, 5);
  t.match(output.stderr, /^tidewaiter-control-plane: The database file is damaged: .* \[storage\.damaged\]\n$/m);
  t.match(readFileSync(join(folder, 'tidewaiter.db'), 'utf8'), /^this is no database/);
  t.strictSame(readdirSync(folder), ['tidewaiter.db'], 'no key is made beside it');
});

t.test('a database server that is away stops the start with its code', async (t) => {
  const { output, ended } = run(t, ['serve'], { TIDEWAITER_DATABASE_URL: 'postgres://user@127.0.0.1:1/none', TIDEWAITER_LISTEN_PORT: '0' });
  t.equal(await ended, 5);
  t.match(output.stderr, /^tidewaiter-control-plane: .*PostgreSQL \(got .*ECONNREFUSED.*\[storage\.unavailable\]\n$/m);
});

t.test('the version and the help are told on standard output, without any configuration', async (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  const told = run(t, ['--version'], {});
  t.equal(await told.ended, 0);
  t.strictSame(told.output, { stdout: `${version}\n`, stderr: '' });
  const help = run(t, ['--help'], {});
  t.equal(await help.ended, 0);
  for (const word of ['serve', 'workspace', 'issuer', '--version']) t.match(help.output.stdout, word);
});
