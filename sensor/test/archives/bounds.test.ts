import { randomBytes } from 'node:crypto';
import { open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { CONFIG_BYTES_MAX, MANIFEST_BYTES_MAX } from '@tidewaiter/shared/images';
import t from 'tap';
import { indexArchive } from '../../src/archives/archive-store.ts';
import { readDocument } from '../../src/archives/documents.ts';
import { archiveLimits } from '../../src/archives/limits.ts';
import { openDockerStream } from '../../src/archives/index.ts';
import { copyToWorkFile, STANDARD_INPUT, type WorkPlace } from '../../src/archives/work-file.ts';
import { type TarEntry, tarOf } from '../layers/tars.ts';

const { signal } = new AbortController();

const inFolder = (folder: string): WorkPlace => ({ folder, loadUnpacking: () => import('../../src/nested/index.ts') });

/** What standard input brings, in pieces. */
function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000);
}

t.test('the work file takes an archive of its bound and refuses one byte more; nothing stays in the folder', async (t) => {
  const folder = t.testdir();
  const tar = await tarOf([{ name: 'manifest.json', content: randomBytes(3_000) }]);
  const store = await copyToWorkFile(Readable.from(piecesOf(tar)), STANDARD_INPUT, inFolder(folder), signal, {
    ...archiveLimits,
    bytesMax: tar.length,
  });
  t.equal(await store.sizeOf('manifest.json'), 3_000);
  t.strictSame(await readdir(folder), [], 'it has no name');
  await store.close();
  await t.rejects(
    copyToWorkFile(Readable.from(piecesOf(tar)), STANDARD_INPUT, inFolder(folder), signal, { ...archiveLimits, bytesMax: tar.length - 1 }),
    {
      code: 'work-file.full',
      message: new RegExp(`standard input.*got more than ${tar.length - 1} bytes, want at most ${tar.length - 1}`),
    },
  );
  t.strictSame(await readdir(folder), []);
  await t.rejects(copyToWorkFile(Readable.from(piecesOf(tar)), STANDARD_INPUT, inFolder(join(folder, 'none')), signal), {
    code: 'work-file.full',
    message: /none \(got a file cannot be made there\).*TMPDIR/,
  });
});

t.test('a document of an archive is read at its bound, and refused one byte over it', async (t) => {
  const entries = [MANIFEST_BYTES_MAX, MANIFEST_BYTES_MAX + 1].map((size) => ({ name: `${size}`, content: Buffer.alloc(size, 'x') }));
  const store = await copyToWorkFile(Readable.from(piecesOf(await tarOf(entries))), STANDARD_INPUT, inFolder(t.testdir()), signal);
  t.equal((await readDocument(store, `${MANIFEST_BYTES_MAX}`, 'archive', signal)).length, MANIFEST_BYTES_MAX);
  await t.rejects(readDocument(store, `${MANIFEST_BYTES_MAX + 1}`, 'archive', signal), {
    code: 'manifest.too-large',
    message: new RegExp(`got ${MANIFEST_BYTES_MAX + 1} bytes, want at most ${MANIFEST_BYTES_MAX}`),
  });
  await store.close();
});

t.test('an archive of as many files as its bound is indexed, and refused with one more', async (t) => {
  const path = join(t.testdir(), 'archive.tar');
  await writeFile(path, await tarOf(Array.from({ length: 4 }, (_, at) => ({ name: `f${at}`, content: 'x' }))));
  const store = await indexArchive(await open(path), path, signal, 4);
  t.equal(await store.sizeOf('f3'), 1);
  await store.close();
  await t.rejects(indexArchive(await open(path), path, signal, 3), { code: 'manifest.invalid', message: /got more than 3 files/ });
});

t.test('links in an archive are followed eight steps, and a ring of them ends', async (t) => {
  const link = (name: string, linkname: string): TarEntry => ({ name, linkname, type: 'symlink' });
  const chain = Array.from({ length: 9 }, (_, at) => link(`link-${at + 1}`, at === 0 ? 'layer.tar' : `link-${at}`));
  const tar = await tarOf([{ name: 'layer.tar', content: 'abc' }, ...chain, link('ring-1', 'ring-2'), link('ring-2', 'ring-1')]);
  const store = await copyToWorkFile(Readable.from(piecesOf(tar)), STANDARD_INPUT, inFolder(t.testdir()), signal);
  t.equal(await store.sizeOf('link-8'), 3);
  t.equal(await store.sizeOf('link-9'), null);
  t.equal(await store.sizeOf('ring-1'), null);
  await store.close();
});

t.test('a docker-archive of a thousand images, or an image of a thousand layers, is opened; one more is refused', async (t) => {
  const folder = t.testdir();
  const saved = async (images: number, layers: number): Promise<ReturnType<typeof openDockerStream>> => {
    const image = { Config: 'c', Layers: Array.from({ length: layers }, () => 'l') };
    const manifest = JSON.stringify(Array.from({ length: images }, () => image));
    const tar = await tarOf(Object.entries({ c: '{}', l: 'x', 'manifest.json': manifest }).map(([name, content]) => ({ name, content })));
    return openDockerStream(Readable.from(piecesOf(tar)), inFolder(folder), signal);
  };
  for (const [images, layers] of [
    [1_000, 1],
    [1, 1_000],
  ] as const)
    await (await saved(images, layers)).close();
  await t.rejects(saved(1_001, 1), { code: 'manifest.invalid', message: /got 1001 images; 1000 are read at most/ });
  await t.rejects(saved(1, 1_001), { code: 'manifest.invalid', message: /got an image of 1001 layers; 1000 are read at most/ });
  const at = performance.now();
  await t.rejects(saved(1, 700_000), { code: 'manifest.invalid', message: /700000 layers/ });
  t.ok(performance.now() - at < 5_000, 'nothing was made of them');
});

t.test('a docker-archive is opened whatever its config has; the platform is read of one within the bound of a scan', async (t) => {
  const platformOf = async (configBytes: number): Promise<string> => {
    const config = '{"os":"linux","architecture":"arm64"}'.padEnd(configBytes);
    const images = [config, '{}'].map((content, at) => ({ name: `c${at}`, content }));
    const manifest = JSON.stringify(images.map(({ name }) => ({ Config: name, Layers: ['l'] })));
    const tar = await tarOf([...images, { name: 'l', content: 'x' }, { name: 'manifest.json', content: manifest }]);
    const source = await openDockerStream(Readable.from(piecesOf(tar)), inFolder(t.testdir()), signal);
    const root = await source.root(signal);
    await source.close();
    const { manifests }: { manifests: { platform: { os: string } }[] } = JSON.parse(Buffer.from(root.bytes).toString());
    return manifests[0]?.platform.os ?? '';
  };
  t.equal(await platformOf(MANIFEST_BYTES_MAX + 1), 'linux');
  t.equal(await platformOf(CONFIG_BYTES_MAX), 'linux');
  t.equal(await platformOf(CONFIG_BYTES_MAX + 1), 'unknown');
});
