import { constants, crc32, createGzip, createZstdCompress, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import tap from 'tap';
import { record, recordStream, type Recorded, type Recording, sha256 } from './recorder.ts';
import { tarOf } from './tars.ts';

const tar = await tarOf([
  { name: 'a', content: 'one\n'.repeat(30_000) },
  { name: 'b', content: randomBytes(400_000) },
  { name: 'c', content: 'last' },
]);
const half = 150_001;
const skippable = (content: string, magic = 0x184d2a50): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(magic, 0);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, Buffer.from(content)]);
};
/** A member with every optional header field. */
const dressedMember = (content: Buffer): Buffer => {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content), 0);
  trailer.writeUInt32LE(content.length, 4);
  const head = Buffer.from([0x1f, 0x8b, 8, 2 + 4 + 8 + 16, 0, 0, 0, 0, 0, 3, 5, 0, 1, 2, 3, 4, 5]);
  return Buffer.concat([head, Buffer.from('name\0comment\0'), Buffer.from([0, 0]), deflateRawSync(content), trailer]);
};
const checksummed = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
const paths = ({ entries }: Recording): readonly string[] => entries.map(({ path }) => path);
const reasons = ({ gaps }: Recording): readonly string[] => gaps.map(({ reason }) => reason);
/** Of the layer and of its entries: a blob that is no tar (yet) has its gap at its one entry. */
const allReasons = ({ gaps, entries }: Recording): readonly string[] => [
  ...new Set([...gaps, ...entries.flatMap(({ gap }) => gap ?? [])].map(({ reason }) => reason)),
];

/** A frame that states its window, since it is streamed and its size is not known beforehand. */
const frame = (windowLog: number): Promise<Buffer> => {
  const stream = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: windowLog } });
  stream.end(tar);
  return buffer(stream);
};
/** Gzipped zeros; only what is asked for is made. */
const zeros = (bytes: number): AsyncIterable<Uint8Array> =>
  Readable.from(
    (function* () {
      for (let left = bytes; left > 0; left -= 1 << 20) yield Buffer.alloc(Math.min(left, 1 << 20));
    })(),
  ).pipe(createGzip());

async function* broken(): AsyncIterable<Uint8Array> {
  yield gzipSync(tar).subarray(0, 1_000);
  throw new Error('connection lost');
}

const wholes: Readonly<Record<string, { readonly blob: Buffer; readonly compression: string; readonly beside?: readonly string[] }>> = {
  plain: { blob: tar, compression: 'none' },
  'gzip of one member': { blob: gzipSync(tar), compression: 'gzip' },
  'gzip of stored blocks': { blob: gzipSync(tar, { level: 0 }), compression: 'gzip' },
  'gzip of three members, one empty': {
    blob: Buffer.concat([gzipSync(tar.subarray(0, half)), gzipSync(''), gzipSync(tar.subarray(half))]),
    compression: 'gzip',
  },
  'gzip with every header field': {
    beside: ['\x01\x02\x03\x04\x05name\0comment\0'.repeat(2)],
    blob: Buffer.concat([dressedMember(tar.subarray(0, half)), dressedMember(tar.subarray(half))]),
    compression: 'gzip',
  },
  'gzip padded with zeros': { blob: Buffer.concat([gzipSync(tar), Buffer.alloc(5_000)]), compression: 'gzip' },
  'zstd of one frame': { blob: zstdCompressSync(tar), compression: 'zstd' },
  'zstd with a checksum': { blob: zstdCompressSync(tar, checksummed), compression: 'zstd' },
  'zstd of two frames': {
    blob: Buffer.concat([zstdCompressSync(tar.subarray(0, half)), zstdCompressSync(tar.subarray(half), checksummed)]),
    compression: 'zstd',
  },
  'zstd with skippable frames before, between and behind': {
    blob: Buffer.concat([
      skippable('x'.repeat(70_000)),
      zstdCompressSync(tar.subarray(0, half)),
      skippable('', 0x184d2a5f),
      zstdCompressSync(tar.subarray(half)),
      skippable('end'),
    ]),
    beside: [`${'x'.repeat(70_000)}end`],
    compression: 'zstd',
  },
};

for (const [what, { blob, compression, beside = [] }] of Object.entries(wholes)) {
  void tap.test(`${what} is read whole, whatever the chunks`, async (t) => {
    const plain = await record(tar);
    for (const pieceBytes of [1_009, 65_536, blob.length]) {
      const recording = await record(blob, pieceBytes);
      const isBeside = ({ path }: Recorded): boolean => path.startsWith('!(');
      t.strictSame(
        recording.entries.filter((entry) => !isBeside(entry)),
        plain.entries,
        `in pieces of ${pieceBytes}`,
      );
      t.strictSame(
        recording.entries.filter(isBeside).map(({ content }) => content.toString('latin1')),
        beside,
      );
      t.strictSame([recording.gaps, recording.carryFaults], [[], []]);
      t.strictSame([recording.compression, recording.blobBytes, recording.digest], [compression, blob.length, sha256(blob)]);
    }
  });
}

