import { randomBytes } from 'node:crypto';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { ScanReport } from '@tidewaiter/shared/findings';
import tap from 'tap';
import { END, padded, paxBody, rawHeader, tarOf } from '../layers/tars.ts';
import { MemorySource, places, report } from '../scan/memory-source.ts';
import { scanLimits, type ScanLimits } from '../../src/scan/index.ts';
import { githubToken } from '../secrets.ts';
import { arOf, cpioOf, zipOf } from './archives.ts';
import { deltaOf, idOf, packOf, treeOf } from './git-packs.ts';
import { bzip2Of, xzOf } from './packers.ts';

type Files = Readonly<Record<string, Buffer | string>>;

/** The report of an image of one layer with these files. */
async function scan(files: Files, limits?: ScanLimits): Promise<ScanReport> {
  const source = new MemorySource();
  source.image([source.blobOf(gzipSync(await tarOf(Object.entries(files).map(([name, content]) => ({ name, content })))))]);
  return report(source, limits);
}

const under = (nested: Partial<ScanLimits['nested']>): ScanLimits => ({ ...scanLimits, nested: { ...scanLimits.nested, ...nested } });
const gaps = ({ coverage }: ScanReport): readonly string[] => coverage.gaps.map(({ reason, path }) => `${reason} ${path}`);
const secret = (): string => `TOKEN=${githubToken()}\n`;

void tap.test('archives are known by their bytes, whatever they are called, and their files are found by name', async (t) => {
  const tgz = gzipSync(await tarOf([{ name: 'etc/app.env', content: `a\n${secret()}` }]));
  const found = await scan({
    'app.bin': zipOf([{ name: 'BOOT-INF/classes/application.yml', content: secret() }]),
    'streamed.zip': zipOf([
      { name: 'a', content: secret(), flags: 8 },
      { name: 'b', content: secret(), flags: 8 },
    ]),
    'backup.dat': tgz,
    'notes.txt.gz': gzipSync(secret()),
    'plain.tar': await tarOf([{ name: 'x/y', content: secret() }]),
    'package.deb': arOf([
      { name: 'debian-binary', content: '2.0\n' },
      { name: 'control.tar.gz', content: gzipSync(await tarOf([{ name: './postinst', content: secret() }])) },
      { name: 'data.tar.gz', content: tgz },
    ]),
    // Alpine's packages: gzip members that make one tar together, the first ones without its end.
    'alpine.apk': Buffer.concat([
      gzipSync((await tarOf([{ name: '.PKGINFO', content: secret() }])).subarray(0, -1024)),
      gzipSync(await tarOf([{ name: 'etc/conf', content: secret() }])),
    ]),
  });
  t.strictSame(places(found), [
    'file alpine.apk!/.PKGINFO visible',
    'file alpine.apk!/etc/conf visible',
    'file app.bin!/BOOT-INF/classes/application.yml visible',
    'file backup.dat!/etc/app.env visible',
    'file notes.txt.gz!/notes.txt visible',
    'file package.deb!/control.tar.gz!/postinst visible',
    'file package.deb!/data.tar.gz!/etc/app.env visible',
    'file plain.tar!/x/y visible',
    'file streamed.zip!/a visible',
    'file streamed.zip!/b visible',
  ]);
  t.equal(found.findings.find(({ location }) => location.path === 'backup.dat!/etc/app.env')?.location.line, 2);
  t.match(found.coverage, { complete: true, filesSeen: 7, entriesSeen: 7, nestedFilesSeen: 13, nestedFilesUnread: 0 });
});

