import { generateKeyPairSync } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { ScanReport } from '@tidewaiter/shared/findings';
import { CLAIM_DIGESTS_MAX, FINDINGS_PER_PAGE, PATH_HASHES_PER_PAGE } from '@tidewaiter/shared/protocol';
import tap from 'tap';
import * as named from '../../src/scan/limits.ts';
import { buildReport } from '../../src/reports/index.ts';
import { ImageCollector, type ScanLimits, scanImage, scanLimits } from '../../src/scan/index.ts';
import { END, padded, rawHeader, tarOf } from '../layers/tars.ts';
import { githubToken } from '../secrets.ts';
import { collect, type Descriptor, digestOf, MemorySource, testEngine } from './memory-source.ts';

const report = async (source: MemorySource, limits?: ScanLimits): Promise<ScanReport> =>
  buildReport(await collect(source, limits), { minConfidence: 'possible', durationMs: 1 });
const places = ({ findings }: ScanReport): readonly string[] =>
  findings
    .map(({ location, occurrences }) => `${location.kind} ${location.path} ${occurrences.map(({ visibility }) => visibility).join()}`)
    .sort();
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

void tap.test('layers that are not what their manifest says become no fact; the others count', async (t) => {
  const source = new MemorySource();
  const put = async (): Promise<Descriptor> => source.blobOf(await tarOf([{ name: 'key', content: githubToken() }]));
  const [good, swapped, short, long, cut, gone] = [await put(), await put(), await put(), await put(), await put(), await put()];
  source.image([good, swapped, { ...short, size: short.size - 1 }, { ...long, size: long.size + 1 }, cut, gone]);
  source.blobs.set(swapped.digest, source.blobs.get(good.digest) ?? Buffer.alloc(0));
  source.blobs.set(cut.digest, (source.blobs.get(cut.digest) ?? Buffer.alloc(0)).subarray(0, 600));
  source.blobs.delete(gone.digest);
  const image = await collect(source);
  t.strictSame(
    [swapped, short, long, cut, gone].map(({ digest }) => image.unread.get(digest)?.code),
    ['layer.digest-mismatch', 'layer.size-mismatch', 'layer.size-mismatch', 'layer.size-mismatch', 'layer.download-failed'],
  );
  t.match(image.unread.get(long.digest)?.message, /got 2048 bytes, want 2049/);
  const found = buildReport(image, { minConfidence: 'likely', durationMs: 1 });
  t.strictSame(places(found), ['file key visible']);
  t.match(found, { verdict: 'findings', coverage: { complete: false } });
  t.strictSame(found.coverage.gaps.map(({ reason }) => reason).sort(), [
    'digest-mismatch',
    'download-failed',
    'size-lies',
    'size-lies',
    'size-lies',
  ]);
});

void tap.test('a mislabelled layer is read by its bytes; a foreign one that is not there is a gap of its own', async (t) => {
  const source = new MemorySource();
  const layer = gzipSync(await tarOf([{ name: 'key', content: githubToken() }]));
  const foreign = {
    mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    digest: digestOf(Buffer.from('elsewhere')),
    size: 9,
    urls: ['https://example.test/x'],
  };
  source.image([source.blobOf(layer, 'application/vnd.oci.image.layer.v1.tar+zstd'), foreign]);
  const found = await report(source);
  t.strictSame(places(found), ['file key visible']);
  t.match(found.coverage, { complete: false, gaps: [{ reason: 'foreign' }] });
});

void tap.test('a layer cut inside but true to its digest is a fact that is incomplete', async (t) => {
  const source = new MemorySource();
  source.image([source.blobOf(gzipSync((await tarOf([{ name: 'f', content: 'x'.repeat(5_000) }])).subarray(0, 3_000)))]);
  t.match(await report(source), {
    verdict: 'incomplete',
    coverage: { filesSeen: 1, filesUnread: 1, bytesSeen: 5_000, bytesScanned: 2_488, bytesUnread: 2_512 },
  });
});

