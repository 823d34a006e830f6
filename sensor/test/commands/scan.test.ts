import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, lstat, mkdir, open, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type ScanReport, ScanReportSchema } from '@tidewaiter/shared/findings';
import { buildImage, type SampleImage, writeLayout } from '@tidewaiter/dev-cloud/images';
import tap from 'tap';
import { Compile } from 'typebox/compile';
import { runProgram } from '../../src/commands/index.ts';
import type { Explanation } from '../../src/reports/index.ts';
import { progressText } from '../../src/commands/progress-line.ts';
import { tarOf } from '../layers/tars.ts';
import { githubToken } from '../secrets.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;
const folder = tap.testdir({});
const fits = Compile(ScanReportSchema);

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Buffer;
  readonly isTerminal?: boolean;
}

/** The program in this process, with streams of its own. */
async function tidewaiter(words: readonly string[], { env = {}, input, isTerminal = false }: Given = {}): Promise<Ended> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let code: number | null = null;
  await runProgram(words, {
    stdin: Readable.from(input ? [input] : []),
    stdout,
    stderr: Object.assign(stderr, { isTTY: isTerminal }),
    env,
    workFolder: folder,
    cores: 2,
    signal: new AbortController().signal,
    now: () => performance.now(),
    wallClock: () => Date.now(),
    randomBytes,
    exit: (value) => {
      code = value;
    },
  });
  const [out, err] = await Promise.all([text(stdout.end()), text(stderr.end())]);
  return { code, stdout: out, stderr: err };
}

/** The real program, in a process of its own. */
function start(words: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ['--conditions=@tidewaiter/source', main, ...words], {
    env: { PATH: process.env['PATH'], TMPDIR: folder },
  });
}

const json = async (words: readonly string[], more: Parameters<typeof tidewaiter>[1] = {}): Promise<ScanReport> => {
  const { stdout, stderr } = await tidewaiter(['scan', ...words, '--format', 'json'], more);
  const report: unknown = JSON.parse(stdout || `"${stderr}"`);
  if (!fits.Check(report)) throw new Error(`the report does not fit its schema: ${stdout}${stderr}`);
  return report;
};

const sample = (content: string, more: Partial<SampleImage> = {}): SampleImage => ({
  platform: { os: 'linux', architecture: 'amd64' },
  layers: [{ entries: [{ path: 'app/key', content }], compression: 'gzip', createdBy: 'COPY key /app' }],
  ...more,
});
const layout = async (name: string, images: readonly SampleImage[], tag = 'v1'): Promise<string> => {
  await writeLayout(`${folder}/${name}`, await buildImage(images), tag);
  return `oci:${folder}/${name}`;
};

const places = ({ findings }: ScanReport): readonly string[] => findings.map(({ location }) => `${location.kind} ${location.path}`);
const secret = githubToken();
const dirty = await layout('dirty', [sample(`key=${secret}\n`)]);
const clean = await layout('clean', [sample('nothing here')]);

