import { generateKeyPairSync } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { ScanReport } from '@tidewaiter/shared/findings';
import { CLAIM_DIGESTS_MAX, FINDINGS_PER_PAGE, PATH_HASHES_PER_PAGE } from '@tidewaiter/shared/protocol';
import tap from 'tap';
import * as named from '../../src/scan/limits.ts';
import { ImageCollector, scanImage, scanLimits } from '../../src/scan/index.ts';
import { END, padded, rawHeader, tarOf } from '../layers/tars.ts';
import { githubToken } from '../secrets.ts';
import { type Descriptor, digestOf, MemorySource, places, report, testEngine } from './memory-source.ts';
import { redactedPath } from '../../src/scan/found-file.ts';

const linux = { os: 'linux', architecture: 'amd64' };

void tap.test('a secret is found in every place of an image, and each place says what became of it', async (t) => {
  const [kept, deleted, overwritten, underOpaque, env, label, history] = Array.from({ length: 7 }, githubToken);
  const source = new MemorySource();
  const base = await tarOf([
    { name: 'etc/kept', content: `a\nb ${kept}\n` },
    { name: 'etc/deleted', content: deleted ?? '' },
    { name: 'etc/overwritten', content: overwritten ?? '' },
    { name: 'data/deep/under', content: underOpaque ?? '' },
  ]);
  const top = await tarOf([{ name: 'etc/.wh.deleted' }, { name: 'etc/overwritten', content: 'harmless' }, { name: 'data/.wh..wh..opq' }]);
  source.image([source.blobOf(gzipSync(base)), source.blobOf(zstdCompressSync(top))], {
    ...linux,
    config: { Env: ['PATH=/bin', `TOKEN=${env}`], Labels: { note: label ?? '' } },
    rootfs: { diff_ids: [digestOf(base), digestOf(top)] },
    history: [{ created_by: `RUN curl -H ${history}` }, { created_by: 'ENV TOKEN=x', empty_layer: true }, { created_by: 'RUN rm' }],
  });
  const found = await report(source);
  t.strictSame(places(found), [
    'env TOKEN not-a-file',
    'file data/deep/under deleted',
    'file etc/deleted deleted',
    'file etc/kept visible',
    'file etc/overwritten shadowed',
    'history history[0] not-a-file',
    'label note not-a-file',
  ]);
  const file = found.findings.find(({ location }) => location.path === 'etc/kept')?.location;
  t.match(file, { line: 2, column: 3, layerDigest: digestOf(gzipSync(base)), diffId: digestOf(base) });
  t.match(file?.instruction, /^RUN curl -H \[.*\]$/, 'the instruction that made it, redacted');
  t.equal(found.findings.find(({ location }) => location.kind === 'env')?.location.instruction, 'ENV TOKEN=x');
  t.match(found, { verdict: 'findings', coverage: { complete: true, entriesSeen: 7, filesSeen: 7, gaps: [] } });
  const text = JSON.stringify(found);
  for (const secret of [kept, deleted, overwritten, underOpaque, env, label, history]) t.notMatch(text, (secret ?? '').slice(8));
});