void tap.test('manifests that lie are refused with a code that says so', async (t) => {
  const source = new MemorySource();
  const layer = source.blobOf(await tarOf([{ name: 'a' }]));
  const config = source.config({});
  const plain = { schemaVersion: 2, config, layers: [layer] };
  const image = source.image([layer]);
  const cases: Readonly<Record<string, readonly [content: object | string, code: string, mediaType?: string]>> = {
    'no JSON': ['{', 'manifest.invalid'],
    'no object': ['[]', 'manifest.invalid'],
    'both manifests and layers': [{ ...plain, manifests: [] }, 'manifest.invalid'],
    'an index called an image': [
      { schemaVersion: 2, manifests: [image] },
      'manifest.invalid',
      'application/vnd.oci.image.manifest.v1+json',
    ],
    'an image called an index': [plain, 'manifest.invalid', 'application/vnd.docker.distribution.manifest.list.v2+json'],
    'an image that calls itself an index': [{ ...plain, mediaType: 'application/vnd.oci.image.index.v1+json' }, 'manifest.invalid'],
    'layers twice': [`{"schemaVersion":2,"config":${JSON.stringify(config)},"layers":[],"layers":[]}`, 'manifest.invalid'],
    'layers in two spellings': [{ ...plain, Layers: [] }, 'manifest.invalid'],
    'a digest twice in a descriptor': [
      `{"schemaVersion":2,"layers":[{"digest":"${layer.digest}","digest":"${config.digest}","size":1}]}`,
      'manifest.invalid',
    ],
    "Docker's schema 1": [{ schemaVersion: 1, fsLayers: [] }, 'manifest.invalid'],
    'a layer by sha512': [{ ...plain, layers: [{ ...layer, digest: `sha512:${'0'.repeat(128)}` }] }, 'manifest.invalid'],
    'a layer that names a path': [{ ...plain, layers: [{ ...layer, digest: '../../etc/passwd' }] }, 'manifest.invalid'],
    'a negative size': [{ ...plain, layers: [{ ...layer, size: -1 }] }, 'manifest.invalid'],
    'a size that is text': [{ ...plain, layers: [{ ...layer, size: '1' }] }, 'manifest.invalid'],
    'a descriptor that is null': [{ ...plain, layers: [null] }, 'manifest.invalid'],
    'one layer with two sizes': [{ ...plain, layers: [layer, { ...layer, size: 1 }] }, 'manifest.invalid'],
    'a config of another size': [{ ...plain, config: { ...config, size: config.size + 1 } }, 'manifest.invalid'],
    'a child of another size': [{ schemaVersion: 2, manifests: [{ ...image, size: image.size + 1 }] }, 'manifest.invalid'],
    'more layers than allowed': [{ ...plain, layers: Array.from({ length: 1_001 }, () => layer) }, 'manifest.invalid'],
    'more children than allowed': [{ schemaVersion: 2, manifests: Array.from({ length: 1_001 }, () => image) }, 'manifest.invalid'],
    'a key twice behind a string of megabytes': [
      `{"annotations":{"a":"${'x'.repeat(3 << 20)}"},"layers":[],"layers":[]}`,
      'manifest.invalid',
    ],
    'too many bytes': [{ ...plain, annotations: { a: 'x'.repeat(4 << 20) } }, 'manifest.too-large'],
  };
  for (const [what, [content, code, mediaType]] of Object.entries(cases)) {
    source.manifestOf(content, mediaType);
    await t.rejects(collect(source), { code }, what);
  }
});

void tap.test('strings of megabytes and keys that only look alike are fine', async (t) => {
  const secret = githubToken();
  const source = new MemorySource();
  const config = source.config({
    config: { Labels: { long: 'x'.repeat(6 << 20), Layers: 'a', layers: 'b "quoted" {[,' }, Env: [`A=${secret}`] },
  });
  const annotations = { Note: 'n'.repeat(3 << 20), note: 'other', x: String.raw`\"{"layers":1,` };
  source.manifestOf({ schemaVersion: 2, config, layers: [], annotations });
  t.strictSame(places(await report(source)), ['env A not-a-file']);
});

void tap.test('limits of manifests hold at the limit', async (t) => {
  const source = new MemorySource();
  const layer = source.blobOf(await tarOf([{ name: 'a' }]));
  source.image(Array.from({ length: 1_000 }, () => layer));
  t.equal((await collect(source)).manifests[0]?.layers.length, 1_000);
  t.equal(source.pulls.get(layer.digest), 1);

  const inner = source.index([source.image([layer])]);
  const middle = source.index([inner]);
  t.equal((await collect(source)).manifests.length, 3, 'an index in an index is read');
  source.index([middle]);
  await t.rejects(collect(source), { code: 'manifest.too-deep' });
});

void tap.test('an index that contains itself is refused', async (t) => {
  const source = new MemorySource();
  const digest = digestOf(Buffer.from('loop'));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [{ digest, size: 150 }] }).padEnd(150));
  // A source that does not verify, so that such a thing can be at all.
  source.manifests.set(digest, { digest, mediaType: '', bytes });
  source.index([{ digest, size: 150 }]);
  await t.rejects(collect(source), { code: 'manifest.cyclic' });
});

void tap.test('a child that is not there is a gap; the others are read', async (t) => {
  const source = new MemorySource();
  const child = source.image([source.blobOf(await tarOf([{ name: 'key', content: githubToken() }]))], linux);
  const missing = { digest: digestOf(Buffer.from('gone')), size: 4, platform: { os: 'linux', architecture: 's390x' } };
  source.index([missing, { ...child, platform: linux }]);
  const found = await report(source);
  t.strictSame(places(found), ['file key visible']);
  t.match(found.coverage, { complete: false, gaps: [{ reason: 'download-failed', path: missing.digest }] });
});

