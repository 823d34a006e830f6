import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, symlinkSync, linkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import tap from 'tap';
import { record } from '../test/layers/recorder.ts';
import { run } from './peers.ts';

const root = tap.testdir({});
const put = (path: string, content: string | Buffer): void => {
  mkdirSync(dirname(join(root, 'tree', path)), { recursive: true });
  writeFileSync(join(root, 'tree', path), content);
};

put('etc/small', 'content');
put('etc/empty', '');
put('usr/big', randomBytes(3_000_000));
put('usr/text', 'line\n'.repeat(200_000));
put(`${'long/'.repeat(45)}name`, 'deep');
put('n'.repeat(200), 'a long name');
put('ünï/ço∂é', 'utf-8');
put('usr/sparse', 'begin');
truncateSync(join(root, 'tree/usr/sparse'), 50_000_000);
symlinkSync('small', join(root, 'tree/etc/link'));
symlinkSync('t'.repeat(150), join(root, 'tree/etc/long-link'));
linkSync(join(root, 'tree/etc/small'), join(root, 'tree/etc/hard'));

/** Path and SHA-256 of each file's content, as the peer's own extraction has them. */
const shaOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

for (const format of ['gnu', 'oldgnu', 'pax', 'posix', 'ustar', 'v7']) {
  void tap.test(`GNU tar, format ${format}: every entry and every byte is read`, async (t) => {
    // v7 and ustar cannot hold the longest paths; tar leaves those out and says so with its exit code.
    const words = [
      '--create',
      `--format=${format}`,
      '--ignore-failed-read',
      '--exclude=./long',
      '--exclude=./nnn*',
      '--exclude=./etc/long-link',
    ];
    const all = ['--create', `--format=${format}`];
    const tar = run('tar', [
      ...(format === 'ustar' || format === 'v7' ? words : all),
      '--exclude=./usr/sparse',
      '-C',
      join(root, 'tree'),
      '.',
    ]);
    const { entries, gaps, carryFaults } = await record(tar);
    t.strictSame([gaps, carryFaults], [[], []]);
    const listed = run('tar', ['--list', '--quoting-style=literal'], { input: tar }).toString().trimEnd().split('\n');
    t.strictSame(
      entries.map(({ path }) => path),
      listed.map((path) => path.replace(/^\.\/?/, '').replace(/\/$/, '')),
    );
    for (const { path, content, type } of entries.filter((entry) => entry.type === 'file')) {
      t.equal(shaOf(content), shaOf(run('tar', ['--extract', '--to-stdout', `./${path}`], { input: tar })), `${type} ${path.slice(0, 40)}`);
    }
  });
}

for (const version of ['0.0', '0.1', '1.0']) {
  void tap.test(`GNU tar, sparse format ${version}: what is stored is read, under the real name, and what follows it`, async (t) => {
    const tar = run('tar', [
      '--create',
      '--format=pax',
      '--sparse',
      `--sparse-version=${version}`,
      '-C',
      join(root, 'tree'),
      'usr/sparse',
      'etc/small',
    ]);
    const { entries, gaps } = await record(tar);
    t.strictSame([entries.map(({ path }) => path), gaps], [['usr/sparse', 'etc/small'], []]);
    t.match(entries[0]?.content.toString(), /begin/);
    t.equal(entries[1]?.content.toString(), 'content');
  });
}

void tap.test('GNU tar, old sparse format with more holes than one header holds', async (t) => {
  const path = join(root, 'holes');
  writeFileSync(path, '');
  for (let at = 0; at < 40; at++)
    run('dd', [`of=${path}`, 'bs=4096', `seek=${at * 20}`, 'conv=notrunc', 'count=1'], { input: Buffer.alloc(4096, 65 + at) });
  const tar = run('tar', ['--create', '--format=gnu', '--sparse', '-C', root, 'holes', '-C', 'tree', 'etc/small']);
  const { entries, gaps } = await record(tar);
  t.strictSame([entries.map(({ path: name }) => name), gaps], [['holes', 'etc/small'], []]);
  t.ok(entries[0]?.content.includes(Buffer.alloc(4096, 65 + 39)), 'the last piece is there');
});

const whole = run('tar', ['--create', '--exclude=./usr/sparse', '-C', join(root, 'tree'), '.']);
const compressors: Readonly<Record<string, readonly [program: string, ...words: string[]]>> = {
  'gzip -9': ['gzip', '-9', '--stdout'],
  'gzip --fast, with a name': ['gzip', '--fast', '--name', '--stdout'],
  'pigz in independent blocks': ['pigz', '--independent', '--processes', '2', '--stdout'],
  'zstd -3': ['zstd', '-3', '--stdout'],
  'zstd -19 --long=27': ['zstd', '-19', '--long=27', '--stdout'],
  'zstd without checksum': ['zstd', '--no-check', '--stdout'],
  'zstd, rsyncable, two threads': ['zstd', '-T2', '--rsyncable', '--stdout'],
};
for (const [what, [program, ...words]] of Object.entries(compressors)) {
  void tap.test(`${what} is read whole, alone and twice in a row`, async (t) => {
    const plain = await record(whole);
    const blob = run(program, words, { input: whole });
    const one = await record(blob);
    t.strictSame([one.entries, one.gaps], [plain.entries, []]);
    const half = whole.length >> 1;
    const two = await record(
      Buffer.concat([run(program, words, { input: whole.subarray(0, half) }), run(program, words, { input: whole.subarray(half) })]),
    );
    t.strictSame([two.entries.length, two.gaps, two.contentBytes], [plain.entries.length, [], whole.length]);
  });
}
