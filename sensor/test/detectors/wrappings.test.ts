import { generateKeyPairSync } from 'node:crypto';
import { createRng } from '@tidewaiter/dev-cloud/samples';
import tap from 'tap';
import { matchesOf } from './feed.ts';

/*
 * One secret has one fingerprint wherever it stands: what a fingerprint is made of must not keep anything of how the secret was written.
 */

const rng = createRng(11);
const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const word = (length: number): string => rng.chars(letters, length);

const escapedUnits = (text: string, which: RegExp): string =>
  text.replaceAll(which, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
const json = (text: string): string => JSON.stringify(text);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const folded = (text: string): string => base64(text).replaceAll(/.{76}/g, '$&\n  ');

interface Case {
  readonly detector: string;
  /** What is hashed. */
  readonly canonical: Buffer;
  /** The file that holds it, by the name of the wrapping. */
  readonly files: Readonly<Record<string, string | Buffer>>;
}

/** Wrappings of any text, whatever is in it. */
function around(text: string): Readonly<Record<string, string | Buffer>> {
  return {
    plain: `${text}\n`,
    'quoted in JSON': `{"value": ${json(text)}}`,
    'JSON within JSON': `{"outer": ${json(json({ value: text } as never))}}`,
    'JSON that escapes slashes': `{"value": ${json(text).replaceAll('/', String.raw`\/`)}}`,
    'JSON that escapes what HTML knows': `{"value": ${escapedUnits(json(text), /[<>&=+](?!")/g)}}`,
    base64: `data: ${base64(`${text}\n`)}\n`,
    'base64 over folded lines': `data: |\n  ${folded(`# ${word(80)}\n${text}\n`)}\n`,
    'base64 of JSON that escapes slashes': base64(`{"value": ${json(text).replaceAll('/', String.raw`\/`)}}`),
    'UTF-16': Buffer.from(`\uFEFF${text}\n`, 'utf16le'),
    'UTF-16, big-endian': Buffer.from(`\uFEFF${text}\n`, 'utf16le').swap16(),
  };
}

function tokenCase(): Case {
  const token = `glpat-${word(20)}`;
  return {
    detector: 'gitlab-pat',
    canonical: Buffer.from(token),
    files: { ...around(`TOKEN=${token}`), shell: `export TOKEN='${token}'\n` },
  };
}

function awsCase(): Case {
  const secret = `q7${word(10)}/${word(10)}+${word(10)}/${word(3)}Zk`;
  const [id, name] = [`AKIA${rng.chars('ABCDEFGHIJKLMNOP234567', 16)}`, 'aws_secret_access_key'];
  return {
    detector: 'aws-access-key',
    canonical: Buffer.from(secret),
    files: {
      ...around(`aws_access_key_id = ${id}\n${name} = ${secret}`),
      'shell-escaped': `export AWS_ACCESS_KEY_ID=${id} AWS_SECRET_ACCESS_KEY=${secret.replaceAll(/[/+]/g, String.raw`\$&`)}\n`,
      percent: `id=${id}&${name}=${encodeURIComponent(secret)}&x=1\n`,
      '\\uXXXX': `{"id": "${id}", "${name}": "${escapedUnits(secret, /[/+]/g)}"}`,
    },
  };
}

function urlCase(): Case {
  const password = `${word(4)}&${word(4)}=${word(4)}7`;
  const url = (written: string, host = 'db-1.corp.io', user = 'app'): string => `postgres://${user}:${written}@${host}/main`;
  return {
    detector: 'postgres-url',
    canonical: Buffer.from(`app:${password}@db-1.corp.io`),
    files: {
      ...around(url(password)),
      percent: `${url(encodeURIComponent(password))}\n`,
      'percent, user and all': `${url(encodeURIComponent(password), 'db-1.corp.io', '%61pp')}\n`,
      'shell-escaped': `psql ${url(password.replaceAll(/[&=]/g, String.raw`\$&`))}\n`,
      '\\uXXXX': `{"url": "${url(escapedUnits(password, /[&=]/g))}"}`,
      'a host in capitals': `${url(password, 'DB-1.Corp.IO')}\n`,
      'its default port': `${url(password, 'db-1.corp.io:5432')}\n`,
      'the root’s dot': `${url(password, 'db-1.corp.io.:5432')}\n`,
    },
  };
}

function netrcCase(): Case {
  const password = `${word(8)}$${word(4)}9`;
  const netrc = (written: string, host = 'git.corp.io', login = 'ci'): string => `machine ${host} login ${login} password ${written}`;
  return {
    detector: 'netrc-password',
    canonical: Buffer.from(`ci:${password}@git.corp.io`),
    files: {
      plain: `${netrc(password)}\n`,
      quoted: `${netrc(`"${password}"`)}\n`,
      'quoted, the login too': `${netrc(`"${password}"`, 'git.corp.io', '"ci"')}\n`,
      'quoted with needless escapes': `${netrc(`"${password.replace('$', String.raw`\$`)}"`)}\n`,
      'a host in capitals': `${netrc(password, 'GIT.corp.io')}\n`,
      base64: base64(`${netrc(`"${password}"`)}\n`),
      'UTF-16': Buffer.from(`${netrc(`"${password}"`)}\n`, 'utf16le'),
    },
  };
}

function dockerCase(): Case {
  const password = word(20);
  const config = (host: string): string => JSON.stringify({ auths: { [host]: { auth: base64(`ci:${password}`) } } });
  return {
    detector: 'docker-config-auth',
    canonical: Buffer.from(`ci:${password}@registry.corp.io`),
    files: {
      plain: config('registry.corp.io'),
      'a URL for a host': config('https://registry.corp.io/v1/'),
      'slashes escaped': config('https://registry.corp.io/v1/').replaceAll('/', String.raw`\/`),
      'a host in capitals, with a port': config('Registry.corp.io:443'),
      base64: base64(config('registry.corp.io')),
      'UTF-16': Buffer.from(config('registry.corp.io'), 'utf16le'),
    },
  };
}

function pemCase(): Case {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const lines = (length: number): string => {
    const [head = '', ...rest] = pem.trimEnd().split('\n');
    const tail = rest.pop() ?? '';
    return [head, ...(rest.join('').match(new RegExp(`.{1,${length}}`, 'g')) ?? []), tail, ''].join('\n');
  };
  return {
    detector: 'private-key',
    canonical: privateKey.export({ type: 'pkcs8', format: 'der' }),
    files: {
      ...around(pem),
      'other line lengths': lines(48),
      'one long line': lines(4_000),
      'CRLF and indented': pem.replaceAll('\n', '\r\n    '),
      'a shell’s one line': `KEY="${pem.replaceAll('\n', String.raw`\n`)}"\n`,
      'a literal joined by plus': pem
        .trimEnd()
        .split('\n')
        .map((line) => `  "${line}\\n"`)
        .join(' +\n'),
      percent: pem.replaceAll('\n', '%0A').replaceAll('+', '%2B').replaceAll('/', '%2F').replaceAll('=', '%3D'),
    },
  };
}

for (const { detector, canonical, files } of [tokenCase(), awsCase(), urlCase(), netrcCase(), dockerCase(), pemCase()]) {
  await tap.test(`one secret of ${detector} has one fingerprint in every wrapping`, async (t) => {
    for (const [wrapping, file] of Object.entries(files)) {
      const found = matchesOf(Buffer.from(file)).filter((match) => match.detector === detector);
      t.strictSame(
        found.map((match) => Buffer.from(match.canonical).toString('latin1')),
        [canonical.toString('latin1')],
        wrapping,
      );
    }
  });
}

await tap.test('the span of a secret with escapes is theirs too, so that redaction leaves nothing of it', async (t) => {
  const file = Buffer.from(String.raw`x = "https:\/\/app:Ab\u0026cd9Kz7@git.corp.io\/a"` + '\n');
  const [match] = matchesOf(file);
  t.match(match, { detector: 'git-url', text: String.raw`app:Ab\u0026cd9Kz7@git.corp.io` });
  t.equal(file.toString('latin1', match?.offset, (match?.offset ?? 0) + (match?.length ?? 0)), match?.text);
  t.equal(Buffer.from(match?.canonical ?? []).toString(), 'app:Ab&cd9Kz7@git.corp.io');
});

await tap.test('an escape of another meaning makes no secret of what is none', async (t) => {
  const harmless = [
    String.raw`const url = /^https?:\/\/([^:]+):([^@]+)@(.+)$/;`,
    String.raw`git+https:\/\/\w+:\w+@host\.name`,
    String.raw`path C:\\users\\app:x@y`,
    String.raw`"https:\/\/git.corp.io\/team\/app"`,
  ];
  for (const text of harmless)
    t.strictSame(
      matchesOf(Buffer.from(`${text}\n`)).map((match) => match.text),
      [],
      text,
    );
});