void tap.test(
  'loose objects of git are inflated, whatever their path; one that is cut is named, other zlib streams are files',
  async (t) => {
    const object = (kind: string, content: string): Buffer => deflateSync(`${kind} ${content.length}\0${content}`);
    const long = object('blob', `${secret()}${randomBytes(200_000).toString('hex')}`);
    const found = await scan({
      '.git/objects/ab/cdef': object('blob', secret()),
      elsewhere: object('commit', `tree 0\n\n${secret()}`),
      long: long,
    });
    t.strictSame(places(found), ['file .git/objects/ab/cdef!/blob visible', 'file elsewhere!/commit visible', 'file long!/blob visible']);
    t.equal(found.verdict, 'findings');
    t.strictSame(gaps(await scan({ cut: long.subarray(0, 5000), other: deflateSync('no object') })), ['truncated cut!/blob']);
  },
);

void tap.test('a loose object with a wrong sum or size is read, and said to be damaged', async (t) => {
  const object = (size: number, content: string): Buffer => deflateSync(`blob ${size}\0${content}`);
  const content = secret();
  const wrongSum = object(content.length, content);
  wrongSum.writeUInt32BE(7, wrongSum.length - 4);
  // A stored block, whose bytes stand as they are, then one of a type there is not.
  const stored = Buffer.from(`blob ${content.length}\0${content}`);
  const spoilt = Buffer.concat([
    Buffer.from([0x78, 1, 0, stored.length, 0, 255 - stored.length, 255]),
    stored,
    Buffer.from([7, 0, 0, 0, 0]),
  ]);
  const cases: Readonly<Record<string, readonly [bytes: Buffer, gaps: readonly string[]]>> = {
    right: [object(content.length, content), []],
    'a wrong sum': [wrongSum, ['corrupt f!/blob']],
    'a sum that is cut': [wrongSum.subarray(0, -1), ['truncated f!/blob']],
    'a size too small': [object(content.length - 1, content), ['size-lies f!/blob']],
    'a size too large': [object(content.length + 1, content), ['size-lies f!/blob']],
    'a wrong byte behind the header': [spoilt, ['corrupt f!/blob']],
    'a sum over 100 KiB': [object(102_400 + content.length, `${content}${'x'.repeat(102_400)}`), []],
  };
  for (const [what, [f, told]] of Object.entries(cases)) {
    const found = await scan({ f });
    t.strictSame([places(found), gaps(found)], [['file f!/blob visible'], told], what);
  }
});

void tap.test('an archive that was committed as a file is opened in its git object', async (t) => {
  const object = (content: Buffer): Buffer => deflateSync(Buffer.concat([Buffer.from(`blob ${content.length}\0`), content]));
  const found = await scan({
    '.git/objects/aa/01': object(zipOf([{ name: 'conf/app.env', content: secret() }])),
    '.git/objects/aa/02': object(gzipSync(await tarOf([{ name: 'app.env', content: `\n\n${secret()}` }]))),
    '.git/objects/aa/03': object(xzOf(secret())),
  });
  t.strictSame(places(found), [
    'file .git/objects/aa/01!/blob!/conf/app.env visible',
    'file .git/objects/aa/02!/blob!/app.env visible',
    'file .git/objects/aa/03!/blob!/blob visible',
  ]);
  t.equal(found.findings.find(({ location }) => location.path?.includes('02!'))?.location.line, 3);
  t.match(found.coverage, { complete: true });
});

void tap.test(
  'a secret in the history of git is found at its object, by the name it was committed under, and in the checked out file',
  async (t) => {
    const [old, both] = [`# config\n${secret()}`, `a: 1\n${secret()}`];
    const [first, rest] = [both.slice(0, 20), both.slice(20)];
    // Copied up to the middle of the token, and inserted from there.
    const before = `${first}…\n`;
    const delta = deltaOf(Buffer.byteLength(before), [[0, 20], rest]);
    const tree = treeOf([
      { mode: '100644', name: 'old.env', id: idOf(old) },
      { mode: '100644', name: 'app.yml', id: idOf(both) },
    ]);
    const pack = packOf([{ kind: 'tree', content: tree }, { content: old }, { content: before }, { content: delta, base: 2 }]);
    const name = `.git/objects/pack/pack-${pack.subarray(-20).toString('hex')}.pack`;
    const found = await scan({ [name]: pack, 'app.yml': both });
    t.strictSame(
      places(found),
      [`file ${name}!/${idOf(both)}/app.yml visible`, `file ${name}!/${idOf(old)}/old.env visible`, 'file app.yml visible'].sort(),
    );
    t.strictSame(
      found.findings.map(({ location }) => location.line),
      [2, 2, 2],
    );
    t.match(found.coverage, { complete: true, filesSeen: 2, nestedFilesSeen: 4, nestedFilesUnread: 0 });
  },
);

