import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import t from 'tap';
import { type ArchiveLimits, archiveLimits } from '../../src/archives/limits.ts';
import { openArchive } from '../../src/archives/open-archive.ts';
import { copyToWorkFile, type WorkPlace } from '../../src/archives/work-file.ts';
import { unpackerOf } from '../../src/nested/index.ts';
import { tarOf } from '../layers/tars.ts';
import { bzip2Of, xzOf } from '../nested/packers.ts';

const { signal } = new AbortController();
const folder = t.testdir({});

const place: WorkPlace = { folder, loadUnpacking: () => import('../../src/nested/index.ts') };

const compressions = {
  gzip: (tar: Buffer) => gzipSync(tar), // With its checksum, as the command line makes it.
  zstd: (tar: Buffer) => zstdCompressSync(tar, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
  xz: (tar: Buffer) => xzOf(tar),
};
const kinds = ['gzip', 'zstd', 'xz'] as const;

/** Pieces that the giver takes back for the next one, as a reader of files does. */
async function* piecesOf(bytes: Buffer, pieceBytes: number): AsyncGenerator<Uint8Array> {
  const piece = Buffer.alloc(pieceBytes);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const length = bytes.copy(piece, 0, at, at + pieceBytes);
    yield piece.subarray(0, length);
  }
}

const stream = (bytes: Buffer, limits: Partial<ArchiveLimits> = {}, pieceBytes = 1_000): ReturnType<typeof copyToWorkFile> =>
  copyToWorkFile(piecesOf(bytes, pieceBytes), 'standard input', place, signal, { ...archiveLimits, ...limits });

const [one, two] = [randomBytes(300_000), Buffer.from('two '.repeat(100_000))];
const tar = await tarOf([
  { name: 'one', content: one },
  { name: 'two', content: two },
]);
const small = await tarOf([{ name: 'manifest.json', content: '[]' }]);

for (const kind of kinds) {
  const pack = compressions[kind];

  t.test(
    `an archive in ${kind} has the files of the plain one, from a file and from standard input; nothing stays in the folder`,
    async (t) => {
      const path = join(t.testdir(), 'archive');
      await writeFile(path, pack(tar));
      await writeFile(`${path}.tar`, tar);
      const plain = await openArchive(`${path}.tar`, place, signal);
      for (const store of [await openArchive(path, place, signal), await stream(pack(tar)), await stream(pack(tar), {}, 7)]) {
        t.strictSame([await store.sizeOf('one'), await store.sizeOf('two')], [one.length, two.length]);
        t.ok(plain.digestOf('one'));
        t.strictSame([store.digestOf('one'), store.digestOf('two')], [plain.digestOf('one'), plain.digestOf('two')]);
        t.same(Buffer.concat(await Readable.from(copies(store.read('two', signal))).toArray()), two);
        await store.close();
      }
      await plain.close();
      t.strictSame(await readdir(folder), []);
    },
  );

  t.test(`an archive in ${kind} of several streams is read to the end of the last`, async (t) => {
    const store = await stream(
      Buffer.concat([pack(tar.subarray(0, 1_000)), pack(tar.subarray(1_000, 300_000)), pack(tar.subarray(300_000))]),
    );
    t.equal(await store.sizeOf('two'), two.length);
    await store.close();
  });

  t.test(`an archive in ${kind} that unpacks to the bound of bytes is read, and refused one byte over it`, async (t) => {
    await (await stream(pack(tar), { bytesMax: tar.length })).close();
    await t.rejects(stream(pack(tar), { bytesMax: tar.length - 1 }), {
      code: 'work-file.full',
      message: new RegExp(`standard input \\(got more than ${tar.length - 1} bytes, want at most ${tar.length - 1}`),
    });
    t.strictSame(await readdir(folder), []);
  });

  t.test(`an archive in ${kind} that is cut, at whatever byte, is refused`, async (t) => {
    const packed = pack(small);
    // In the first five bytes it is not known for compressed yet, and no tar either.
    for (let length = 1; length < packed.length; length++) {
      // A decoder of xz takes 10 ms to begin: what lies inside its one block is cut at some places only.
      if (kind === 'xz' && length > 40 && length < packed.length - 40 && length % 97 > 0) continue;
      await t.rejects(stream(packed.subarray(0, length)), { code: 'manifest.invalid' }, `${length} of ${packed.length}`);
    }
    await t.rejects(stream(packed.subarray(0, packed.length - 1)), {
      code: 'manifest.invalid',
      message: new RegExp(`standard input \\(got ${kind} compression that is cut.*command before the pipe`),
    });
    t.strictSame(await readdir(folder), []);
  });

  t.test(`an archive in ${kind} with a wrong byte is refused, not read as something else`, async (t) => {
    const packed = Buffer.from(pack(tar));
    // In its checksum where it has one at the end.
    const at = packed.length - { gzip: 6, zstd: 3, xz: 1_000 }[kind];
    packed[at] = (packed[at] ?? 0) ^ 0x40;
    await t.rejects(stream(packed), { code: 'manifest.invalid', message: new RegExp(`got ${kind} compression that is damaged`) });
  });

  t.test(`a disk that takes no more ends the unpacking of ${kind} with its own error`, async (t) => {
    const full = new Error('no space left');
    let writes = 0;
    const write = (): void => {
      if (++writes === 2) throw full;
    };
    const input = piecesOf(pack(tar), 5_000);
    await t.rejects(unpackerOf(pack(tar), 'x')?.(input, archiveLimits, write) ?? Promise.resolve(), full);
    t.equal(writes, 2, 'and is not asked again');
  });
}