void tap.test('findings are kept up to their limit, and the rest is a gap', async (t) => {
  const source = new MemorySource();
  const secrets = Array.from({ length: 5 }, githubToken);
  source.image([source.blobOf(await tarOf(secrets.map((content, at) => ({ name: `f${at}`, content }))))]);
  t.match(await report(source, { ...scanLimits, findingsMax: 5 }), { findings: { length: 5 }, coverage: { complete: true } });
  t.match(await report(source, { ...scanLimits, findingsMax: 4 }), {
    findings: { length: 4 },
    coverage: { complete: false, gaps: [{ reason: 'limit-findings' }] },
  });
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

void tap.test('an abort ends the scan in the middle of a layer, and the engine serves the next one', async (t) => {
  const source = new MemorySource();
  source.image([source.blobOf(await tarOf([{ name: 'key', content: githubToken() }]))]);
  const endless = new MemorySource();
  endless.image([{ digest: digestOf(Buffer.from('endless')), size: 2 ** 40 }]);
  endless.blob = async function* (digest) {
    if (digest !== digestOf(Buffer.from('endless'))) yield* MemorySource.prototype.blob.call(endless, digest);
    else for (;;) yield Buffer.alloc(1 << 18, 1);
  };
  const engine = testEngine();
  const abort = new AbortController();
  const collector = new ImageCollector(({ bytesDone }) => {
    if (bytesDone > 8 << 20) abort.abort();
  });
  await t.rejects(scanImage(endless, engine, collector, scanLimits, abort.signal), { code: 'cancelled' });
  const second = new ImageCollector(() => undefined);
  await scanImage(source, engine, second, scanLimits, new AbortController().signal);
  t.equal([...second.image('', engine.identity).layers.values()][0]?.findings.length, 1);
  await engine.close();
});

void tap.test('a sink that fails ends the scan with its error', async (t) => {
  const source = new MemorySource();
  source.image([source.blobOf(await tarOf([{ name: 'key', content: githubToken() }]))]);
  class Full extends ImageCollector {
    override async layerPaths(): Promise<void> {
      throw new Error('spool is full');
    }
  }
  const engine = testEngine();
  await t.rejects(scanImage(source, engine, new Full(() => undefined), scanLimits, new AbortController().signal), {
    message: 'spool is full',
  });
  await engine.close();
});

void tap.test('pages are as large as the protocol lets them be', async (t) => {
  t.strictSame([named.PATH_HASHES_PER_PAGE, named.FINDINGS_PER_PAGE], [PATH_HASHES_PER_PAGE, FINDINGS_PER_PAGE]);
  t.equal(scanLimits.image.layersMax, CLAIM_DIGESTS_MAX);
});

void tap.test('a worker that fails loses its layer only, tells nothing of the content, and is replaced', async (t) => {
  const secret = githubToken();
  const source = new MemorySource();
  const breaking = source.blobOf(zstdCompressSync(await tarOf([{ name: 'key', content: secret }])));
  const good = Array.from({ length: 3 }, async (_, at) => source.blobOf(await tarOf([{ name: `key${at}`, content: githubToken() }])));
  source.image([breaking, ...(await Promise.all(good))]);
  // No such window can be set: node:zlib throws inside the worker, at the zstd layer only.
  const image = await collect(source, { ...scanLimits, layer: { ...scanLimits.layer, zstdWindowBytesMax: 2 ** 40 } });
  t.equal(image.layers.size, 3);
  const failure = image.unread.get(breaking.digest);
  t.match(failure, { code: 'internal' });
  t.match(failure?.message, /Error at /);
  t.notOk(failure?.message.includes(secret));
});

void tap.test('a bomb in a layer makes the image incomplete, not the sensor slow', async (t) => {
  const source = new MemorySource();
  source.image([
    source.blobOf(zstdCompressSync(Buffer.alloc(200 << 20))),
    source.blobOf(await tarOf([{ name: 'key', content: githubToken() }])),
  ]);
  const found = await report(source, { ...scanLimits, layer: { ...scanLimits.layer, ratioFromBytes: 16 << 20 } });
  t.strictSame(places(found), ['file key visible']);
  t.match(found.coverage, { complete: false, gaps: [{ reason: 'limit-ratio' }] });
});

void tap.test('the limits in force are part of the identity of a result', async (t) => {
  const engines = [
    testEngine(),
    testEngine({ ...scanLimits, findingsMax: 1 }),
    testEngine({ ...scanLimits, layer: { ...scanLimits.layer, entriesMax: 1 } }),
  ];
  t.equal(new Set(engines.map(({ identity }) => identity.limitsHash)).size, 3);
  t.equal(testEngine().identity.limitsHash, engines[0]?.identity.limitsHash);
  t.match(engines[0]?.identity.fingerprintKeyId, 'ephemeral');
});
