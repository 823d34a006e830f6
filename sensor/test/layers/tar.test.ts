import { randomBytes } from 'node:crypto';
import tap from 'tap';
import { extract } from 'tar-stream';
import { effectOf } from '../../src/layers/index.ts';
import { record, type Recording } from './recorder.ts';
import { END, padded, paxBody, rawHeader, type TarEntry, tarOf } from './tars.ts';

const names = ({ entries }: Recording): readonly string[] => entries.map(({ path }) => path);
const reasons = ({ gaps }: Recording): readonly string[] => gaps.map(({ reason }) => reason);
const file = (name: string, content: string | Buffer, more: Parameters<typeof rawHeader>[0] = {}): Buffer =>
  Buffer.concat([rawHeader({ name, size: Buffer.from(content).length, ...more }), padded(content)]);

const files = (count: number): Buffer => Buffer.concat([...Array.from({ length: count }, (_, at) => file(`f${at}`, `content ${at}`)), END]);

void tap.test('the walk gives what tar-stream gives, for every kind of entry and any chunking', async (t) => {
  const long = `deep/${'folder/'.repeat(30)}file`;
  const entries: readonly TarEntry[] = [
    { name: 'folder/', type: 'directory' },
    { name: 'folder/empty' },
    { name: 'folder/small', content: 'secret' },
    { name: 'block', content: Buffer.alloc(512, 'a') },
    { name: 'big', content: randomBytes(700_001) },
    { name: `${'p/'.repeat(70)}prefixed`, content: 'by ustar prefix' },
    { name: long, content: 'by pax path' },
    { name: 'ünï/ço∂é', content: 'utf-8' },
    { name: 'sym', type: 'symlink', linkname: 'folder/small' },
    { name: 'hard', type: 'link', linkname: 'folder/small' },
    { name: 'pipe', type: 'fifo' },
    { name: 'last', content: randomBytes(300_000) },
  ];
  const tar = await tarOf(entries);
  const twin: { path: string; content: Buffer }[] = [];
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    const parts: Uint8Array[] = [];
    for await (const chunk of entry) if (chunk instanceof Uint8Array) parts.push(chunk);
    twin.push({ path: entry.header.name.replace(/\/$/, ''), content: Buffer.concat(parts) });
  }
  for (const pieceBytes of [101, 511, 513, 4_096, 1 << 18, tar.length]) {
    const recording = await record(tar, pieceBytes);
    t.strictSame(
      recording.entries.map(({ path, content }) => ({ path, content })),
      twin,
      `in pieces of ${pieceBytes}`,
    );
    t.strictSame([recording.gaps, recording.carryFaults, recording.content, recording.compression], [[], [], 'tar', 'none']);
  }
  const { entries: read } = await record(tar);
  t.strictSame(
    read.map(({ type }) => type).join(' '),
    'directory file file file file file file file link link other file',
    'the types of all twelve',
  );
  t.equal(read.find(({ path }) => path === 'hard')?.linkTarget, 'folder/small');
});