void tap.test('archives in archives are opened down to the depth of the limit; what is deeper is named', async (t) => {
  const nest = (depth: number): Buffer => (depth === 0 ? Buffer.from(secret()) : zipOf([{ name: 'n', content: nest(depth - 1) }]));
  const limits = under({ depthMax: 3 });
  const [reached, beyond] = [await scan({ f: nest(3) }, limits), await scan({ f: nest(4) }, limits)];
  t.strictSame([places(reached), gaps(reached)], [['file f!/n!/n!/n visible'], []]);
  t.strictSame([places(beyond), gaps(beyond), beyond.verdict], [[], ['limit-depth f!/n!/n!/n!/'], 'incomplete']);
});

void tap.test('a secret that lies uncompressed in an archive is found once, where it is innermost', async (t) => {
  const jar = zipOf([{ name: 'conf', content: secret(), method: 0 }]);
  const found = await scan({
    'app.war': zipOf([{ name: 'lib/a.jar', content: jar, method: 0 }]),
    'b.tar': await tarOf([{ name: 'a.jar', content: jar }]),
  });
  t.strictSame(places(found), ['file app.war!/lib/a.jar!/conf visible', 'file b.tar!/a.jar!/conf visible']);
  const commented = await scan({ 'c.zip': zipOf([{ name: 'x', content: 'nothing' }], { comment: secret() }) });
  t.strictSame(places(commented), ['file c.zip visible'], "the archive's own bytes are read, too");
});

void tap.test('what is found in an archive is as visible as the archive', async (t) => {
  const source = new MemorySource();
  const lower = await tarOf([
    { name: 'a.zip', content: zipOf([{ name: 'x', content: secret() }]) },
    { name: 'b.zip', content: zipOf([{ name: 'x', content: secret() }]) },
    { name: 'c.zip', content: zipOf([{ name: 'x', content: secret() }]) },
    { name: 'c.zip', content: 'written again' },
  ]);
  source.image([source.blobOf(lower), source.blobOf(await tarOf([{ name: '.wh.a.zip' }]))]);
  t.strictSame(places(await report(source)), ['file a.zip!/x deleted', 'file b.zip!/x visible', 'file c.zip!/x shadowed']);
});

