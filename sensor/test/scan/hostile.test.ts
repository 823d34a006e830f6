import { randomBytes } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Digest } from '@tidewaiter/shared/images';
import tap from 'tap';
import { buildReport } from '../../src/reports/index.ts';
import { ImageCollector, scanImage, scanLimits } from '../../src/scan/index.ts';
import { tarOf } from '../layers/tars.ts';
import { idOf, packOf, treeOf } from '../nested/git-packs.ts';
import { githubToken } from '../secrets.ts';
import { collect, type Descriptor, digestOf, MemorySource, places, report, testEngine } from './memory-source.ts';

const linux = { os: 'linux', architecture: 'amd64' };

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

void tap.test('what an error quotes of an image is redacted as its other texts are', async (t) => {
  const source = new MemorySource();
  const secret = githubToken();
  const foreign = { mediaType: `foreign ${secret}`, digest: digestOf(Buffer.from('elsewhere')), size: 9 };
  source.image([foreign]);
  const image = await collect(source);
  t.match(image.unread.get(foreign.digest), { code: 'layer.foreign', message: /got foreign / });
  t.notMatch(image.unread.get(foreign.digest)?.message, secret);
  source.image([{ ...foreign, digest: secret as Digest }]);
  const refused: unknown = await collect(source).catch((error: unknown) => error);
  t.match(refused, { code: 'manifest.invalid', message: /got the digest / });
  t.notMatch(refused, { message: secret });
});

void tap.test('a layer that its manifest calls encrypted is never clean; what can be read of it counts', async (t) => {
  const source = new MemorySource();
  const sealed = source.blobOf(randomBytes(3_000), 'application/vnd.oci.image.layer.v1.tar+gzip+encrypted');
  source.image([sealed]);
  t.match(await report(source), {
    verdict: 'incomplete',
    coverage: { complete: false, gaps: [{ reason: 'encrypted', path: sealed.digest, bytes: 3_000 }] },
  });
  const liar = new MemorySource();
  const layer = gzipSync(await tarOf([{ name: 'key', content: githubToken() }]));
  liar.image([liar.blobOf(layer, 'application/vnd.oci.image.layer.v1.tar+encrypted')]);
  t.strictSame(places(await report(liar)), ['file key visible']);
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

void tap.test('a config of ten thousand secrets in one instruction and a hundred thousand variables is read in seconds', async (t) => {
  const source = new MemorySource();
  const secrets = Array.from({ length: 10_000 }, () => githubToken());
  const instruction = `ENV ${secrets.map((secret, at) => `T${at}=${secret}`).join(' ')} `;
  const names = Array.from({ length: 100_000 }, (_, at) => `V${at}=`);
  const env = [...names, `T9999=${secrets[9_999]}`];
  source.image([], { config: { Env: env }, history: [{ created_by: instruction, empty_layer: true }] });
  const start = performance.now();
  const found = await report(source);
  t.equal(found.findings.length, 1_000);
  t.equal(found.findings.find(({ location }) => location.kind === 'env')?.location.instruction?.slice(0, 7), 'ENV T0=');
  t.match(found.coverage, { complete: false, gaps: [{ reason: 'limit-findings' }] });
  t.notMatch(JSON.stringify(found), new RegExp(secrets[9_999] ?? 'no secret'));
  t.ok(performance.now() - start < 30_000, `${performance.now() - start} ms`);
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

void tap.test(
  'a secret in many versions of a committed file is one finding, in the first of the pack; in another file it is another',
  async (t) => {
    const [token, other] = [githubToken(), githubToken()];
    const version = (at: number): string => `version ${at}\ntoken=${token}\n`;
    const versions = Array.from({ length: 30 }, (_, at) => version(at));
    const trees = [...versions.map((content) => ['app.env', content]), ['b.env', `${token}\n`], ['app.env', `${other}\n`]] as const;
    const pack = packOf([
      ...trees.map(([name, content]) => ({ kind: 'tree' as const, content: treeOf([{ mode: '100644', name, id: idOf(content) }]) })),
      ...trees.map(([, content]) => ({ content })),
    ]);
    const source = new MemorySource();
    source.image([source.blobOf(await tarOf([{ name: 'pack-1.pack', content: pack }]))]);
    const found = await report(source);
    t.strictSame(
      places(found).toSorted(),
      [
        `file pack-1.pack!/${idOf(version(0))}/app.env visible`,
        `file pack-1.pack!/${idOf(`${other}\n`)}/app.env visible`,
        `file pack-1.pack!/${idOf(`${token}\n`)}/b.env visible`,
      ].sort(),
    );
    t.match(found, { coverage: { complete: true } });
  },
);

void tap.test(
  'of a file with findings without end twice as many as a layer may have are held, and the rest is told as left out',
  async (t) => {
    const content = Array.from({ length: 11 }, () => githubToken()).join('\n');
    const source = new MemorySource();
    source.image([source.blobOf(await tarOf([{ name: 'keys', content }]))]);
    t.match(await report(source, { ...scanLimits, findingsMax: 11 }), { findings: { length: 11 }, coverage: { complete: true } });
    t.match(await report(source, { ...scanLimits, findingsMax: 5 }), {
      findings: { length: 5 },
      coverage: { complete: false, gaps: [{ reason: 'limit-findings' }] },
    });
  },
);