void tap.test('headers by hand', async (group) => {
  void group.test('a GNU long name and long link outrank what the header says', async (t) => {
    const [name, link] = ['n'.repeat(300), 'l'.repeat(300)];
    const tar = Buffer.concat([
      rawHeader({ type: 'K', size: link.length + 1 }),
      padded(`${link}\0`),
      rawHeader({ type: 'L', size: name.length + 1 }),
      padded(`${name}\0`),
      rawHeader({ name: 'short', type: '2', link: 'short' }),
      file('next', 'content'),
      END,
    ]);
    const { entries } = await record(tar, 1);
    t.match(entries, [
      { path: name, linkTarget: link },
      { path: 'next', linkTarget: '' },
    ]);
  });

  void group.test('pax path, size and linkpath hold for the next entry only', async (t) => {
    const body = paxBody({ path: 'by/pax', size: '5', linkpath: 'target' });
    const tar = Buffer.concat([
      rawHeader({ type: 'x', size: body.length }),
      padded(body),
      rawHeader({ name: 'header', size: 0 }),
      padded('12345'),
      file('plain', 'abc'),
      END,
    ]);
    t.strictSame(
      (await record(tar)).entries.map(({ path, content }) => [path, content.toString()]),
      [
        ['by/pax', '12345'],
        ['plain', 'abc'],
      ],
    );
  });

  void group.test('a global pax header changes nothing, as in the runtimes', async (t) => {
    const body = paxBody({ path: 'global', size: '1' });
    const tar = Buffer.concat([rawHeader({ type: 'g', size: body.length }), padded(body), file('mine', 'abc'), END]);
    t.strictSame(names(await record(tar)), ['mine']);
  });

  void group.test('the real name of a sparse file of pax form is read', async (t) => {
    const body = paxBody({ 'GNU.sparse.name': 'real', path: 'GNUSparseFile.0/real' });
    const tar = Buffer.concat([rawHeader({ type: 'x', size: body.length }), padded(body), file('x', '1\n0\n5\nabcde'), END]);
    t.strictSame(names(await record(tar)), ['real']);
  });

  void group.test('an old GNU sparse file is read by its stored size, past its extended map', async (t) => {
    const header = rawHeader({ name: 'sparse', size: 6, type: 'S', magic: 'ustar  \0', fill: (block) => block.write('1', 482) });
    const more = Buffer.alloc(512);
    more[504] = 1;
    const tar = Buffer.concat([header, more, Buffer.alloc(512), padded('stored'), file('after', 'abc'), END]);
    const { entries, gaps } = await record(tar, 100);
    t.strictSame(
      [entries.map(({ path, content }) => [path, content.toString()]), gaps],
      [
        [
          ['sparse', 'stored'],
          ['after', 'abc'],
        ],
        [],
      ],
    );
  });

  void group.test('a base-256 size is read', async (t) => {
    const size = Buffer.alloc(12);
    size[0] = 0x80;
    size.writeUInt32BE(3, 8);
    const tar = Buffer.concat([rawHeader({ name: 'a', size }), padded('abc'), file('b', 'd'), END]);
    t.strictSame(
      (await record(tar)).entries.map(({ content }) => content.toString()),
      ['abc', 'd'],
    );
  });

  void group.test('the content of an unknown type is read, that of links and devices is not there whatever their size says', async (t) => {
    const tar = Buffer.concat([
      file('volume', 'abc', { type: 'V' }),
      rawHeader({ name: 'hard', type: '1', link: 'volume', size: 512 }),
      file('after', 'x'),
      END,
    ]);
    t.match((await record(tar)).entries, [
      { path: 'volume', type: 'file', content: Buffer.from('abc') },
      { path: 'hard', sizeBytes: 0 },
      { path: 'after' },
    ]);
  });

  void group.test('paths are cleaned as the runtimes clean them', async (t) => {
    const told = ['./a', '/b', '././/c', 'd//e', 'f/./g', 'h/../i', '../../j', 'k/', './', '.wh.x', '..l', 'm/...', '.'];
    const { entries } = await record(Buffer.concat([...told.map((name) => file(name, '')), END]));
    t.strictSame(
      entries.map(({ path }) => path),
      ['a', 'b', 'c', 'd/e', 'f/g', 'i', 'j', 'k', '', '.wh.x', '..l', 'm/...', ''],
    );
  });

  void group.test('a whiteout that names a folder itself or the one above deletes nothing', (t) => {
    const kindOf = (path: string): string => effectOf(Buffer.from(path)).kind;
    t.strictSame(['.wh.', '.wh..', '.wh...', 'd/.wh.', 'd/.wh...'].map(kindOf), Array(5).fill('none'));
    t.strictSame(['.wh.a', 'd/.wh...a', '.wh.....'].map(kindOf), Array(3).fill('whiteout'));
    t.end();
  });

  void group.test('a path that is no UTF-8 is read with its bytes replaced', async (t) => {
    t.strictSame(names(await record(Buffer.concat([rawHeader({ name: Buffer.from([0x61, 0xff, 0x62]) }), END]))), ['a\uFFFDb']);
  });
});