void tap.test('what is not read in an archive is named, and the verdict is incomplete', async (t) => {
  const cases: Readonly<Record<string, readonly [content: Buffer, gap: string]>> = {
    'an encrypted entry': [zipOf([{ name: 'secret.txt', content: 'x', flags: 1 }]), 'encrypted f!/secret.txt'],
    'an encrypted entry whose size follows': [zipOf([{ name: 's', content: 'x', flags: 9 }]), 'encrypted f!/s'],
    'an unknown method': [zipOf([{ name: 's', content: 'x', method: 14 }]), 'unsupported-compression f!/s'],
    'an entry with a wrong sum': [zipOf([{ name: 's', content: 'x', packed: Buffer.from([3, 0]) }]), 'corrupt f!/s'],
    'an entry that is no deflate': [zipOf([{ name: 's', content: 'x', packed: Buffer.alloc(40, 0xff) }]), 'corrupt f!/s'],
    'a zip that is cut': [zipOf([{ name: 's', content: 'x' }]).subarray(0, 33), 'truncated f!/s'],
    'an rpm': [Buffer.concat([Buffer.from('edabeedb0300', 'hex'), Buffer.alloc(200)]), 'unsupported-compression f!/'],
    'a git pack without objects': [Buffer.concat([Buffer.from('5041434b00000002', 'hex'), Buffer.alloc(200)]), 'corrupt f!/'],
    'a .Z': [Buffer.concat([Buffer.from('1f9d90', 'hex'), Buffer.alloc(200)]), 'unsupported-compression f!/'],
    'an lzma': [Buffer.concat([Buffer.from('5d00008000ffffffffffffffff', 'hex'), Buffer.alloc(200)]), 'unsupported-compression f!/'],
    'a 7z': [Buffer.concat([Buffer.from('377abcaf271c0004', 'hex'), Buffer.alloc(200)]), 'unsupported-compression f!/'],
    'a gzip that is cut': [gzipSync('x'.repeat(99)).subarray(0, -4), 'truncated f!/f'],
    'a gzip with a wrong sum': [Buffer.concat([gzipSync('x').subarray(0, -8), Buffer.alloc(8)]), 'corrupt f!/f'],
    'an ar with a wrong size': [
      Buffer.from(
        arOf([{ name: 'a', content: 'x' }])
          .toString('latin1')
          .replace('1  ', 'y  '),
        'latin1',
      ),
      'corrupt f!/',
    ],
  };
  for (const [what, [content, gap]] of Object.entries(cases)) {
    const found = await scan({ f: content });
    t.strictSame([gaps(found), found.verdict], [[gap], 'incomplete'], what);
  }
});

void tap.test(
  'a zip is read by what is there: entries its directory leaves out, and it is told when the directory names others',
  async (t) => {
    const hidden = await scan({
      f: zipOf([
        { name: 'shown', content: 'x' },
        { name: 'hidden', content: secret(), isHidden: true },
      ]),
    });
    t.strictSame([places(hidden), gaps(hidden)], [['file f!/hidden visible'], []]);
    const lying = zipOf([{ name: 'shown', content: 'x' }]);
    lying.writeUInt32LE(7, lying.indexOf('PK\x01\x02') + 42);
    t.strictSame(gaps(await scan({ f: lying })), ['corrupt f!/']);
  },
);

void tap.test('a zip behind a program or a script is opened', async (t) => {
  const members = [{ name: 'conf/app.env', content: secret() }];
  // A constant of the program is no header.
  const program = (magic: string): Buffer =>
    Buffer.concat([
      Buffer.from(magic, 'latin1'),
      randomBytes(300_000),
      Buffer.from('PK\x03\x04\0PK\x01\x02'),
      Buffer.alloc(99),
      Buffer.from('PK'),
    ]);
  // An ELF header with its table of sections at the program's end, or where it says that is.
  const elf = (bytes: Buffer, sections = bytes.length - 128): Buffer => {
    bytes.writeUInt16BE(0x0201, 4);
    bytes.writeBigUInt64LE(BigInt(sections), 0x28);
    bytes.writeUInt32LE(0x0002_0040, 0x3a);
    return bytes;
  };
  const found = await scan({
    'linked.run': zipOf(members, { before: elf(program('\x7fELF')) }),
    'linked-alone': elf(program('\x7fELF')),
    'app.jar': zipOf(members, { before: '#!/bin/bash\nexec java -jar "$0" "$@"\n' }),
    'setup.exe': zipOf(members, { before: program('MZ') }),
    'tool.run': zipOf(members, { before: program('\x7fELF') }),
    'extension.crx': zipOf(members, { before: Buffer.concat([Buffer.from('Cr24\x03\0\0\0', 'latin1'), randomBytes(600)]) }),
    'no-archive': program('\x7fELF'),
  });
  t.strictSame(places(found), [
    'file app.jar!/conf/app.env visible',
    'file extension.crx!/conf/app.env visible',
    'file linked.run!/conf/app.env visible',
    'file setup.exe!/conf/app.env visible',
    'file tool.run!/conf/app.env visible',
  ]);
  t.match(found.coverage, { complete: true, nestedFilesSeen: 5 });
  const lying = zipOf(members, { before: elf(program('\x7fELF'), 1e9) });
  t.strictSame(gaps(await scan({ lying })), ['unsupported-compression lying!/'], 'a program that claims the zip as its own');
  const deep = (before: string): Buffer => zipOf([{ name: 'n', content: zipOf(members, { before }) }]);
  t.strictSame(gaps(await scan({ f: deep('#!/bin/sh\n') }, under({ depthMax: 1 }))), ['limit-depth f!/n!/']);
  t.strictSame(gaps(await scan({ f: zipOf([{ name: 'n', content: '#!/bin/sh\n' }]) }, under({ depthMax: 1 }))), []);
});