for (const kind of ['gzip', 'zstd'] as const) {
  t.test(`an archive in ${kind} that swells as far as the bound is read, and refused beyond it, with a remedy`, async (t) => {
    const zeros = await tarOf([{ name: 'zeros', content: Buffer.alloc(8 << 20) }]);
    const packed = compressions[kind](zeros);
    // Looked at whenever a piece of content has come, against what was read until then: all of it, in one piece.
    const pieceBytes = packed.length;
    const [ratioMax, ratioFromBytes] = [Math.ceil(zeros.length / packed.length), 1 << 20];
    await (await stream(packed, { ratioMax, ratioFromBytes }, pieceBytes)).close();
    await (await stream(packed, { ratioMax: ratioMax - 1, ratioFromBytes: zeros.length }, pieceBytes)).close();
    await t.rejects(stream(packed, { ratioMax: ratioMax - 1, ratioFromBytes: zeros.length - 1 }, pieceBytes), {
      code: 'manifest.invalid',
      message: new RegExp(`content of more than ${ratioMax - 1} times its size.*${kind} -d -c < FILE`),
    });
    t.strictSame(await readdir(folder), []);
  });
}

t.test('the memory that a decoder is asked for is bounded: a dictionary of xz, a window of zstd', async (t) => {
  // 5.3.1 of The .xz File Format: property 18 is 2 MiB, 19 is 3 MiB.
  await (await stream(xzOf(small, 18), { xzDictionaryBytesMax: 2 << 20 })).close();
  await t.rejects(stream(xzOf(small, 19), { xzDictionaryBytesMax: 2 << 20 }), {
    code: 'manifest.invalid',
    message: /xz with a dictionary of more than 2097152 bytes.*xz -d -c < FILE/,
  });
  const zstd = (windowLog: number): Buffer => zstdCompressSync(tar, { params: { [constants.ZSTD_c_windowLog]: windowLog } });
  await (await stream(zstd(18), { zstdWindowBytesMax: 1 << 18 })).close();
  await t.rejects(stream(zstd(19), { zstdWindowBytesMax: 1 << 18 }), {
    code: 'manifest.invalid',
    message: /zstd with a dictionary, or a window of more than 262144 bytes.*zstd -d -c < FILE/,
  });
});

t.test('a compression that is not read is named, with the command that undoes it', async (t) => {
  for (const [program, bytes] of [
    ['bzip2', bzip2Of('abc')],
    ['lz4', Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, 0xa7])],
    ['uncompress', Buffer.from([0x1f, 0x9d, 0x90, 0, 0, 0])],
    ['lzip', Buffer.from('LZIP\x01')],
  ] as const) {
    const path = join(folder, program);
    await writeFile(path, bytes);
    const want = {
      code: 'manifest.invalid',
      message: new RegExp(`got ${program} compression, want a tar.*gzip, zstd or xz.*${program} -d -c < FILE`),
    };
    await t.rejects(stream(bytes), want);
    await t.rejects(openArchive(path, place, signal), want);
  }
});

async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}
