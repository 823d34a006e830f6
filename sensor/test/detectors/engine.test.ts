import { deepStrictEqual } from 'node:assert';
import { createRng, secretGenerators } from '@tidewaiter/dev-cloud/samples';
import { array, assert as check, integer, nat, property } from 'fast-check';
import tap from 'tap';
import { usualRules, createEngine, ruleSetHash } from '../../src/detectors/index.ts';
import { BLOCK_AT, createPassMemory } from '../../src/memory/index.ts';
import { matchesOf, plain } from './feed.ts';

const rng = createRng(7);
const filler = (length: number): string => `${rng.chars('abcdefghij klmnop\n', length)}\n`;
const placesIn = (text: string): object[] =>
  matchesOf(Buffer.from(text)).map(({ line, column, offset, length }) => ({ line, column, offset, length }));

function sampleOf(detector: string): { readonly text: string; readonly secret: string } {
  const generator = secretGenerators.find((one) => one.detector === detector);
  if (generator === undefined) throw new Error(`no generator for ${detector}`);
  return generator.make(rng);
}

/** A file of a few KiB with all kinds of anchors in it: prefix, literal, keyword, pair, PEM, base64. */
function mixedFile(): Buffer {
  const kinds = [
    'github-pat',
    'aws-access-key',
    'postgres-url',
    'datadog-api-key',
    'private-key',
    'telegram-bot-token',
    'sendgrid-api-key',
    'jwt',
  ];
  const parts = kinds.map((kind) => `${kind}\n${sampleOf(kind).text}`);
  parts.push(`data: ${Buffer.from(`token=${sampleOf('npm-token').secret}\n`).toString('base64')}\n`);
  return Buffer.from(`# héllo\r\n${parts.join('\n\n')}${sampleOf('gitlab-pat').secret}`);
}

await tap.test('finds the same wherever the file is cut in two', async (t) => {
  const file = mixedFile();
  const whole = plain(matchesOf(file));
  t.ok(whole.length >= 10, `finds all of it uncut: ${whole.length}`);
  for (let cut = 1; cut < file.length; cut++) {
    deepStrictEqual(plain(matchesOf(file, [cut])), whole, `cut at ${cut}`);
  }
  t.pass(`${file.length - 1} cuts`);
});

await tap.test('finds the same whether or not it is told how long the file is', async (t) => {
  const file = mixedFile();
  const whole = plain(matchesOf(file, [], usualRules.rules, 'a', 'unknown'));
  t.strictSame(plain(matchesOf(file, [], usualRules.rules, 'a', 'known')), whole);
  for (let cut = 1; cut < file.length; cut += 7)
    deepStrictEqual(plain(matchesOf(file, [cut, cut + 3], usualRules.rules, 'a', 'known')), whole, `cut at ${cut}`);
});

await tap.test('refuses more bytes than the file was said to have', async (t) => {
  const engine = createEngine({ memory: createPassMemory(), rules: usualRules.rules, listener: () => undefined });
  engine.begin({ path: 'a', sizeBytes: 4 });
  engine.push(BLOCK_AT, 4);
  t.throws(() => engine.push(BLOCK_AT + 4, 1), /more than the 4 bytes/);
});

await tap.test('finds the same in any number of pieces, down to single bytes', async (t) => {
  const file = mixedFile();
  const whole = plain(matchesOf(file));
  const everywhere = Array.from({ length: file.length }, (_, i) => i);
  t.strictSame(plain(matchesOf(file, everywhere)), whole, 'one byte at a time');
  t.doesNotThrow(() =>
    check(
      property(array(nat({ max: file.length }), { maxLength: 40 }), (cuts) => {
        deepStrictEqual(
          plain(
            matchesOf(
              file,
              cuts.sort((a, b) => a - b),
            ),
          ),
          whole,
        );
      }),
      { numRuns: 200 },
    ),
  );
});

await tap.test('finds the same in long runs and long files, wherever they are cut', async (t) => {
  const long = `${'Ab0-'.repeat(600)}${sampleOf('github-pat').secret}`;
  const key = sampleOf('private-key').text;
  const file = Buffer.from(
    [filler(30_000), long, filler(70_000), key, filler(40_000), key, filler(300_000), sampleOf('npm-token').text].join('\n'),
  );
  const whole = plain(matchesOf(file));
  t.equal(whole.length, 4);
  t.doesNotThrow(() =>
    check(
      property(array(integer({ min: 1, max: file.length }), { maxLength: 20 }), (cuts) => {
        deepStrictEqual(
          plain(
            matchesOf(
              file,
              cuts.sort((a, b) => a - b),
            ),
          ),
          whole,
        );
      }),
      { numRuns: 60 },
    ),
  );
});

