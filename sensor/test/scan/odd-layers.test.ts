import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { ScanReport } from '@tidewaiter/shared/findings';
import tap from 'tap';
import { END, padded, paxBody, rawHeader, tarOf } from '../layers/tars.ts';
import { zipOf } from '../nested/archives.ts';
import { xzOf } from '../nested/packers.ts';
import { quineGzip } from '../nested/quine.ts';
import { githubToken } from '../secrets.ts';
import { MemorySource, report } from './memory-source.ts';

/** Scans an image of one layer, and says how long it took. */
async function scan(layer: Buffer): Promise<ScanReport & { readonly seconds: number }> {
  const source = new MemorySource();
  source.image([source.blobOf(layer)]);
  const began = performance.now();
  const found = await report(source);
  return { ...found, seconds: (performance.now() - began) / 1_000 };
}

const reasons = ({ coverage }: ScanReport): readonly string[] => [...new Set(coverage.gaps.map(({ reason }) => reason))];
const paths = ({ findings }: ScanReport): readonly (string | null)[] => findings.map(({ location }) => location.path).sort();

void tap.test('a gzip that unpacks to itself ends at the depth of the limit, as a file and as a layer', async (t) => {
  const quine = quineGzip();
  const token = githubToken();
  const asFile = await scan(
    await tarOf([
      { name: 'q.gz', content: quine },
      { name: 'key', content: token },
    ]),
  );
  t.match(asFile, { verdict: 'findings', coverage: { complete: false } });
  t.strictSame([reasons(asFile), paths(asFile)], [['limit-depth'], ['key']]);
  const asLayer = await scan(quine);
  t.match(asLayer, { verdict: 'incomplete', coverage: { complete: false } });
  t.strictSame(reasons(asLayer), ['limit-depth']);
  t.strictSame(reasons(await scan(await tarOf([{ name: 'z', content: zipOf([{ name: 'q', content: quine }]) }]))), ['limit-depth']);
  t.ok(asFile.seconds + asLayer.seconds < 10);
});

void tap.test('names that are no UTF-8, and names of 4 KiB, are read and told, in the layer and in every archive in it', async (t) => {
  const broken = Buffer.from([0xff, 0xfe, 0x2f, 0xc3, 0x28, 0x80]);
  const shown = '\ufffd\ufffd/\ufffd(\ufffd';
  const long = `${'folder-of-16-byt/'.repeat(240)}${'n'.repeat(16)}`;
  const raw = async (name: Buffer | string): Promise<Buffer> => {
    const content = githubToken();
    const pax = paxBody({ path: long });
    const head = typeof name === 'string' ? [rawHeader({ name: 'pax', type: 'x', size: pax.length }), padded(pax)] : [];
    return Buffer.concat([
      ...head,
      rawHeader({ name: typeof name === 'string' ? 'short' : name, size: content.length }),
      padded(content),
      END,
    ]);
  };
  t.equal(long.length, 4_096);
  for (const [name, told] of [
    [broken, shown],
    [long, long],
  ] as const) {
    const tar = await raw(name);
    const zip = zipOf([{ name, content: githubToken() }]);
    const stored = zipOf([{ name, content: githubToken(), method: 0 }]);
    const inside = {
      'a.tar': tar,
      'b.tgz': gzipSync(tar),
      'c.txz': xzOf(tar),
      'd.tzst': zstdCompressSync(tar),
      'e.zip': zip,
      'f.jar': stored,
    };
    const nested = await scan(await tarOf(Object.entries(inside).map(([file, content]) => ({ name: file, content }))));
    t.match(nested, { verdict: 'findings', coverage: { complete: true } });
    t.strictSame(
      paths(nested),
      // A zip's names are of code page 437 unless they say UTF-8 (APPNOTE 4.4.4): its bytes are shown one by one.
      Object.keys(inside).map((file) => `${file}!/${/zip|jar/.test(file) ? Buffer.from(name).toString('latin1') : told}`.slice(0, 4_096)),
    );
    const plain = await scan(tar);
    t.match(plain.coverage, { complete: true });
    t.strictSame(paths(plain), [told]);
  }
});

void tap.test('a name of a megabyte is read like another, and told up to 4,096 characters', async (t) => {
  const content = githubToken();
  for (const length of [65_535, 65_536, 65_537, 999_000]) {
    const pax = paxBody({ path: 'n'.repeat(length) });
    const head = [rawHeader({ name: 'pax', type: 'x', size: pax.length }), padded(pax)];
    const found = await scan(Buffer.concat([...head, rawHeader({ size: content.length }), padded(content), END]));
    t.strictSame([found.verdict, found.coverage.complete, paths(found)], ['findings', true, ['n'.repeat(4_096)]], `${length}`);
  }
});

void tap.test('a million empty files are all counted, and what lies behind them is found', async (t) => {
  const members: Buffer[] = [];
  for (let thousand = 0; thousand < 1_000; thousand++) {
    const headers = Array.from({ length: 1_000 }, (_, at) => emptyFile(thousand * 1_000 + at));
    members.push(gzipSync(Buffer.concat(headers), { level: 1 }));
  }
  members.push(gzipSync(await tarOf([{ name: 'key', content: githubToken() }])));
  const found = await scan(Buffer.concat(members));
  t.match(found, { verdict: 'findings', coverage: { complete: true, filesSeen: 1_000_001, entriesSeen: 1_000_001 } });
  t.strictSame(paths(found), ['key']);
  t.ok(found.seconds < 120, `${found.seconds} s`);
});

const TEMPLATE = rawHeader({ name: '0000000' });
const TEMPLATE_SUM = TEMPLATE.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0) - 7 * 0x30;

/** The header of a file named after its number. */
function emptyFile(number: number): Buffer {
  const header = Buffer.from(TEMPLATE);
  const name = String(number).padStart(7, '0');
  header.write(name, 0, 'latin1');
  const sum = [...Buffer.from(name)].reduce((total, byte) => total + byte, TEMPLATE_SUM);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

void tap.test('a sparse file that claims exabytes is read by the bytes it has', async (t) => {
  const content = githubToken();
  const exabytes = String(2 ** 60);
  const map = padded(`1\n0\n${content.length}\n`);
  const pax = (records: Readonly<Record<string, string>>): Buffer[] => {
    const body = paxBody(records);
    return [rawHeader({ name: 'pax', type: 'x', size: body.length }), padded(body)];
  };
  const version1 = { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 'one', 'GNU.sparse.realsize': exabytes };
  const version0 = { 'GNU.sparse.size': exabytes, 'GNU.sparse.numblocks': '1', 'GNU.sparse.map': `${exabytes},${content.length}` };
  const old = rawHeader({
    name: 'old',
    type: 'S',
    size: content.length,
    fill: (block) => {
      block.write(`${'0'.repeat(11)}\0${content.length.toString(8).padStart(11, '0')}\0`, 386, 'latin1');
      // Base 256: 2 ** 88.
      block[483] = 0x80;
      block[484] = 1;
    },
  });
  const one = [...pax(version1), rawHeader({ name: 'x', size: map.length + content.length }), map, padded(content)];
  const zero = [...pax(version0), rawHeader({ name: 'zero', size: content.length }), padded(content)];
  const found = await scan(Buffer.concat([...one, ...zero, old, padded(content), END]));
  t.strictSame(paths(found), ['old', 'one', 'zero']);
  t.match(found, { verdict: 'findings', coverage: { complete: true, bytesSeen: map.length + 3 * content.length } });
  t.ok(found.seconds < 20);
});
