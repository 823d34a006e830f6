import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScanReport } from '@tidewaiter/shared/findings';
import tap from 'tap';
import { tarOf } from '../test/layers/tars.ts';
import { githubToken } from '../test/secrets.ts';
import { run } from './peers.ts';

const root = tap.testdir({});
const main = new URL('../src/main.ts', import.meta.url).pathname;
const layout = join(root, 'layout');
const bundle = join(root, 'bundle');
const image = `${layout}:v1`;
const file = (path: string, content: string): void => {
  mkdirSync(join(bundle, 'rootfs', path, '..'), { recursive: true });
  writeFileSync(join(bundle, 'rootfs', path), content);
};
const umoci = (...words: readonly string[]): Buffer => run('umoci', words);

const secrets = Object.fromEntries(
  ['kept', 'deleted', 'overwritten', 'folder', 'env', 'label', 'history'].map((name) => [name, githubToken()]),
);

function scan(reference: string): ScanReport {
  const script = `${JSON.stringify(process.execPath)} --conditions=@tidewaiter/source ${main} scan ${reference} --format json --min-confidence possible; [ $? -le 1 ]`;
  const report: ScanReport = JSON.parse(run('sh', ['-c', script]).toString());
  return report;
}

const places = ({ findings }: ScanReport): readonly string[] =>
  findings
    .map(({ location, occurrences }) => `${location.kind} ${location.path} ${occurrences.map(({ visibility }) => visibility).join()}`)
    .sort();
const want = [
  'env TOKEN not-a-file',
  'file etc/deleted deleted',
  'file etc/kept visible',
  'file etc/overwritten shadowed',
  'file old/deep/key deleted',
  'history history[0] not-a-file',
  'label note not-a-file',
];

tap.before(() => {
  umoci('init', '--layout', layout);
  umoci('new', '--image', image);
  umoci('unpack', '--rootless', '--image', image, bundle);
  file('etc/kept', `first line\n  key: ${secrets['kept']}\n`);
  for (const name of ['deleted', 'overwritten']) file(`etc/${name}`, secrets[name] ?? '');
  file('old/deep/key', secrets['folder'] ?? '');
  for (let at = 0; at < 300; at++) file(`usr/share/many/${at}`, `file ${at}\n`.repeat(at));
  umoci('repack', '--refresh-bundle', '--image', image, '--history.created_by', `RUN curl -H ${secrets['history']}`, bundle);
  rmSync(join(bundle, 'rootfs/etc/deleted'));
  rmSync(join(bundle, 'rootfs/old'), { recursive: true });
  file('etc/overwritten', 'harmless');
  umoci('repack', '--image', image, '--history.created_by', 'RUN rm', bundle);
  umoci('config', '--image', image, '--config.env', `TOKEN=${secrets['env']}`, '--config.label', `note=${secrets['label']}`);
});

void tap.test('an image that umoci made: every secret at its place, every entry counted', async (t) => {
  const report = scan(`oci:${image}`);
  t.strictSame(places(report), want);
  t.equal(report.coverage.complete, true);
  const entries = report.platforms[0]?.layers.map(
    (digest) =>
      run('tar', ['--list', '--gzip', '--file', join(layout, 'blobs', digest.replace(':', '/'))])
        .toString()
        .trimEnd()
        .split('\n').length,
  );
  t.equal(
    report.coverage.entriesSeen,
    entries?.reduce((sum, count) => sum + count, 0),
    'as many entries as GNU tar lists',
  );
  t.equal(readdirSync(join(layout, 'blobs/sha256')).length > 4, true);
  for (const secret of Object.values(secrets)) t.notOk(JSON.stringify(report).includes(secret));
});

for (const [what, destination, reference, ...more] of [
  ['a docker-archive', `docker-archive:${root}/docker.tar:name:v1`, `docker-archive:${root}/docker.tar`],
  ['an OCI archive', `oci-archive:${root}/oci.tar:v1`, `oci-archive:${root}/oci.tar`],
  ['an OCI layout with zstd layers', `oci:${root}/zstd:v1`, `oci:${root}/zstd`, '--dest-compress-format', 'zstd'],
] as const) {
  void tap.test(`the same image that skopeo copied into ${what}`, async (t) => {
    run('skopeo', ['copy', '--insecure-policy', ...more, `oci:${image}`, destination]);
    t.strictSame(places(scan(reference)), want);
  });
}

void tap.test('the docker-archive on standard input', async (t) => {
  run('skopeo', ['copy', '--insecure-policy', `oci:${image}`, `docker-archive:${root}/stdin.tar:name:v1`]);
  t.ok(readFileSync(`${root}/stdin.tar`).length > 10_000);
  t.strictSame(places(scan(`- < ${root}/stdin.tar`)), want);
});

for (const [program, ending] of [
  ['gzip', 'gz'],
  ['xz', 'xz'],
  ['zstd', 'zst'],
] as const) {
  void tap.test(`the docker-archive and the OCI archive that ${program} compressed, in a file and on standard input`, async (t) => {
    for (const kind of ['docker-archive', 'oci-archive']) {
      const path = `${root}/${program}-${kind}.tar`;
      run('skopeo', ['copy', '--insecure-policy', `oci:${image}`, `${kind}:${path}:name:v1`]);
      writeFileSync(`${path}.${ending}`, run(program, ['-9', '-c', path]));
      t.strictSame(places(scan(`${kind}:${path}.${ending}`)), want);
      if (kind === 'docker-archive') t.strictSame(places(scan(`- < ${path}.${ending}`)), want);
    }
  });
}

void tap.test('files that xz really compressed, at every preset and in several blocks and streams, are read whole', async (t) => {
  const folder = join(root, 'xz');
  mkdirSync(join(folder, 'files'), { recursive: true });
  const lines = (name: string): string => `${`${name}: the quick brown fox\n`.repeat(40_000)}${githubToken()}\n`;
  const presets = ['-0', '-1', '-5', '-6', '-7', '-9e', '--block-size=100KiB', '--check=crc32', '--check=none'];
  for (const preset of presets)
    writeFileSync(join(folder, `files/${preset.slice(1)}.xz`), run('xz', ['-c', preset], { input: Buffer.from(lines(preset)) }));
  const twice = ['a', 'b'].map((name) => run('xz', ['-c'], { input: Buffer.from(lines(name)) }));
  writeFileSync(join(folder, 'files/twice.xz'), Buffer.concat(twice));
  const layer = run('tar', ['--create', '--directory', folder, 'files']);
  const saved = { 'layer.tar': layer, 'c.json': '{}', 'manifest.json': '[{"Config":"c.json","Layers":["layer.tar"]}]' };
  writeFileSync(join(root, 'xz.tar'), await tarOf(Object.entries(saved).map(([name, content]) => ({ name, content }))));
  const { coverage, findings } = scan(`docker-archive:${root}/xz.tar`);
  const unread = coverage.gaps.map(({ reason, path }) => `${reason} ${path}`);
  // xz -9 asks for 64 MiB, four times what a file in a layer may have.
  t.strictSame(unread, ['limit-bytes files/9e.xz!/']);
  const found = findings.map(({ location }) => location.path?.replace(/^files.(.*)\.xz.*/, '$1'));
  const read = presets.map((preset) => preset.slice(1)).filter((name) => name !== '9e');
  t.strictSame(found.sort(), [...read, 'twice', 'twice'].sort());
});