void tap.test('a zip behind anything else is named as unread', async (t) => {
  const found = await scan({ 'a.png': zipOf([{ name: 'x', content: 'x' }], { before: 'x'.repeat(40) }), 'b.zip': zipOf([]) });
  t.strictSame(gaps(found), ['unsupported-compression a.png!/']);
  const nested = await scan({
    'c.tar': await tarOf([{ name: 'a.png', content: zipOf([{ name: 'x', content: 'x' }], { before: 'x'.repeat(40) }) }]),
  });
  t.strictSame(gaps(nested), ['unsupported-compression c.tar!/a.png!/']);
});

void tap.test('the methods of zip that are formats of their own are opened one deeper', async (t) => {
  const found = await scan({
    'a.zip': zipOf([
      { name: 'z', content: '', method: 93, packed: zstdCompressSync(secret()) },
      { name: 'b', content: '', method: 12, packed: bzip2Of(secret()) },
      { name: 'x', content: '', method: 95, packed: xzOf(secret()) },
      { name: 'last', content: secret() },
    ]),
  });
  t.strictSame(
    places(found),
    ['b!/b', 'last', 'x!/x', 'z!/z'].map((path) => `file a.zip!/${path} visible`),
  );
  t.match(found.coverage, { complete: true });
  const wrong = await scan({
    'a.zip': zipOf([
      { name: 'z', content: '', method: 93, packed: Buffer.from('no zstd') },
      { name: 'last', content: secret() },
    ]),
  });
  t.strictSame([places(wrong), gaps(wrong)], [['file a.zip!/last visible'], ['corrupt a.zip!/z']]);
  const follows = zipOf([{ name: 'z', content: 'x', method: 93, packed: zstdCompressSync('x'), flags: 8 }]);
  t.strictSame(gaps(await scan({ f: follows })), ['unsupported-compression f!/z']);
});