void tap.test('a tar that lies', async (group) => {
  const good = file('good', 'first');

  void group.test('a wrong checksum ends the walk; the rest is read without a path', async (t) => {
    const tar = Buffer.concat([good, file('bad', 'hidden secret', { checksumOff: 1 }), file('more', 'and more'), END]);
    const recording = await record(tar);
    t.strictSame([names(recording), reasons(recording)], [['good', ''], ['corrupt']]);
    t.match(recording.entries[1]?.content.toString(), /hidden secret[\s\S]*and more/);
  });

  void group.test('a size larger than any layer is size-lies, and the rest is still read', async (t) => {
    const huge = Buffer.alloc(12);
    huge[0] = 0x80;
    huge.writeUInt32BE(0xffff, 4);
    const recording = await record(Buffer.concat([good, rawHeader({ name: 'huge', size: huge }), padded('behind it'), END]));
    t.strictSame([names(recording), reasons(recording)], [['good', ''], ['size-lies']]);
    t.match(recording.entries[1]?.content.toString(), /behind it/);
  });

  void group.test('a size larger than what follows is a cut file: all that is there was read', async (t) => {
    const recording = await record(Buffer.concat([good, rawHeader({ name: 'long', size: 5_000 }), padded('all there is')]));
    const last = recording.entries[1];
    t.strictSame([last?.path, last?.content.length, last?.gap], ['long', 512, { reason: 'truncated', path: 'long', bytes: 4_488 }]);
    t.strictSame(reasons(recording), ['truncated']);
  });

  for (const [what, size] of [
    ['a negative base-256 size', Buffer.alloc(12, 0xff)],
    ['a size that is no number', Buffer.from('not a number')],
    ['a size past 2^53', Buffer.from('7777777777777777777777777').subarray(0, 12).fill(0x80, 0, 1).fill(0xff, 1)],
  ] as const) {
    void group.test(`${what} ends the walk, the rest is read`, async (t) => {
      const recording = await record(Buffer.concat([good, rawHeader({ name: 'bad', size }), padded('behind it'), END]));
      t.strictSame([names(recording), reasons(recording)], [['good', ''], ['corrupt']]);
      t.match(recording.entries[1]?.content.toString(), /behind it/);
    });
  }

  void group.test('malformed pax records end the walk', async (t) => {
    for (const body of ['99 path=x\n', 'no length', '7 path=\n', '12345678901 a=b\n', paxBody({ size: '-1' }).toString()]) {
      const recording = await record(
        Buffer.concat([good, rawHeader({ type: 'x', size: body.length }), padded(body), file('f', 'behind it'), END]),
      );
      t.strictSame([names(recording), reasons(recording)], [['good', ''], ['corrupt']], JSON.stringify(body));
      t.match(recording.entries[1]?.content.toString(), /behind it/);
    }
  });

  void group.test('a pax header is taken at its limit and refused a block above', async (t) => {
    const headerBytesMax = 4_096;
    const body = Buffer.concat([paxBody({ comment: 'c'.repeat(3_900), path: 'named' })]);
    const at = (size: number): Buffer =>
      Buffer.concat([
        rawHeader({ type: 'x', size }),
        body,
        Buffer.alloc(size - body.length),
        Buffer.alloc((512 - (size % 512)) % 512),
        file('f', 'content'),
        END,
      ]);
    t.strictSame(names(await record(at(headerBytesMax), 1 << 16, { headerBytesMax })), ['named']);
    const refused = await record(at(headerBytesMax + 1), 1 << 16, { headerBytesMax });
    t.strictSame([names(refused), reasons(refused)], [[''], ['limit-bytes']]);
  });

  void group.test('entries are read up to their limit; the rest is read without paths', async (t) => {
    t.equal((await record(files(3), 1 << 16, { entriesMax: 3 })).gaps.length, 0);
    const over = await record(files(4), 1 << 16, { entriesMax: 3 });
    t.strictSame([names(over), reasons(over)], [['f0', 'f1', 'f2', ''], ['limit-entries']]);
    t.match(over.entries[3]?.content.toString(), /content 3/);
  });

  void group.test('bytes behind the end are read, zeros are not', async (t) => {
    t.strictSame(names(await record(Buffer.concat([good, Buffer.alloc(700_000)]))), ['good']);
    const recording = await record(Buffer.concat([good, Buffer.alloc(300_000), Buffer.from('hidden')]));
    t.strictSame(
      recording.entries.map(({ path, sizeBytes, content }) => [path, sizeBytes, content.toString()]),
      [
        ['good', 5, 'first'],
        ['', null, 'hidden'],
      ],
    );
    t.strictSame(reasons(recording), []);
  });

  void group.test('an archive without an end is whole; one that ends inside a header or before its entry is not', async (t) => {
    t.strictSame(reasons(await record(good)), []);
    t.strictSame(reasons(await record(Buffer.concat([good, rawHeader({}).subarray(0, 100)]))), ['truncated']);
    t.strictSame(reasons(await record(Buffer.concat([good, rawHeader({ type: 'L', size: 2 }), padded('n')]))), ['truncated']);
    t.strictSame(reasons(await record(Buffer.concat([good, rawHeader({ type: 'L', size: 2 }), padded('n'), END]))), ['truncated']);
  });
});

void tap.test('a cut at every byte of a small tar is told, but between entries and in the padding', async (t) => {
  const tar = Buffer.concat([file('one', 'a'.repeat(600)), file('two', 'bb'), END]);
  const whole = new Set<number>();
  for (let length = 512; length <= tar.length; length++) {
    const recording = await record(tar.subarray(0, length), 300);
    const isWhole = recording.gaps.length === 0 && recording.entries.every(({ gap }) => gap === null);
    if (isWhole) whole.add(length);
    t.ok(recording.entries.reduce((sum, { content }) => sum + content.length, 0) <= 602);
  }
  // In the padding behind a content, or from the first block of zeros on, nothing is missing.
  t.strictSame([...whole], [...range(1_112, 1_536), ...range(2_050, 2_560), ...range(3_072, 3_584)]);
});

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

void tap.test('what is no tar is read as one file without a path', async (t) => {
  const json = Buffer.from('{"predicate":{}}'.repeat(40_000));
  const recording = await record(json, 1_000);
  t.match(recording, { content: 'blob', gaps: [], entries: [{ path: '', sizeBytes: null }] });
  t.ok(recording.entries[0]?.content.equals(json));
  t.match(await record(Buffer.alloc(0)), { content: 'blob', entries: [], gaps: [] }, 'an empty blob has nothing to read');
  t.match(await record(Buffer.alloc(2_048)), { content: 'tar', entries: [], gaps: [] }, 'zeros alone are an empty tar');
});
