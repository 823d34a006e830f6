import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import tap from 'tap';
import { tarOf } from '../test/layers/tars.ts';
import { kept } from '../test/nested/kept.ts';
import { run } from './peers.ts';

const root = tap.testdir({});

/** git without what the machine's own configuration says. */
const git = (folder: string, ...words: readonly string[]): string =>
  run('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'gc.auto=0', '-c', 'init.defaultBranch=main', ...words], {
    cwd: join(root, folder),
  }).toString();

function put(folder: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, folder, path)), { recursive: true });
  writeFileSync(join(root, folder, path), content);
}

/** Forty commits to a text that grows and changes, a binary, folders, a deleted file and a tag. */
function repository(folder: string, ...init: readonly string[]): void {
  mkdirSync(join(root, folder));
  git(folder, 'init', '--quiet', ...init);
  const lines = Array.from({ length: 400 }, (_, at) => `line ${at} ${randomBytes(6).toString('hex')}`);
  for (let commit = 0; commit < 40; commit++) {
    lines.splice((commit * 7) % lines.length, 2, `changed in ${commit}`, randomBytes(40).toString('hex'));
    put(folder, 'conf/app.yml', lines.join('\n'));
    if (commit % 10 === 0) put(folder, `bin/${commit}`, randomBytes(300_000));
    put(folder, 'deleted/later.env', `VERSION=${commit}\n`);
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '--message', `commit ${commit}`);
  }
  git(folder, 'rm', '--quiet', '-r', 'deleted');
  git(folder, 'commit', '--quiet', '--message', 'no more');
  git(folder, 'tag', '--annotate', 'v1', '--message', 'a tag');
}

/** All objects by id, as git itself reads them. */
function objectsOf(folder: string): ReadonlyMap<string, Buffer> {
  const objects = new Map<string, Buffer>();
  for (const line of git(folder, 'cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)').trim().split('\n')) {
    const [id = '', kind = ''] = line.split(' ');
    objects.set(id, run('git', ['cat-file', kind, id], { cwd: join(root, folder) }));
  }
  return objects;
}

/** What was read of the packs of a repository, by object id, and what they are called. */
async function readPacks(
  folder: string,
  git = '.git',
): Promise<{ readonly objects: Map<string, Buffer>; readonly names: Set<string>; readonly gaps: readonly string[] }> {
  const packs = join(root, folder, git, 'objects/pack');
  const files = readdirSync(packs).map((name) => ({ name: `.git/objects/pack/${name}`, content: readFileSync(join(packs, name)) }));
  const { files: read, gaps } = await kept(await tarOf(files), {}, 70_000);
  const [objects, names] = [new Map<string, Buffer>(), new Set<string>()];
  for (const [path, content] of read) {
    const [, id, name] = /\.pack!\/([0-9a-f]{40,64})(?:\/(.*))?$/.exec(path) ?? [];
    if (id) objects.set(id, content);
    if (name) names.add(name);
  }
  return { objects, names, gaps };
}

const sorted = (objects: ReadonlyMap<string, Buffer>): readonly string[] =>
  [...objects].map(([id, content]) => `${id} ${content.toString('base64')}`).sort();

const ways: Readonly<Record<string, readonly string[]>> = {
  'as git packs by default': ['repack', '-a', '-d', '-f', '--quiet'],
  'in long chains': ['repack', '-a', '-d', '-f', '--quiet', '--depth=4000', '--window=50'],
  'with bases named by id': ['-c', 'repack.useDeltaBaseOffset=false', 'repack', '-a', '-d', '-f', '--quiet'],
  uncompressed: ['-c', 'pack.compression=0', 'repack', '-a', '-d', '-f', '--quiet'],
  'with an index of many packs and a bitmap': [
    '-c',
    'pack.writeReverseIndex=true',
    'repack',
    '-a',
    '-d',
    '-f',
    '-b',
    '--write-midx',
    '--quiet',
  ],
};

for (const format of ['sha1', 'sha256']) {
  void tap.test(`git, ${format}: every object of a pack is what git says it is, however it was packed`, async (t) => {
    repository(format, `--object-format=${format}`);
    const want = sorted(objectsOf(format));
    for (const [what, words] of Object.entries(ways)) {
      git(format, ...words);
      const { objects, names, gaps } = await readPacks(format);
      t.strictSame([sorted(objects), gaps], [want, []], what);
      t.strictSame([...names].sort(), ['bin/0', 'bin/10', 'bin/20', 'bin/30', 'conf/app.yml', 'deleted/later.env'], what);
    }
    git(format, 'repack', '-a', '-d', '-f', '--quiet', '--max-pack-size=1m');
    const { objects, gaps } = await readPacks(format);
    t.strictSame([sorted(objects), gaps], [want, []], 'several packs');
  });
}

void tap.test('git: what a fetch appended to a thin pack, and bundles, whole and thin', async (t) => {
  repository('origin');
  git('.', 'clone', '--quiet', '--bare', `file://${join(root, 'origin')}`, 'copy');
  for (let commit = 0; commit < 5; commit++) {
    put('origin', 'conf/app.yml', `${readFileSync(join(root, 'origin/conf/app.yml')).toString()}\nmore ${commit}`);
    git('origin', 'commit', '--quiet', '--all', '--message', 'more');
  }
  git('copy', '-c', 'fetch.unpackLimit=1', 'fetch', '--quiet', 'origin', 'main:main');
  const { objects, gaps } = await readPacks('copy', '.');
  t.strictSame([sorted(objects), gaps], [sorted(objectsOf('copy')), []]);
  git('origin', 'bundle', 'create', '--quiet', 'whole.bundle', '--all');
  git('origin', 'bundle', 'create', '--quiet', 'thin.bundle', 'main~2..main');
  const bundle = async (name: string): Promise<Awaited<ReturnType<typeof kept>>> =>
    kept(await tarOf([{ name, content: readFileSync(join(root, 'origin', name)) }]));
  const whole = await bundle('whole.bundle');
  t.strictSame(whole.gaps, []);
  t.equal([...whole.files.keys()].filter((path) => path.includes('!/')).length, objectsOf('origin').size);
  const thin = await bundle('thin.bundle');
  t.match(thin.gaps, [/^corrupt thin\.bundle!\/delta@/], 'what lacks its base is told');
});