void tap.test('small streams come one byte at a time', async (t) => {
  const small = await tarOf([{ name: 'a', content: 'one' }]);
  for (const blob of [
    dressedMember(small),
    Buffer.concat([skippable('abc'), zstdCompressSync(small.subarray(0, 700), checksummed), zstdCompressSync(small.subarray(700))]),
  ]) {
    const recording = await record(blob, 1);
    t.match(recording, { gaps: [], entries: [{ path: 'a', content: Buffer.from('one') }], digest: sha256(blob) });
  }
});

void tap.test('thousands of members or frames are all read', async (t) => {
  const big = await tarOf([{ name: 'a', content: randomBytes(1_000_000) }]);
  const cut = (size: number): readonly Buffer[] =>
    Array.from({ length: Math.ceil(big.length / size) }, (_, at) => big.subarray(at * size, (at + 1) * size));
  for (const blob of [
    Buffer.concat(cut(500).map((part) => gzipSync(part))),
    Buffer.concat(cut(500).map((part) => zstdCompressSync(part))),
  ]) {
    const { entries, gaps } = await record(blob);
    t.strictSame([entries[0]?.content.length, gaps], [1_000_000, []]);
  }
});

void tap.test('a cut at every byte of a small stream is told', async (t) => {
  const small = await tarOf([{ name: 'a', content: 'one' }]);
  const two = [small.subarray(0, 600), small.subarray(600)];
  const streams = {
    gzip: { blob: Buffer.concat(two.map((part) => dressedMember(part))), borders: [dressedMember(two[0] ?? small).length] },
    zstd: {
      blob: Buffer.concat([zstdCompressSync(two[0] ?? small, checksummed), zstdCompressSync(two[1] ?? small)]),
      borders: [zstdCompressSync(two[0] ?? small, checksummed).length],
    },
  };
  for (const [what, { blob, borders }] of Object.entries(streams)) {
    for (let length = 8; length < blob.length; length++) {
      const recording = await record(blob.subarray(0, length));
      // Where a member or frame ends, the cut shows in the tar: here in its padding, where nothing is missing.
      if (!borders.includes(length)) t.strictSame(allReasons(recording), ['truncated'], `${what} cut at ${length}`);
      t.equal(recording.digest, sha256(blob.subarray(0, length)));
    }
  }
});

void tap.test(
  'flipped bytes end in a gap or in other bytes, never in a hang or a throw, and the digest is that of the bytes',
  async (t) => {
    const small = await tarOf([{ name: 'a', content: randomBytes(300) }]);
    for (const blob of [gzipSync(small), zstdCompressSync(small, checksummed)]) {
      for (let at = 6; at < blob.length; at++) {
        const flipped = Buffer.from(blob);
        flipped[at] = (flipped[at] ?? 0) ^ 0x55;
        const recording = await record(flipped);
        t.equal(recording.digest, sha256(flipped));
      }
    }
  },
);

void tap.test('a wrong CRC-32 or length in a gzip trailer is corrupt; the content was read', async (t) => {
  for (const fromEnd of [8, 4]) {
    const blob = gzipSync(tar);
    blob[blob.length - fromEnd] = (blob[blob.length - fromEnd] ?? 0) ^ 1;
    const recording = await record(blob);
    t.strictSame([paths(recording), reasons(recording)], [['a', 'b', 'c'], ['corrupt']]);
  }
});

void tap.test('a damaged body keeps what came before it and says how much of the open file is missing', async (t) => {
  const blob = Buffer.from(gzipSync(tar, { level: 0 }));
  // Into the header of a stored block in the middle of file b.
  const at = blob.length - 200_000;
  blob.fill(0xff, at);
  const recording = await record(blob);
  t.strictSame(reasons(recording), ['corrupt']);
  const [first, second, third] = recording.entries;
  t.match([first?.path, first?.gap, third], ['a', null, undefined]);
  t.match(second?.gap, { reason: 'corrupt', path: 'b', bytes: 400_000 - (second?.content.length ?? 0) });
});