void tap.test('cpio is opened in each of its forms, and what the kernel takes behind it', async (t) => {
  const members = [
    { name: 'etc', mode: 0o040755 },
    { name: 'etc/app.env', content: secret() },
    { name: 'link', content: 'etc/app.env', mode: 0o120777 },
  ];
  const packed = gzipSync(cpioOf([{ name: 'init', content: secret() }]));
  const found = await scan({
    new: cpioOf(members),
    sums: cpioOf(members, '070702'),
    portable: Buffer.concat([cpioOf(members, '070707'), Buffer.alloc(512)]),
    'initrd.img': Buffer.concat([
      cpioOf([{ name: 'microcode', content: 'x' }]),
      Buffer.alloc(64),
      cpioOf(members),
      Buffer.alloc(1_000),
      packed,
    ]),
  });
  t.strictSame(places(found), [
    'file initrd.img!/!(rest)!/!(rest)!/init visible',
    'file initrd.img!/etc/app.env visible',
    'file new!/etc/app.env visible',
    'file portable!/etc/app.env visible',
    'file sums!/etc/app.env visible',
  ]);
  t.match(found.coverage, { complete: true });
  const bytes = cpioOf(members);
  for (const length of [111, 140, bytes.length - 30])
    t.match(gaps(await scan({ f: bytes.subarray(0, length) })), [/^truncated f!\//], `cut at ${length}`);
  const damaged = Buffer.from(bytes);
  damaged.write('zzzzzz', 'etc\0'.length + 112);
  t.strictSame(gaps(await scan({ f: damaged })), ['corrupt f!/']);
  t.strictSame(gaps(await scan({ f: bytes }, under({ entriesMax: 3 }))), []);
  t.strictSame(gaps(await scan({ f: bytes }, under({ entriesMax: 2 }))), ['limit-entries f!/']);
});

void tap.test('bytes and ratio are bounded over all that lies in one file', async (t) => {
  const zeros = Buffer.alloc(1 << 20);
  const zip = zipOf([
    { name: 'a', content: zeros },
    { name: 'b', content: zeros },
  ]);
  t.strictSame(gaps(await scan({ f: zip }, under({ bytesMax: 2 << 20 }))), []);
  t.strictSame(gaps(await scan({ f: zip }, under({ bytesMax: (2 << 20) - 1 }))), ['limit-bytes f!/b', 'limit-bytes f!/']);
  t.match(gaps(await scan({ f: zip }, under({ ratioFromBytes: 1 << 20 }))), ['limit-ratio f!/b', 'limit-ratio f!/']);
  t.strictSame(gaps(await scan({ f: zip }, under({ ratioFromBytes: 2 << 20 }))), []);
  t.strictSame(gaps(await scan({ f: zip }, under({ entriesMax: 2 }))), []);
  t.strictSame(gaps(await scan({ f: zip }, under({ entriesMax: 1 }))), ['limit-entries f!/']);
});

void tap.test('xz, zstd and bzip2 are opened, in each other and in other archives, in any number', async (t) => {
  const tar = async (name: string): Promise<Buffer> => tarOf([{ name, content: secret() }]);
  const [one, two] = [secret(), secret()];
  const found = await scan({
    'a.tar.xz': xzOf(await tar('in-xz')),
    'b.tar.zst': zstdCompressSync(await tar('in-zstd')),
    'c.bz2': bzip2Of(secret()),
    'two.xz': Buffer.concat([xzOf(one), Buffer.alloc(8), xzOf(two)]),
    'two.bz2': Buffer.concat([bzip2Of(secret()), bzip2Of(secret())]),
    'two.zst': Buffer.concat([zstdCompressSync(secret()), zstdCompressSync(secret())]),
    'd.deb': arOf([{ name: 'data.tar.xz', content: xzOf(await tarOf([{ name: 'e.zst', content: zstdCompressSync(secret()) }])) }]),
    'f.zip': zipOf([{ name: 'g.xz', content: xzOf(xzOf(zstdCompressSync(secret()))) }]),
    ...Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`many/${at}.xz`, xzOf(at === 39 ? secret() : 'nothing')])),
  });
  t.strictSame(places(found), [
    'file a.tar.xz!/in-xz visible',
    'file b.tar.zst!/in-zstd visible',
    'file c.bz2!/c visible',
    'file d.deb!/data.tar.xz!/e.zst!/e visible',
    'file f.zip!/g.xz!/g!/g!/g visible',
    'file many/39.xz!/39 visible',
    'file two.bz2!/two visible',
    'file two.bz2!/two visible',
    'file two.xz!/two visible',
    'file two.xz!/two visible',
    'file two.zst!/two visible',
    'file two.zst!/two visible',
  ]);
  t.match(found.coverage, { complete: true, nestedFilesUnread: 0 });
});