void tap.test('a secret in the name of a platform is redacted like any other text', async (t) => {
  const secret = githubToken();
  const source = new MemorySource();
  const child = source.image([source.blobOf(gzipSync(await tarOf([{ name: 'a', content: 'b' }])))], linux);
  source.index([{ ...child, platform: { os: 'linux', architecture: secret } }]);
  const found = await report(source);
  t.match(found.platforms[0]?.platform, /^linux\//);
  t.notMatch(JSON.stringify(found), secret.slice(8));
});

void tap.test('the same secret at the same place of two platforms is one finding with two occurrences', async (t) => {
  const secret = githubToken();
  const source = new MemorySource();
  const shared = source.blobOf(gzipSync(await tarOf([{ name: 'key', content: secret }])));
  const children = ['amd64', 'arm64'].map((architecture) => ({
    ...source.image([shared, source.blobOf(Buffer.from(architecture))], { os: 'linux', architecture, config: { Env: [`A=${secret}`] } }),
    platform: { os: 'linux', architecture },
  }));
  source.index(children);
  const { findings, platforms } = await report(source);
  t.strictSame(
    platforms.map(({ platform }) => platform),
    ['linux/amd64', 'linux/arm64'],
  );
  t.strictSame(
    findings.map(({ location, occurrences }) => [location.kind, occurrences.map(({ platform }) => platform)]),
    [
      ['env', ['linux/amd64', 'linux/arm64']],
      ['file', ['linux/amd64', 'linux/arm64']],
    ],
  );
  t.equal(new Set(findings.map(({ fingerprint }) => fingerprint)).size, 1, 'one secret, one fingerprint');
  t.equal(source.pulls.get(shared.digest), 1, 'a shared layer is pulled once');
});

void tap.test('a file written twice in one layer: the first is shadowed', async (t) => {
  const [first, second] = [githubToken(), githubToken()];
  const source = new MemorySource();
  source.image([source.blobOf(await tarOf([{ name: 'f', content: first }, { name: 'g' }, { name: './f', content: second }]))]);
  t.strictSame(places(await report(source)), ['file f shadowed', 'file f visible']);
});

void tap.test(
  'a hard link is a name of its own: the secret is visible there when the first name is deleted above, or written again',
  async (t) => {
    const [secret, other] = [githubToken(), githubToken()];
    const source = new MemorySource();
    const base = await tarOf([
      { name: 'etc/first', content: `k=${secret}\n` },
      { name: 'srv/deep/second', type: 'link', linkname: './etc/first' },
      { name: 'srv/third', type: 'link', linkname: '/srv/deep/second' },
      { name: 'srv/soft', type: 'symlink', linkname: '/etc/first' },
      { name: 'srv/elsewhere', type: 'link', linkname: 'etc/passwd' },
      { name: 'opt/kept', content: other },
      { name: 'opt/linked', type: 'link', linkname: 'opt/kept' },
      { name: 'opt/kept', content: 'harmless' },
      { name: 'opt/later', type: 'link', linkname: 'opt/kept' },
      { name: 'opt/.wh.gone', type: 'link', linkname: 'opt/linked' },
      { name: 'opt/a.tgz', content: gzipSync(await tarOf([{ name: 'in/it', content: githubToken() }])) },
      { name: 'opt/b.tgz', type: 'link', linkname: 'opt/a.tgz' },
    ]);
    const top = await tarOf([{ name: 'etc/.wh.first' }, { name: 'srv/.wh.deep' }, { name: 'opt/.wh.a.tgz' }]);
    source.image([source.blobOf(gzipSync(base)), source.blobOf(gzipSync(top))], linux);
    const found = await report(source);
    t.strictSame(places(found), [
      'file etc/first deleted',
      'file opt/a.tgz!/in/it deleted',
      'file opt/b.tgz!/in/it visible',
      'file opt/kept shadowed',
      'file opt/linked visible',
      'file srv/deep/second deleted',
      'file srv/third visible',
    ]);
    t.equal(new Set(found.findings.map(({ fingerprint }) => fingerprint)).size, 3);
    t.match(found.findings.find(({ location }) => location.path === 'srv/third')?.location, { line: 1, column: 3 });
    t.match(found.coverage, { complete: true, entriesSeen: 15 });
  },
);

void tap.test('findings are told again at so many hard links; one more is a gap, and crowds nothing out', async (t) => {
  const linkedFindingsMax = 3;
  const scanned = async (links: number) => {
    const source = new MemorySource();
    const names = Array.from({ length: links }, (_, at) => ({ name: `link-${at}`, type: 'link', linkname: 'first' }) as const);
    source.image([
      source.blobOf(await tarOf([{ name: 'first', content: githubToken() }, ...names, { name: 'last', content: githubToken() }])),
    ]);
    return report(source, { ...scanLimits, linkedFindingsMax });
  };
  const atLimit = await scanned(linkedFindingsMax);
  t.equal(atLimit.findings.length, 2 + linkedFindingsMax);
  t.match(atLimit.coverage, { complete: true, gaps: [] });
  const over = await scanned(linkedFindingsMax + 1);
  t.equal(over.findings.length, 2 + linkedFindingsMax);
  t.ok(places(over).includes('file last visible'));
  t.match(over.coverage, { complete: false, gaps: [{ reason: 'limit-findings', path: null }] });
});

void tap.test('blobs that are no tar are read: attestations, artifacts, bytes behind an archive', async (t) => {
  const [inToto, chart, behind] = [githubToken(), githubToken(), githubToken()];
  const source = new MemorySource();
  const image = source.image([source.blobOf(Buffer.concat([await tarOf([{ name: 'a' }]), Buffer.from(behind)]))], linux);
  const attestation = source.image([source.blobOf(Buffer.from(JSON.stringify({ args: inToto })), 'application/vnd.in-toto+json')]);
  const helm = source.manifestOf({
    schemaVersion: 2,
    config: source.blobOf(Buffer.from(JSON.stringify({ description: chart })), 'application/vnd.cncf.helm.config.v1+json'),
    layers: [],
    annotations: { note: 'x' },
  });
  source.index([{ ...image, platform: linux }, { ...attestation, platform: { os: 'unknown', architecture: 'unknown' } }, helm]);
  t.strictSame(places(await report(source)), ['attestation  not-a-file', 'blob  not-a-file', 'config  not-a-file']);
});

void tap.test("a descriptor's data and members nobody expects are read, however deep they lie", async (t) => {
  const [inData, stray] = [githubToken(), githubToken()];
  const source = new MemorySource();
  const layer = source.blobOf(await tarOf([{ name: 'a' }]));
  const data = Buffer.from(`{"token":"${inData}"}`.repeat(3)).toString('base64');
  const nested = `${'['.repeat(5_000)}"${stray}"${']'.repeat(5_000)}`;
  source.manifestOf(
    JSON.stringify({ schemaVersion: 2, config: { ...source.config({}), data }, layers: [layer], stray: 0 }).replace(
      '"stray":0',
      `"stray":${nested}`,
    ),
  );
  const found = await report(source);
  t.match(places(found), ['annotation config.data not-a-file', /^annotation stray\[0\].*\[0 not-a-file$/]);
  t.notMatch(JSON.stringify(found), new RegExp(`${inData.slice(8)}|${stray.slice(8)}`));
});

void tap.test("a descriptor's data that is compressed is unpacked; what cannot be is told", async (t) => {
  const withData = async (data: Buffer): Promise<ScanReport> => {
    const source = new MemorySource();
    const layer = source.blobOf(await tarOf([{ name: 'a' }]));
    source.manifestOf({ schemaVersion: 2, config: { ...source.config({}), data: data.toString('base64') }, layers: [layer] });
    return report(source);
  };
  const gaps = ({ coverage }: ScanReport): readonly string[] => coverage.gaps.map(({ reason, path }) => `${reason} ${path}`);
  for (const pack of [gzipSync, zstdCompressSync]) {
    const found = await withData(pack(`{"token":"${githubToken()}"}`));
    t.strictSame([places(found), gaps(found)], [['annotation config.data not-a-file'], []]);
    t.strictSame(gaps(await withData(pack('x'.repeat(100)).subarray(0, -2))), ['corrupt config.data']);
    t.strictSame(gaps(await withData(pack(Buffer.alloc(1 << 23)))), []);
    t.strictSame(gaps(await withData(pack(Buffer.alloc((1 << 23) + 1)))), ['limit-bytes config.data']);
  }
});

void tap.test('annotations are read wherever a manifest has them: its own, its config and layers, the children of an index', async (t) => {
  const noted = (descriptor: object): object => ({ ...descriptor, annotations: { note: githubToken() } });
  const source = new MemorySource();
  const image = source.manifestOf({
    schemaVersion: 2,
    ...noted({ config: noted(source.config({})), layers: [noted(source.blobOf(await tarOf([{ name: 'a' }])))] }),
  });
  source.manifestOf({ schemaVersion: 2, manifests: [noted(image)] });
  t.strictSame(
    places(await report(source)).toSorted(),
    ['config.note', 'layers[0].note', 'manifests[0].note', 'note'].map((key) => `annotation ${key} not-a-file`),
  );
});

void tap.test('what a config holds twice or where nobody looks is found as well', async (t) => {
  const [hidden, twice] = [githubToken(), githubToken()];
  const source = new MemorySource();
  const config = source.blobOf(
    Buffer.from(`{"config":{"Env":["A=${twice}"],"Env":["B=x"]},"x":{"y":"${hidden}"}}`),
    'application/vnd.oci.image.config.v1+json',
  );
  source.manifestOf({ schemaVersion: 2, config, layers: [] });
  t.strictSame(places(await report(source)), ['config  not-a-file', 'config  not-a-file']);
});

void tap.test('a secret that JSON escapes is found once, where it is named', async (t) => {
  const { privateKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
    publicKeyEncoding: { format: 'pem', type: 'spki' },
  });
  const url = `postgres://app:${githubToken().slice(6, 20)}%26&x@db.internal:5432/app`;
  const source = new MemorySource();
  const json = JSON.stringify({ config: { Env: [`KEY=${privateKey}`, `DATABASE_URL=${url}`] } }).replaceAll('&', String.raw`\u0026`);
  source.manifestOf({ schemaVersion: 2, config: source.blobOf(Buffer.from(json), 'application/vnd.oci.image.config.v1+json'), layers: [] });
  t.strictSame(places(await report(source)), ['env DATABASE_URL not-a-file', 'env KEY not-a-file']);
});

void tap.test('history that does not match the layers changes nothing of what is read', async (t) => {
  const source = new MemorySource();
  source.image([source.blobOf(await tarOf([{ name: 'key', content: githubToken() }]))], {
    history: [{ created_by: 'RUN a' }, { created_by: 'RUN b' }],
  });
  const { findings } = await report(source);
  t.strictSame(
    findings.map(({ location }) => [location.path, location.instruction]),
    [['key', null]],
  );
});

void tap.test('many paths come in pages, and the index of an upper layer is found in all of them', async (t) => {
  const many = Buffer.concat([
    ...Array.from({ length: 70_000 }, (_, at) => rawHeader({ name: `d/f${at}` })),
    rawHeader({ name: 'd/.wh.key' }),
    END,
  ]);
  const source = new MemorySource();
  const below = await tarOf([
    { name: 'd/key', content: githubToken() },
    { name: 'd/f69999', content: githubToken() },
  ]);
  source.image([source.blobOf(below), source.blobOf(gzipSync(many))]);
  const found = await report(source);
  t.strictSame(places(found), ['file d/f69999 shadowed', 'file d/key deleted']);
  t.equal(found.coverage.filesSeen, 70_003);
});

void tap.test('the sums of the coverage are those of the entries, whatever happens in the layers', async (t) => {
  const entries = Buffer.concat([
    rawHeader({ name: 'd/', type: '5' }),
    rawHeader({ name: 'a', size: 3 }),
    padded('abc'),
    rawHeader({ name: 'l', type: '2', link: 'a' }),
    rawHeader({ name: 'b', size: 10_000 }),
    padded('cut here'),
  ]);
  const source = new MemorySource();
  source.image([source.blobOf(entries), source.blobOf(gzipSync(Buffer.concat([entries, rawHeader({ checksumOff: 3 })])))]);
  const { coverage } = await report(source);
  t.equal(coverage.filesSeen, coverage.filesScanned + coverage.filesUnread);
  t.equal(coverage.bytesSeen, coverage.bytesScanned + coverage.bytesUnread);
  t.equal(coverage.entriesSeen, coverage.filesSeen + coverage.otherEntries);
  t.match(coverage, { complete: false, otherEntries: 4, filesSeen: 4, bytesSeen: 20_006, bytesScanned: 3 + 512 + 3 + 1_024 });
});

void tap.test('claims: known layers are not pulled, waited ones are asked for again', async (t) => {
  const source = new MemorySource();
  const put = async (name: string): Promise<Descriptor> => source.blobOf(await tarOf([{ name }]));
  const [known, mine, later] = [await put('a'), await put('b'), await put('c')];
  source.image([known, mine, later]);
  const engine = testEngine();
  const asked: (readonly string[])[] = [];
  class Claiming extends ImageCollector {
    override async claim(digests: readonly Descriptor['digest'][]): ReturnType<ImageCollector['claim']> {
      asked.push(digests);
      return asked.length === 1
        ? { known: [known.digest], yours: [mine.digest], wait: [later.digest], retryAfterMs: 1 }
        : { known: [], yours: digests, wait: [], retryAfterMs: 0 };
    }
  }
  const progress: number[] = [];
  await scanImage(source, engine, new Claiming(({ layersDone }) => progress.push(layersDone)), scanLimits, new AbortController().signal);
  await engine.close();
  t.strictSame(asked, [[known.digest, mine.digest, later.digest], [later.digest]]);
  t.strictSame(
    [known, mine, later].map(({ digest }) => source.pulls.get(digest) ?? 0),
    [0, 1, 1],
  );
  t.equal(progress.at(-1), 3);
});

void tap.test('pages are as large as the protocol lets them be', async (t) => {
  t.strictSame([named.PATH_HASHES_PER_PAGE, named.FINDINGS_PER_PAGE], [PATH_HASHES_PER_PAGE, FINDINGS_PER_PAGE]);
  t.equal(scanLimits.image.layersMax, CLAIM_DIGESTS_MAX);
});

void tap.test('a path is redacted first and cut at its bound second', (t) => {
  const secret = 's'.repeat(10);
  const tools = { redact: (text: string) => text.replaceAll(secret, '[x]') };
  t.equal(redactedPath(tools, 'p'.repeat(4_096)).length, 4_096);
  t.equal(redactedPath(tools, 'p'.repeat(4_097)).length, 4_096);
  t.equal(redactedPath(tools, `${'p'.repeat(4_091)}${secret}`), `${'p'.repeat(4_091)}[x]`, 'a secret across the bound is known as one');
  t.end();
});