void tap.test('exit codes say what became of the scan', async (t) => {
  t.equal((await tidewaiter(['scan', clean])).code, 0);
  t.equal((await tidewaiter(['scan', dirty])).code, 1);
  for (const words of [
    ['scan'],
    ['scan', 'ftp:nothing'],
    ['scan', dirty, '--format', 'xml'],
    ['scan', dirty, '--no-such'],
    ['nonsense'],
    ['scan', `${dirty}:other-tag`],
  ]) {
    t.equal((await tidewaiter(words)).code, 2, words.join(' '));
  }
  const cut = gzipSync(await tarOf([{ name: 'f', content: 'x'.repeat(2_000) }])).subarray(0, 40);
  const image = await buildImage([sample('x')]);
  const manifest = {
    schemaVersion: 2,
    layers: [{ mediaType: '', digest: `sha256:${createHash('sha256').update(cut).digest('hex')}`, size: cut.length }],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const root = { bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, mediaType: '' };
  await writeLayout(`${folder}/cut`, { ...image, root, blobs: [{ bytes: cut, digest: manifest.layers[0]?.digest ?? '' }] }, 'v1');
  t.equal((await tidewaiter(['scan', `oci:${folder}/cut`])).code, 3);
  const absent = await tidewaiter(['scan', `oci:${folder}/absent`]);
  t.match(absent, { code: 4, stdout: '', stderr: /absent.*no such folder.*\[registry\.unreachable\]/ });
  for (const reference of ['oci:', 'oci::v1', 'oci-archive:', 'docker-archive:'])
    t.match(await tidewaiter(['scan', reference]), { code: 2, stdout: '', stderr: /\[reference\.invalid\]/ }, reference);
  t.match(await tidewaiter(['scan', `docker-archive:${folder}`]), { code: 4, stderr: /a folder is oci:DIR.*\[manifest\.invalid\]/ });
  t.match(await tidewaiter(['--version']), { code: 0, stdout: /^\d+\.\d+\.\d+\n$/ });
});

void tap.test('the report in JSON fits its schema and holds no secret unless it is asked for', async (t) => {
  const report = await json([dirty]);
  t.match(report, {
    verdict: 'findings',
    image: { reference: dirty },
    platforms: [{ platform: 'linux/amd64' }],
    coverage: { complete: true, filesSeen: 1 },
  });
  t.match(report.findings, [
    {
      location: { kind: 'file', path: 'app/key', instruction: 'COPY key /app' },
      occurrences: [{ platform: 'linux/amd64', visibility: 'visible' }],
    },
  ]);
  t.equal(report.stats.fingerprintKeyId, 'ephemeral');
  for (const form of [secret, secret.slice(8), Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')])
    t.notOk(JSON.stringify(report).includes(form));
  t.equal((await json([dirty, '--show-secrets'])).findings[0]?.secret, secret);
});

void tap.test('SARIF and the table name detector and place, not the secret', async (t) => {
  const sarif = await tidewaiter(['scan', dirty, '--format', 'sarif']);
  t.match(JSON.parse(sarif.stdout), {
    version: '2.1.0',
    runs: [
      {
        results: [
          { ruleId: 'github-pat', locations: [{ physicalLocation: { artifactLocation: { uri: 'app/key' }, region: { startLine: 1 } } }] },
        ],
      },
    ],
  });
  const table = await tidewaiter(['scan', dirty]);
  t.match(table.stdout, /github-pat.*\/app\/key:1:5.*visible/);
  t.match(table.stdout, /verdict: findings; 1 findings/);
  t.equal(table.stderr, '', 'quiet when nobody watches');
  t.notMatch(sarif.stdout + table.stdout, secret.slice(8));
});

void tap.test('progress is drawn on a terminal, and gone when the report is there', async (t) => {
  const { stderr, stdout } = await tidewaiter(['scan', dirty], { isTerminal: true });
  t.match(stderr, /0 of 1 layers, 0\.0 of 0\.0 MiB/);
  t.ok(stderr.endsWith('\r\u001B[K'));
  t.notMatch(stdout, '\u001B');
  const done = { layersDone: 3, layersTotal: 7, bytesDone: 100 << 20, bytesTotal: 300 << 20 };
  t.equal(progressText(done, 2_000), '3 of 7 layers, 100.0 of 300.0 MiB, 50.0 MiB/s, 4 s left');
  t.equal(progressText({ ...done, bytesDone: 0 }, 0), '3 of 7 layers, 0.0 of 300.0 MiB, 0.0 MiB/s');
});

void tap.test('the terminal is not moved by what a file is called', async (t) => {
  const reference = await layout('names', [
    sample('x', { layers: [{ entries: [{ path: 'a\u001B[2Jb\nc', content: githubToken() }], compression: 'none', createdBy: 'x' }] }),
  ]);
  const { stdout } = await tidewaiter(['scan', reference]);
  t.match(stdout, /a\\u\{1b\}\[2Jb\\u\{a\}c/);
  t.notMatch(stdout, '\u001B');
});

void tap.test('--min-confidence filters list, verdict and exit code; the rest is counted', async (t) => {
  const report = await json([dirty, '--min-confidence', 'possible']);
  t.equal(report.findings.length, 1);
  const sure = report.findings[0]?.confidence;
  const none = await json([dirty, '--min-confidence', 'certain']);
  if (sure === 'certain') t.equal(none.findings.length, 1);
  else t.match(none, { findings: { length: 0 }, verdict: 'clean' });
  t.equal(
    Object.values(none.stats.byConfidence).reduce((sum, count) => sum + count, 0),
    1,
  );
});

void tap.test('--output writes a file for its owner only, and a wrong one is told before the scan', async (t) => {
  const file = `${folder}/report.json`;
  t.match(await tidewaiter(['scan', dirty, '--format', 'json', '--output', file]), { code: 1, stdout: '' });
  t.ok(fits.Check(JSON.parse(await readFile(file, 'utf8'))));
  t.equal((await stat(file)).mode & 0o777, 0o600);
  t.match(await tidewaiter(['scan', dirty, '--output', `${folder}/no/such/folder`]), { code: 2, stderr: /--output.*ENOENT/ });

  const older = `${folder}/older.json`;
  await writeFile(older, 'an older report', { mode: 0o644 });
  t.equal((await tidewaiter(['scan', dirty, '--show-secrets', '--output', older])).code, 1);
  t.equal((await stat(older)).mode & 0o777, 0o600, 'a file that others could read is theirs no longer');
});

void tap.test('a scan that fails leaves an older report as it was, and nothing beside it', async (t) => {
  const reports = t.testdir({ 'report.json': 'an older report', folder: {} });
  const older = join(reports, 'report.json');
  await chmod(older, 0o644);
  const isUntouched = async (why: string): Promise<void> => {
    t.equal(await readFile(older, 'utf8'), 'an older report', why);
    t.equal((await stat(older)).mode & 0o777, 0o644);
    t.strictSame(
      (await readdir(reports)).filter((name) => name.includes('report')),
      ['report.json'],
    );
  };
  t.equal((await tidewaiter(['scan', `oci:${reports}/none`, '--output', older])).code, 4);
  await isUntouched('no such image');
  t.match(await tidewaiter(['scan', dirty, '--output', older], { env: { TIDEWAITER_FINGERPRINT_KEY: 'short' } }), { code: 2 });
  await isUntouched('wrong configuration');
  t.match(await tidewaiter(['scan', dirty, '--output', join(reports, 'folder')]), { code: 2, stderr: /EISDIR/ });

  const child = spawn(process.execPath, ['--conditions=@tidewaiter/source', main, 'scan', '-', '--output', older], {
    env: { PATH: process.env['PATH'], TMPDIR: folder },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  // Standard input stays open: the scan is under way as soon as there is a file beside the report.
  while ((await readdir(reports)).length === 2) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGINT');
  const [code] = await ended;
  t.not(code, 0);
  await isUntouched('SIGINT');

  await symlink('report.json', join(reports, 'link'));
  t.equal((await tidewaiter(['scan', dirty, '--format', 'json', '--output', join(reports, 'link')])).code, 1);
  t.ok((await lstat(join(reports, 'link'))).isSymbolicLink(), 'a link stays one');
  t.match(JSON.parse(await readFile(older, 'utf8')), { verdict: 'findings' });
  t.strictSame((await readdir(reports)).sort(), ['folder', 'link', 'report.json']);
});

void tap.test('a report that cannot be written is an error of its own, not the exit code of its verdict', async (t) => {
  // Linux answers each write to this device with ENOSPC.
  const full = await open('/dev/full', 'w');
  t.teardown(() => full.close());
  const child = spawn(process.execPath, ['--conditions=@tidewaiter/source', main, 'scan', dirty], {
    env: { PATH: process.env['PATH'], TMPDIR: folder },
    stdio: ['ignore', full.fd, 'pipe'],
  });
  const ended = once(child, 'exit');
  const stderr = await text(child.stderr ?? Readable.from([]));
  t.match(stderr, /standard output \(got ENOSPC\).*\[report\.unwritten\]/);
  t.notMatch(stderr, / at .*:\d+/, 'no stack');
  t.strictSame(await ended, [5, null]);
  t.match(await tidewaiter(['scan', dirty, '--output', '/dev/full']), { code: 5, stderr: /--output \(got ENOSPC\)/ });
});

void tap.test('explain and keygen say too when nobody could be told', async (t) => {
  const full = await open('/dev/full', 'w');
  t.teardown(() => full.close());
  const env = { PATH: process.env['PATH'], TMPDIR: folder };
  for (const words of [
    ['explain', dirty, 'none'],
    ['keygen', join(t.testdir({}), 'key')],
  ]) {
    const all = ['--conditions=@tidewaiter/source', main, ...words];
    const child = spawn(process.execPath, all, { env, stdio: ['ignore', full.fd, 'pipe'] });
    const ended = once(child, 'exit');
    t.match(await text(child.stderr ?? Readable.from([])), /standard output \(got ENOSPC\).*\[report\.unwritten\]/);
    t.strictSame(await ended, [5, null], 'and not 1, which stands for findings');
  }
});

void tap.test('what an error quotes does not move the terminal', async (t) => {
  const { stderr } = await tidewaiter(['scan', 'oci:/no\u001B[2J\u0007such']);
  t.match(stderr, /no\\u\{1b\}\[2J\\u\{7\}such/);
  t.notMatch(stderr.trimEnd(), /\p{Cc}/u);
});

void tap.test('keygen makes a key once; fingerprints are made with it', async (t) => {
  const file = `${folder}/fingerprint.key`;
  const made = await tidewaiter(['keygen', file]);
  const key = await readFile(file);
  const id = createHash('sha256').update('tidewaiter key id\0').update(key).digest('hex').slice(0, 16);
  t.strictSame([made.code, made.stdout, key.length, (await stat(file)).mode & 0o777], [0, `${id}\n`, 32, 0o600]);
  t.match(await tidewaiter(['keygen', file]), { code: 2, stderr: /which exists/ }, 'never overwritten');
  t.match((await tidewaiter(['keygen', '--help'])).stdout, /To rotate: [^]*TIDEWAITER_PREVIOUS_FINGERPRINT_KEY_FILE/);
  t.match(await tidewaiter(['keygen', `${folder}/no/such/key`]), { code: 2, stderr: /which cannot be written/ });
  t.ok((await readFile(file)).equals(key));
  await writeFile(`${folder}/short.key`, 'short');
  t.match(await tidewaiter(['scan', dirty], { env: { TIDEWAITER_FINGERPRINT_KEY_FILE: `${folder}/short.key` } }), {
    code: 2,
    stderr: /TIDEWAITER_FINGERPRINT_KEY_FILE \(got 5 bytes, want 32 bytes, or their base64\)/,
  });
  const report = await json([dirty], { env: { TIDEWAITER_FINGERPRINT_KEY_FILE: file } });
  t.equal(report.stats.fingerprintKeyId, id);
  t.equal(report.findings[0]?.fingerprint, createHmac('sha256', key).update(`tw1\0${secret}`).digest('hex'));

  await writeFile(`${folder}/short.key`, 'short');
  for (const wrong of [`${folder}/short.key`, `${folder}/absent.key`]) {
    const refused = await tidewaiter(['scan', dirty], { env: { TIDEWAITER_FINGERPRINT_KEY_FILE: wrong } });
    t.match(refused, { code: 2, stderr: /keygen/ });
  }
  t.match(await tidewaiter(['scan', dirty], { env: { TIDEWAITER_SCAN_WORKERS: '0' } }), {
    code: 2,
    stderr: /TIDEWAITER_SCAN_WORKERS.*an integer from 1/,
  });
});

void tap.test('an image in an OCI archive, a docker-archive and on standard input, compressed or not, is the same image', async (t) => {
  const second = githubToken();
  const built = await buildImage([sample(`key=${secret}\n`, { env: [`T=${second}`] })]);
  await writeLayout(`${folder}/same`, built, 'v1');
  const want = await json([`oci:${folder}/same:v1`]);
  t.strictSame(places(want), ['env T', 'file app/key']);

  const names = [...built.blobs, ...built.children, built.root].map(({ digest, bytes }) => ({
    name: `blobs/sha256/${digest.slice(7)}`,
    content: bytes,
  }));
  const archive = await tarOf([...names, { name: 'index.json', content: await readFile(`${folder}/same/index.json`) }]);
  await writeFile(`${folder}/same.tar`, archive);
  const fromArchive = await json([`oci-archive:${folder}/same.tar`]);
  t.strictSame([places(fromArchive), fromArchive.image.digest], [places(want), want.image.digest]);

  const [config] = built.blobs;
  const layer = await tarOf([{ name: 'app/key', content: `key=${secret}\n` }]);
  const saved = await tarOf([
    { name: 'aa/layer.tar', content: layer },
    { name: 'bb/layer.tar', type: 'symlink', linkname: '../aa/layer.tar' },
    { name: 'config.json', content: config?.bytes ?? '' },
    {
      name: 'manifest.json',
      content: JSON.stringify([{ Config: 'config.json', RepoTags: ['a:b'], Layers: ['aa/layer.tar', 'bb/layer.tar'] }]),
    },
  ]);
  await writeFile(`${folder}/saved.tar`, saved);
  t.strictSame(places(await json([`docker-archive:${folder}/saved.tar`])), places(want));
  t.strictSame(places(await json(['-'], { input: saved })), places(want));
  await writeFile(`${folder}/same.tar.gz`, gzipSync(archive));
  await writeFile(`${folder}/saved.tar.zst`, zstdCompressSync(saved));
  t.strictSame(places(await json(['-'], { input: gzipSync(saved) })), places(want), '`docker save IMAGE | gzip`');
  t.strictSame(places(await json([`oci-archive:${folder}/same.tar.gz`])), places(want));
  t.strictSame(places(await json([`docker-archive:${folder}/saved.tar.zst`])), places(want));
  t.match(await tidewaiter(['scan', '-'], { input: gzipSync(saved).subarray(0, -1) }), {
    code: 4,
    stderr: /standard input \(got gzip compression that is cut.*manifest\.invalid/,
  });
  t.match(await tidewaiter(['scan', '-'], { input: Buffer.from('no tar at all, but long enough to be a header'.repeat(40)) }), {
    code: 4,
    stderr: /manifest\.invalid/,
  });
  t.match(await tidewaiter(['scan', '-'], { input: saved.subarray(0, 3_000) }), { code: 4, stderr: /manifest\.invalid/ });
  t.match(await tidewaiter(['scan', '-']), { code: 4, stderr: /standard input \(got nothing, want a docker-archive\).*manifest\.invalid/ });
  const other = await tarOf([{ name: 'notes.txt', content: 'a tar of something else' }]);
  t.match(await tidewaiter(['scan', '-'], { input: other }), {
    code: 4,
    stderr: /standard input \(got no manifest\.json in it, want an archive as docker save writes it\).*manifest\.invalid/,
  });
  await writeFile(`${folder}/other.tar`, other);
  t.match(await tidewaiter(['scan', `docker-archive:${folder}/other.tar`]), {
    code: 4,
    stderr: /no manifest\.json in it.*manifest\.invalid/,
  });
  t.match(
    await tidewaiter(['scan', '-'], {
      input: await tarOf([{ name: 'manifest.json', content: '[{"Config":"../../etc/passwd","Layers":[]}]' }]),
    }),
    { code: 4, stderr: /which is not in it/ },
  );
});

void tap.test('several images in one docker-archive are all read', async (t) => {
  const images = [githubToken(), githubToken()];
  const entries = await Promise.all(
    images.map(async (token, at) => ({ name: `l${at}.tar`, content: await tarOf([{ name: `key${at}`, content: token }]) })),
  );
  const configs = images.map((_, at) => ({ name: `c${at}.json`, content: JSON.stringify({ os: 'linux', architecture: `a${at}` }) }));
  const manifest = images.map((_, at) => ({ Config: `c${at}.json`, Layers: [`l${at}.tar`] }));
  await writeFile(`${folder}/two.tar`, await tarOf([...entries, ...configs, { name: 'manifest.json', content: JSON.stringify(manifest) }]));
  const report = await json([`docker-archive:${folder}/two.tar`]);
  t.strictSame(report.findings.map(({ location }) => location.path).sort(), ['key0', 'key1']);
  t.strictSame(
    report.platforms.map(({ platform }) => platform),
    ['linux/a0', 'linux/a1'],
  );
});

void tap.test('a layout of several tags needs one, and names what there is', async (t) => {
  await mkdir(`${folder}/tags`);
  await writeFile(
    `${folder}/tags/index.json`,
    JSON.stringify({
      manifests: ['a', 'b'].map((tag) => ({
        digest: `sha256:${(tag === 'a' ? '1' : '2').repeat(64)}`,
        annotations: { 'org.opencontainers.image.ref.name': tag },
      })),
    }),
  );
  t.match(await tidewaiter(['scan', `oci:${folder}/tags`]), { code: 2, stderr: /one of: a, b/ });
  t.match(await tidewaiter(['scan', `oci:${folder}/tags:a`]), { code: 4, stderr: /image\.gone/ });
});

void tap.test('exclusions filter the report and are counted by expression; a certain finding pierces the preset', async (t) => {
  const login = (): string => `DATABASE_URL=postgres://app:${randomBytes(12).toString('hex')}@db.stage.internal/app\n`;
  const entries = [
    { path: 'srv/app/node_modules/a/.env', content: login() },
    { path: 'srv/app/node_modules/b/fixtures/.env', content: login() },
    { path: 'srv/fixtures/.env', content: login() },
    { path: 'srv/node_modules/key', content: `key=${secret}\n` },
  ];
  const image = await layout('excluding', [sample('', { layers: [{ entries, compression: 'gzip', createdBy: 'COPY . /' }] })]);
  t.match(await json([image]), { verdict: 'findings', stats: { excluded: 0, byExclusion: {} }, findings: { length: 4 } }, 'off by default');
  const preset = await json([image, '--exclude-preset', 'default']);
  t.strictSame(preset.stats.byExclusion, { '/node_modules/': 2 });
  t.match(preset, {
    stats: { excluded: 2, byConfidence: { certain: 1, likely: 3 } },
    coverage: { filesSeen: 4, filesScanned: 4 },
    findings: [
      { location: { path: 'srv/node_modules/key' }, excludedBy: ['/node_modules/'] },
      { location: { path: 'srv/fixtures/.env' }, excludedBy: [] },
    ],
  });
  const own = await json([image, '--exclude', '/fixtures/', '--exclude', '^/srv/(app|node_modules)/']);
  t.match(own, { verdict: 'clean', findings: [], stats: { excluded: 4 } }, 'own ones hide a certain finding too');
  t.strictSame(own.stats.byExclusion, { '/fixtures/': 2, '^/srv/(app|node_modules)/': 3 }, 'one that two hide counts for both');
  const table = await tidewaiter(['scan', image, '--exclude-preset', 'default']);
  t.match(
    table.stdout,
    /2 excluded\n {2}\/node_modules\/ hid 2\n {2}reported although \/node_modules\/ excludes it, being certain: \/srv\/node_modules\/key/,
  );
  t.equal((await tidewaiter(['scan', image, '--exclude', 'srv'])).code, 0, 'the exit code follows what is reported');
  t.match(await tidewaiter(['scan', image, '--exclude', '(a', '--exclude', '(?=b)']), {
    code: 2,
    stderr: /"\(a": .*"\(\?=b\)": .*\[usage\.invalid\]/,
  });
  t.match(await tidewaiter(['scan', image, '--exclude-preset', 'other']), { code: 2 });
});

void tap.test('custom rules and detectors switched by name decide what is found, also in the workers', async (t) => {
  const own = `acme_${randomBytes(16).toString('hex')}`;
  const image = await layout('custom', [sample(`key=${secret}\nown=${own}\n`, { env: [`OWN=${own}`] })]);
  const rules = `${folder}/rules.yaml`;
  await writeFile(
    rules,
    `version: 1\nrules:\n  - id: acme-token\n    name: Acme\n    prefix: acme_\n    pattern: 'acme_[0-9a-f]{32}'\n    examples: { match: ['acme_${randomBytes(16).toString('hex')}'], miss: ['acme_'] }\n`,
  );
  const detectors = ({ findings }: ScanReport): readonly string[] =>
    findings.map(({ detector, location }) => `${detector} ${location.kind}`).sort();
  const usual = await json([image]);
  const custom = await json([image, '--rules', rules]);
  t.strictSame(detectors(usual), ['github-pat file']);
  t.strictSame(detectors(custom), ['acme-token env', 'acme-token file', 'github-pat file']);
  t.not(custom.stats.ruleSetHash, usual.stats.ruleSetHash);
  t.strictSame(detectors(await json([image, '--rules', rules, '--disable', 'github-pat'])), ['acme-token env', 'acme-token file']);
  t.strictSame(detectors(await json([image, '--rules', rules, '--disable', 'acme-token', '--enable', 'acme-token'])), ['github-pat file']);
  t.match(await tidewaiter(['scan', image, '--disable', 'github-pta', '--disable', 'nothing']), {
    code: 2,
    stderr: /--disable \(got "github-pta", "nothing"/,
  });
  t.match(await tidewaiter(['scan', image, '--rules', `${folder}/absent.yaml`]), { code: 2, stderr: /--rules \(got ENOENT/ });
  await writeFile(rules, 'version: 1\nrules: [{id: a}]\n');
  t.match(await tidewaiter(['scan', image, '--rules', rules]), {
    code: 2,
    stderr: /line 2, rules\[0\]\.id: got "a", want .*line 2, rules\[0\]\.prefix: got none/,
  });
});

void tap.test('explain tells of one file which layers hold it, what matched, and why that is reported or not', async (t) => {
  const login = `DATABASE_URL=postgres://app:${randomBytes(12).toString('hex')}@db.stage.internal/app\n`;
  const known = ['postgres://app:', 'changeme', '@db.stage.internal/app'].join('');
  const jar = await tarOf([{ name: 'conf/key', content: `key=${secret}\n` }]);
  const layers = [
    {
      entries: [
        { path: 'srv/node_modules/.env', content: `${login}key=${secret}\nOLD=${known}\n` },
        { path: 'opt/a.tar', content: jar.toString('latin1') },
      ],
    },
    { entries: [{ path: 'srv/node_modules/.env', content: 'nothing\n' }] },
    { entries: [{ path: 'srv/.wh.node_modules', content: '' }] },
  ].map((layer, at) => ({ ...layer, compression: 'gzip' as const, createdBy: `COPY ${at}` }));
  const image = await layout('explained', [sample('', { layers })]);
  const ask = async (words: readonly string[]): Promise<Explanation> => {
    const { code, stdout, stderr } = await tidewaiter(['explain', image, ...words, '--format', 'json']);
    t.equal(code, 0, stderr);
    t.notMatch(stdout, secret);
    return JSON.parse(stdout) as Explanation;
  };
  const told = await ask(['/srv/node_modules/.env', '--exclude-preset', 'default']);
  t.match(told, {
    path: 'srv/node_modules/.env',
    images: [{ platform: 'linux/amd64', copies: [{ visibility: 'shadowed', instruction: 'COPY 0' }, { visibility: 'deleted' }] }],
    layers: [
      {
        effects: ['writes'],
        files: [
          {
            type: 'file',
            matches: [
              { detector: /./, line: 1, reported: false, excludedBy: ['/node_modules/'], because: 'excluded by /node_modules/' },
              { detector: 'github-pat', line: 2, reported: true, because: /certain, so it pierces/ },
            ],
            drops: [{ detector: /./ }],
          },
        ],
      },
      { effects: ['writes'], files: [{ bytesRead: 8, matches: [], drops: [] }] },
      { effects: ['removes-folder'], files: [] },
    ],
  });
  t.equal(told.layers[0]?.files[0]?.bytesRead, told.layers[0]?.files[0]?.sizeBytes);
  t.equal(told.images[0]?.copies[1]?.by, told.layers[2]?.layerDigest, 'and by which layer');
  const sure = await ask(['srv/node_modules/.env', '--min-confidence', 'certain']);
  t.match(sure.layers[0]?.files[0]?.matches[0], { reported: false, because: 'likely is below the minimum confidence certain' });
  const inside = await ask(['opt/a.tar!/conf/key']);
  t.match(inside, {
    images: [{ copies: [{ visibility: 'visible', by: null }] }],
    layers: [{ files: [{ path: 'opt/a.tar!/conf/key', matches: [{ detector: 'github-pat', reported: true }] }] }],
  });
  t.match(
    (await ask(['opt/a.tar'])).layers[0]?.files,
    [
      { path: 'opt/a.tar', matches: [] },
      { path: 'opt/a.tar!/conf/key', matches: [{ line: 1 }] },
    ],
    'told once, where it says more',
  );
  const text = await tidewaiter(['explain', image, 'srv/node_modules/.env', '--exclude', 'env']);
  t.match(text.stdout, /layer [0-9a-f]{12} \(COPY 0\) is shadowed by layer [0-9a-f]{12}\n.*is deleted by layer/);
  t.match(text.stdout, /2:5 github-pat ghp_…\(40\) certain: not reported, excluded by env/);
  t.match(text.stdout, /matched and was dropped: it/);
  t.match(text.stdout, /removes its folder/);
  t.match((await tidewaiter(['explain', image, 'no/such/file'])).stdout, /no layer holds it/);
  t.equal((await tidewaiter(['explain', image])).code, 2);
});

void tap.test('the program itself: exit code, report on standard output, Ctrl-C', async (t) => {
  const child = start(['scan', dirty]);
  const ended = once(child, 'exit');
  t.match(await text(child.stdout), /verdict: findings/);
  t.equal((await ended)[0], 1);

  const waiting = start(['scan', '-']);
  const stopped = once(waiting, 'exit');
  waiting.stdin.on('error', () => undefined).write(Buffer.alloc(100_000));
  // The work file is there once the program is at work; it has lost its name again right after.
  await once(waiting, 'spawn');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  waiting.kill('SIGINT');
  waiting.stdin.end();
  t.strictSame(await stopped, [130, null]);
  t.strictSame(
    (await readdir(folder)).filter((name) => name.startsWith('tidewaiter-')),
    [],
    'no work file is left',
  );
});