void tap.test('what the skippable frames of a zstd file carry is opened', async (t) => {
  const frame = (content: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(0x184d2a53);
    head.writeUInt32LE(content.length, 4);
    return Buffer.concat([head, content]);
  };
  const inFrame = frame(gzipSync(secret()));
  const f = Buffer.concat([zstdCompressSync('plain'), inFrame]);
  const found = await scan({ 'first.zst': Buffer.concat([inFrame, zstdCompressSync(secret())]), 'last.zst': f });
  t.strictSame(places(found), [
    'file first.zst!/!(zstd skippable frame)!/!(zstd skippable frame) visible',
    'file first.zst!/first visible',
    'file last.zst!/!(zstd skippable frame)!/!(zstd skippable frame) visible',
  ]);
  t.match(found.coverage, { complete: true });
  const beside = (besideBytesMax: number): ScanLimits => ({ ...scanLimits, layer: { ...scanLimits.layer, besideBytesMax } });
  t.strictSame(gaps(await scan({ f }, beside(inFrame.length - 8))), []);
  t.match(gaps(await scan({ f }, beside(inFrame.length - 9))).join(), /limit-bytes f!\//);
});

void tap.test('what xz, zstd and bzip2 cannot give is named', async (t) => {
  const broken = xzOf('x'.repeat(100));
  broken.fill(0x55, 40, 60);
  const cases: Readonly<Record<string, readonly [content: Buffer, gap: string]>> = {
    'an xz that is cut': [xzOf('x'.repeat(100)).subarray(0, 80), 'truncated f!/f'],
    'an xz with a wrong byte': [broken, 'corrupt f!/'],
    'an xz that asks for much memory': [xzOf('x', 30), 'limit-bytes f!/'],
    'a zstd that is cut': [zstdCompressSync('x'.repeat(100)).subarray(0, -3), 'truncated f!/'],
    'a bzip2 that is cut': [bzip2Of('abcabcabc').subarray(0, -9), 'truncated f!/f'],
    'a bzip2 with a wrong byte': [Buffer.concat([bzip2Of('abcabcabc').subarray(0, -4), Buffer.from('abcd')]), 'corrupt f!/f'],
  };
  for (const [what, [content, gap]] of Object.entries(cases)) {
    const found = await scan({ f: content });
    t.strictSame([gaps(found), found.verdict], [[gap], 'incomplete'], what);
  }
  t.strictSame(gaps(await scan({ f: bzip2Of('abc') }, under({ wholeBytesMax: bzip2Of('abc').length }))), []);
  t.strictSame(gaps(await scan({ f: bzip2Of('abc') }, under({ wholeBytesMax: bzip2Of('abc').length - 1 }))), ['limit-bytes f!/']);
  // The .xz File Format 1.2.1, 5.3.1: property 18 is 2 MiB, 19 is 3 MiB.
  t.strictSame(gaps(await scan({ f: xzOf('x', 18) }, under({ xzDictionaryBytesMax: 2 << 20 }))), []);
  t.strictSame(gaps(await scan({ f: xzOf('x', 19) }, under({ xzDictionaryBytesMax: 2 << 20 }))), ['limit-bytes f!/']);
  const two = { 'a.xz': xzOf('x'), 'b.xz': xzOf('y'), 'c.xz': xzOf('z') };
  t.strictSame(gaps(await scan(two, under({ heldBytesMax: 3 * xzOf('x').length }))), []);
  t.strictSame(gaps(await scan(two, under({ heldBytesMax: 3 * xzOf('x').length - 1 }))), ['limit-bytes c.xz!/']);
});

void tap.test('a file that is written again, or linked to, while what lies in it is still read', async (t) => {
  const source = new MemorySource();
  source.image([
    source.blobOf(
      await tarOf([
        { name: 'a.xz', content: xzOf(secret()) },
        { name: 'b', type: 'link', linkname: 'a.xz' },
        { name: 'a.xz', content: 'written again' },
      ]),
    ),
  ]);
  t.strictSame(places(await report(source)), ['file a.xz!/a shadowed', 'file b!/a visible']);
});

void tap.test('layers inside layers, and those that are packed as no runtime takes them, are opened', async (t) => {
  const tar = await tarOf([{ name: 'etc/app.env', content: secret() }]);
  const layers = {
    'gzip in gzip': gzipSync(gzipSync(tar)),
    'gzip in zstd': zstdCompressSync(gzipSync(tar)),
    'zstd in gzip': gzipSync(zstdCompressSync(tar)),
    xz: xzOf(tar),
    'a zip': zipOf([{ name: 'etc/app.env', content: secret() }]),
  };
  for (const [what, layer] of Object.entries(layers)) {
    const source = new MemorySource();
    source.image([source.blobOf(layer)]);
    const found = await report(source);
    t.match(places(found), [/^blob !\/(!\/)?etc\/app.env not-a-file$/], what);
    t.match(found.coverage, { complete: true }, what);
  }
});

void tap.test('what stands beside the content is read: names, links, headers, padding, what compressed streams carry', async (t) => {
  const [name, folder, link, xattr, pad, comment, frame, long] = Array.from({ length: 8 }, githubToken);
  const source = new MemorySource();
  const layer = Buffer.concat([
    rawHeader({ name: `keys/${name}` }),
    rawHeader({ name: `${folder}/`, type: '5' }),
    rawHeader({ name: `${folder}/a` }),
    rawHeader({ name: `${folder}/b` }),
    rawHeader({ name: 'link', type: '2', link: `/run/${link}` }),
    rawHeader({ type: 'x', size: paxBody({ 'SCHILY.xattr.user.token': xattr ?? '' }).length }),
    padded(paxBody({ 'SCHILY.xattr.user.token': xattr ?? '' })),
    rawHeader({ name: 'etc/file', size: 3 }),
    Buffer.concat([Buffer.from(`abc${pad}`), Buffer.alloc(509 - (pad ?? '').length)]),
    rawHeader({ name: '././@LongLink', type: 'L', size: 200 + (long ?? '').length }),
    padded(`${'d/'.repeat(100)}${long}`),
    rawHeader({ name: 'cut' }),
    END,
  ]);
  const gzipped = gzipSync(layer);
  const withComment = Buffer.concat([
    gzipped.subarray(0, 3),
    Buffer.from([16]),
    gzipped.subarray(4, 10),
    Buffer.from(`${comment}\0`),
    gzipped.subarray(10),
  ]);
  const head = Buffer.alloc(8);
  const packed = zstdCompressSync(frame ?? '');
  head.writeUInt32LE(0x184d2a50);
  head.writeUInt32LE(packed.length, 4);
  source.image([source.blobOf(withComment), source.blobOf(Buffer.concat([head, packed, zstdCompressSync(await tarOf([{ name: 'x' }]))]))]);
  const found = await report(source);
  t.strictSame(
    places(found).map((place) => place.replace(/\[ghp_\S+?\]/g, '[…]')),
    [
      'blob !(gzip header) not-a-file',
      'blob !(zstd skippable frame)!/!(zstd skippable frame) not-a-file',
      'file […]!(name) visible',
      `file ${'d/'.repeat(100)}[…]!(name) visible`,
      'file etc/file!(header SCHILY.xattr.user.token) visible',
      'file etc/file!(padding) visible',
      'file keys/[…]!(name) visible',
      'file link!(link target) visible',
    ],
  );
  t.match(found.coverage, { complete: true, filesSeen: 6, entriesSeen: 8 });
  for (const secret of [name, folder, link, xattr, pad, comment, frame, long]) t.notMatch(JSON.stringify(found), (secret ?? '').slice(8));
});

void tap.test('names and headers of a tar inside a file are read, too', async (t) => {
  const [name, xattr] = [githubToken(), githubToken()];
  const inner = await tarOf([{ name: `keys/${name}`, content: 'x', pax: { 'SCHILY.xattr.user.token': xattr } }]);
  const found = await scan({ 'a.tgz': gzipSync(inner), 'b.zip': zipOf([{ name: `keys/${githubToken()}`, content: 'x' }]) });
  t.strictSame(
    places(found).map((place) => place.replace(/\[ghp_\S+?\]/g, '[…]')),
    ['file a.tgz!/keys/[…]!(header SCHILY.xattr.user.token) visible', 'file a.tgz!/keys/[…]!(name) visible', 'file b.zip visible'],
  );
});