await tap.test('says line, column and offset in the whole file', async (t) => {
  const { secret } = sampleOf('github-pat');
  t.strictSame(placesIn(secret), [{ line: 1, column: 1, offset: 0, length: 40 }], 'no newline at all');
  t.strictSame(placesIn(`a\r\nb\r\nk=${secret}\r\n`), [{ line: 3, column: 3, offset: 8, length: 40 }], 'CRLF');
  t.strictSame(placesIn(`\n\n\n${secret}`), [{ line: 4, column: 1, offset: 3, length: 40 }], 'empty lines');
  t.strictSame(
    placesIn(`${'x\n'.repeat(300_000)}é=${secret}\n`),
    [{ line: 300_001, column: 4, offset: 600_003, length: 40 }],
    'columns count bytes',
  );
});

await tap.test('finds a secret in the last line of an 80 MiB file', async (t) => {
  const memory = createPassMemory();
  const found: object[] = [];
  const engine = createEngine({
    memory,
    rules: usualRules.rules,
    listener: ({ line, offset, detector }) => found.push({ line, offset, detector }),
  });
  const line = 'INSERT INTO events VALUES (17, "page view", "2026-11-01 12:00:00", "/index");\n'.padStart(128, ' ');
  memory.bytes.fill(10, BLOCK_AT - 32_768, BLOCK_AT + 262_144);
  memory.bytes.set(Buffer.from(line.repeat(2048)), BLOCK_AT);
  engine.begin({ path: 'dump.sql' });
  for (let i = 0; i < 320; i++) {
    memory.bytes.copyWithin(BLOCK_AT - 32_768, BLOCK_AT + 262_144 - 32_768, BLOCK_AT + 262_144);
    engine.push(BLOCK_AT, 262_144);
  }
  const last = Buffer.from(sampleOf('github-pat').text.trimEnd());
  memory.bytes.set(last, BLOCK_AT);
  engine.push(BLOCK_AT, last.length);
  engine.end();
  t.strictSame(found, [{ line: 320 * 2048 + 1, offset: 83_886_080 + 'GITHUB_TOKEN='.length, detector: 'github-pat' }]);
});

await tap.test('bears empty files, empty pushes and a file begun before the last one ended', async (t) => {
  t.strictSame(matchesOf(new Uint8Array(0)), []);
  const memory = createPassMemory();
  const found: string[] = [];
  const engine = createEngine({ memory, rules: usualRules.rules, listener: ({ detector }) => found.push(detector) });
  const { secret } = sampleOf('github-pat');
  memory.bytes.set(Buffer.from(secret), BLOCK_AT);
  engine.begin({ path: 'a' });
  engine.push(BLOCK_AT, 20);
  engine.begin({ path: 'b' });
  engine.push(BLOCK_AT, 0);
  engine.push(BLOCK_AT, 40);
  engine.end();
  engine.end();
  t.strictSame(found, ['github-pat'], 'nothing of the first file is left, and end twice reports once');
});

await tap.test('lets the most specific rule stand where several match', async (t) => {
  const { secret } = sampleOf('github-pat');
  const found = matchesOf(Buffer.from(`git clone https://ci:${secret}@git.corp.io/x.git\n`));
  t.strictSame(
    found.map(({ detector }) => detector),
    ['github-pat'],
  );
  const account = sampleOf('gcp-service-account');
  t.strictSame(
    matchesOf(Buffer.from(account.text)).map(({ detector }) => detector),
    ['gcp-service-account'],
  );
  const pair = sampleOf('aws-access-key');
  t.strictSame(
    matchesOf(Buffer.from(pair.text)).map(({ detector, text }) => [detector, text]),
    [['aws-access-key', pair.secret]],
  );
});

await tap.test('undoes the wrapping of a key, whatever it stands in', async (t) => {
  const { secret } = sampleOf('private-key');
  const forms = {
    pem: `${secret}\n`,
    crlf: secret.replaceAll('\n', '\r\n'),
    json: JSON.stringify({ key: secret }),
    yaml: `key: |\n${secret.replaceAll(/^/gm, '    ')}\n`,
    oneLine: `KEY="${secret.replaceAll('\n', ' ')}"`,
    javascript: secret
      .split('\n')
      .map((line) => `  "${line}\\n"`)
      .join(' +\n'),
    base64: `client-key-data: ${Buffer.from(`${secret}\n`).toString('base64')}\n`,
    folded: `${Buffer.from(`${secret}\n`).toString('base64').replaceAll(/.{76}/g, '$&\n')}\n`,
  };
  const canonical = Buffer.from(secret.split('\n').slice(1, -1).join(''), 'base64').toString('hex');
  for (const [name, text] of Object.entries(forms)) {
    const found = matchesOf(Buffer.from(text));
    t.strictSame(
      found.map((match) => [match.detector, match.confidence, Buffer.from(match.canonical).toString('hex')]),
      [['private-key', 'certain', canonical]],
      name,
    );
  }
});