void tap.test('what follows a compressed stream is read too', async (t) => {
  const cases = {
    'garbage behind gzip': Buffer.concat([gzipSync(tar), Buffer.from('plain secret behind')]),
    'garbage behind padding': Buffer.concat([gzipSync(tar), Buffer.alloc(3_000), Buffer.from('plain secret behind')]),
    'garbage behind zstd': Buffer.concat([zstdCompressSync(tar), Buffer.from('plain secret behind')]),
    'a zstd frame behind gzip': Buffer.concat([gzipSync(tar), zstdCompressSync(Buffer.from('plain secret behind'))]),
    'a gzip member behind padding': Buffer.concat([gzipSync(tar), Buffer.alloc(3_000), gzipSync('plain secret behind')]),
  };
  for (const [what, blob] of Object.entries(cases)) {
    const recording = await record(blob, 1_000);
    t.strictSame(paths(recording), ['a', 'b', 'c', ''], what);
    t.equal(recording.entries[3]?.content.toString(), 'plain secret behind', what);
    t.strictSame(recording.gaps, []);
  }
});

void tap.test('compressions nobody reads here are a gap, and their bytes are read as they are', async (t) => {
  const xz = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];
  const lz4 = [0x04, 0x22, 0x4d, 0x18, 0x60];
  // xz is a file like another here: it is opened where files are.
  for (const [magic, gaps] of [
    [xz, []],
    [lz4, [{ reason: 'unsupported-compression' }]],
  ] as const) {
    const recording = await record(Buffer.concat([Buffer.from(magic), randomBytes(1_000)]));
    t.match(recording, { content: 'blob', gaps, entries: [{ path: '' }] });
  }
  const bare = zstdCompressSync(Buffer.from('x'.repeat(100)));
  const withDictionary = Buffer.concat([bare.subarray(0, 4), Buffer.from([(bare[4] ?? 0) | 1, 7]), bare.subarray(5)]);
  t.strictSame(reasons(await record(withDictionary)), ['unsupported-compression'], 'a frame that needs a dictionary');
});

void tap.test('a zstd window is taken at its limit and refused above', async (t) => {
  const zstdWindowBytesMax = 1 << 20;
  t.strictSame(reasons(await record(await frame(20), 65_536, { zstdWindowBytesMax })), []);
  t.strictSame(reasons(await record(await frame(21), 65_536, { zstdWindowBytesMax })), ['unsupported-compression']);
});

void tap.test('what a compressed stream carries beside its content is kept up to the bound; more of it is a gap', async (t) => {
  const skippable = Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 100, 0, 0, 0]), Buffer.alloc(100, 'x')]);
  const commented = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 16, 0, 0, 0, 0, 0, 3]),
    Buffer.from(`${'c'.repeat(99)}\0`),
    gzipSync(tar).subarray(10),
  ]);
  for (const blob of [Buffer.concat([skippable, zstdCompressSync(tar)]), commented]) {
    const [exact, over] = [await record(blob, 64, { besideBytesMax: 100 }), await record(blob, 64, { besideBytesMax: 99 })];
    t.strictSame([reasons(exact), exact.entries.at(-1)?.content.length], [[], 100]);
    t.strictSame([reasons(over), over.entries.at(-1)?.content.length], [['limit-bytes'], 99]);
    t.strictSame(paths(over).slice(0, 3), ['a', 'b', 'c'], 'the content is read all the same');
  }
});

void tap.test('bombs', async (group) => {
  void group.test('content is read up to the limit of bytes, and not one byte more', async (t) => {
    const content = Buffer.alloc(100_000, 'x');
    t.strictSame((await record(gzipSync(content), 65_536, { contentBytesMax: 100_000 })).gaps, []);
    const over = await record(gzipSync(content), 65_536, { contentBytesMax: 99_999 });
    t.strictSame(
      [reasons(over), over.contentBytes, over.entries[0]?.content.length, over.digest],
      [[], 99_999, 99_999, sha256(gzipSync(content))],
    );
    t.match(over.entries[0]?.gap, { reason: 'limit-bytes' });
  });

  void group.test('a ratio no file has ends the reading, once it is past the size from which it matters', async (t) => {
    const bomb = await recordStream(zeros(64 << 20));
    t.strictSame(reasons(bomb), ['limit-ratio']);
    t.ok(bomb.contentBytes < (16 << 20) + (1 << 19), `stopped at ${bomb.contentBytes}`);
    t.strictSame(reasons(await recordStream(zeros(12 << 20))), [], 'a smaller one is read out');
  });

  void group.test('one zstd chunk that swells to gigabytes is left at the limit', async (t) => {
    const blob = zstdCompressSync(Buffer.alloc(256 << 20));
    const start = performance.now();
    const recording = await record(blob, blob.length);
    t.strictSame(reasons(recording), ['limit-ratio']);
    t.ok(recording.contentBytes < 32 << 20);
    t.ok(performance.now() - start < 5_000);
  });
});

void tap.test('an error of the source passes through', async (t) => {
  await t.rejects(recordStream(broken()), { message: 'connection lost' });
});