await tap.test('reads UTF-16 in both byte orders, wherever it lies and is cut', async (t) => {
  const { secret } = sampleOf('github-pat');
  const key = sampleOf('private-key').secret;
  const text = `<add key="token" value="${secret}"/>\r\n${filler(40_000)}${key}\r\n`;
  const little = Buffer.from(text, 'utf16le');
  const big = Buffer.from(little).swap16();
  for (const [name, wide] of Object.entries({ little, big, odd: Buffer.concat([Buffer.from([7]), little]) })) {
    const file = Buffer.concat([Buffer.from([0xff, 0xfe]), rng.bytes(300), wide, rng.bytes(300)]);
    const found = matchesOf(file);
    t.strictSame(
      found.map((match) => [match.detector, match.confidence]),
      [
        ['github-pat', 'certain'],
        ['private-key', 'certain'],
      ],
      name,
    );
    t.equal(Buffer.from(found[0]?.canonical ?? []).toString(), secret, `${name}: canonical`);
    t.equal(found[0]?.offset, file.toString('latin1').indexOf('g\0h\0p\0'), `${name}: offset`);
    for (let cut = 300; cut < 460; cut++)
      deepStrictEqual(plain(matchesOf(file, [cut]).slice(0, 1)), plain(found.slice(0, 1)), `cut at ${cut}`);
  }
});

await tap.test('undoes the percent-encoding of a secret in a URL, byte by byte', async (t) => {
  const canonicalsOf = (text: string): string[] => matchesOf(Buffer.from(text)).map((match) => Buffer.from(match.canonical).toString());
  const word = rng.chars('ghkmprstuvwxyz', 9);
  const signature = `${rng.chars('ghkmprstuvwxyz', 30)}+/${rng.chars('ghkmprstuvwxyz', 11)}=`;
  const session = `IQoJb3JpZ2lu${rng.chars('ghkmprstuvwxyz0123456789', 120)}+/==`;
  const sas = (sig: string): string => `https://corp.blob.core.windows.net/c?sv=2024-11-04&sp=r&se=2027-01-01&sr=c&sig=${sig}\n`;
  const pairs: Readonly<Record<string, readonly [plain: string, encoded: string]>> = {
    password: [`postgres://app:${word}€é7@db-1.corp:5432/x\n`, `postgres://app:${word}${encodeURIComponent('€é7')}@db-1.corp:5432/x\n`],
    signature: [sas(signature), sas(encodeURIComponent(signature))],
    session: [`token=${session}\n`, `token=${encodeURIComponent(session)}\n`],
  };
  for (const [name, [plainText, encoded]] of Object.entries(pairs)) {
    t.equal(canonicalsOf(plainText).length, 1, `${name} is found`);
    t.strictSame(canonicalsOf(encoded), canonicalsOf(plainText), name);
  }
});

await tap.test('hashes all that the rules say, and their order, which decides between matches that are alike', async (t) => {
  const hash = ruleSetHash(usualRules.rules);
  t.match(hash, /^[0-9a-f]{64}$/);
  t.equal(ruleSetHash([...usualRules.rules]), hash);
  t.not(ruleSetHash(usualRules.rules.toReversed()), hash);
  t.not(ruleSetHash(usualRules.rules.slice(1)), hash);
  t.not(ruleSetHash(usualRules.rules.map(({ anywhere: _anywhere, ...rule }) => rule)), hash, 'where a pattern is tried');
  t.equal(new Set(usualRules.rules.map(({ id }) => id)).size, usualRules.rules.length, 'ids are unique');
});

await tap.test('what a path alone gives away is found however the file is cut, up to the window, and under no other path', async (t) => {
  const line = 'db-1.corp.io:5432:main:app:v7Kq2ZxT9bLw4\n';
  const found = (file: Buffer, cuts: readonly number[], path: string): string[] =>
    matchesOf(file, cuts, usualRules.rules, path).map(({ detector, line: at }) => `${detector} ${at}`);
  const file = Buffer.from(`# servers\n${line}${filler(2000)}`);
  for (let cut = 0; cut < 60; cut++) t.strictSame(found(file, [cut, cut + 1, 500], 'root/.pgpass'), ['pgpass-password 2'], `cut at ${cut}`);
  t.strictSame(found(file, [], 'root/pgpass.txt'), []);
  // The window is 16 KiB; what touches its end is left.
  const late = Buffer.from(`${'#'.repeat(16 * 1024 - line.length)}\n${line}`);
  t.strictSame(found(late, [], 'root/.pgpass'), []);
  t.strictSame(found(late.subarray(1), [], 'root/.pgpass'), ['pgpass-password 2']);
});
