import { randomBytes } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import tap from 'tap';
import { explainPath } from '../../src/commands/explain-path.ts';
import { usualRules } from '../../src/detectors/index.ts';
import { ephemeralKeyOf } from '../../src/fingerprint/index.ts';
import { ImageCollector, type ManifestFacts, scanImage, scanLimits } from '../../src/scan/index.ts';
import { explanationText } from '../../src/reports/index.ts';
import { Effects } from '../../src/scan/explain/effects.ts';
import { LayerWorker } from '../../src/scan/layer-worker.ts';
import { textsOf } from '../../src/scan/manifest-texts.ts';
import { tarOf } from '../layers/tars.ts';
import { githubToken } from '../secrets.ts';
import { stopTimers, turns } from '../stopped-timers.ts';
import { collect, type Descriptor, digestOf, MemorySource, places, report, testEngine } from './memory-source.ts';

const linux = { os: 'linux', architecture: 'amd64' };
const within = (image: Partial<typeof scanLimits.image>) => ({ ...scanLimits, image: { ...scanLimits.image, ...image } });

/** Keeps what the daemon would report of each manifest. */
class KeepingCollector extends ImageCollector {
  readonly seen: ManifestFacts[] = [];

  override async manifest(facts: ManifestFacts): Promise<void> {
    this.seen.push(facts);
    await super.manifest(facts);
  }
}

void tap.test('a file knows 255 folders above it and the root: what is done to them hides it, to one further up not', async (t) => {
  for (const [depth, visibility] of [
    [255, 'deleted'],
    [256, 'visible'],
  ] as const) {
    const source = new MemorySource();
    const folders = ['top', ...Array.from({ length: depth - 1 }, () => 'd')].join('/');
    const below = source.blobOf(await tarOf([{ name: `${folders}/key`, content: githubToken() }]));
    source.image([below, source.blobOf(await tarOf([{ name: '.wh.top' }]))]);
    t.match(places(await report(source)), [new RegExp(`key ${visibility}$`)], `${depth} folders`);
    const nearer = new MemorySource();
    nearer.blobs.set(below.digest, source.blobs.get(below.digest) ?? Buffer.alloc(0));
    nearer.image([below, nearer.blobOf(await tarOf([{ name: `${folders.slice(0, -2)}/.wh.d` }]))]);
    t.match(places(await report(nearer)), [/key deleted$/]);
    const effects = new Effects(`${folders}/key`);
    const rawPath = Buffer.from('.wh.top');
    effects.see({ path: '.wh.top', rawPath, type: 'file', sizeBytes: 0, linkTarget: '', hardLinkTo: null });
    t.strictSame(effects.all, visibility === 'deleted' ? ['removes-folder'] : [], 'explain says the same');
  }
});

void tap.test(
  'what names a place is cut at its bound: keys and instructions at 1,024 characters, types at 256; a platform has 128',
  async (t) => {
    const token = githubToken();
    for (const more of [0, 1]) {
      const source = new MemorySource();
      const key = (character: string, bound: number): string => character.repeat(bound + more);
      const config = source.config({
        config: { Labels: { [key('k', 1_024)]: token } },
        history: [{ created_by: `RUN ${key('i', 1_020)}` }],
        os: key('o', 128),
        architecture: key('a', 128),
      });
      const layer = source.blobOf(await tarOf([{ name: 'a', content: token }]));
      const annotations = { [key('n', 1_024)]: token };
      source.manifestOf({ schemaVersion: 2, config, layers: [layer], annotations }, key('m', 256));
      const collector = new KeepingCollector(() => undefined);
      const engine = testEngine();
      await scanImage(source, engine, collector, scanLimits, new AbortController().signal);
      await engine.close();
      const [facts] = collector.seen;
      t.strictSame(
        facts?.findings.map((one) => one.key),
        ['n'.repeat(1_024), 'k'.repeat(1_024)],
      );
      t.equal(facts?.layers[0]?.instruction, `RUN ${'i'.repeat(1_020)}`);
      t.equal(facts?.mediaType, 'm'.repeat(256));
      const platform = more === 0 ? { os: 'o'.repeat(128), architecture: 'a'.repeat(128) } : null;
      t.strictSame(facts?.platform, platform, 'a longer one is none');
    }
  },
);

const explain = async (source: MemorySource, path: string) =>
  explainPath(path, {
    source,
    rules: usualRules.rules,
    keys: [ephemeralKeyOf(randomBytes(32))],
    signal: new AbortController().signal,
    minConfidence: 'possible',
    exclusions: null,
  });

void tap.test('explain tells twenty drops of a file one by one, and how many more there were', async (t) => {
  for (const count of [20, 21]) {
    const source = new MemorySource();
    const content = Array.from({ length: count }, () => `T=ghp_${'x'.repeat(36)}\n`).join('');
    source.image([source.blobOf(await tarOf([{ name: 'a', content }]))]);
    const explanation = await explain(source, 'a');
    t.match(explanation.layers, [{ files: [{ matches: [], drops: { length: 20 }, dropsOmitted: count - 20 }] }]);
    t.equal(/and 1 more were dropped/.test(explanationText(explanation)), count === 21);
  }
});

void tap.test('explain looks at a thousand files of a layer, and says how many more there are', async (t) => {
  // The archive itself is the first of them.
  for (const count of [999, 1_000]) {
    const source = new MemorySource();
    const inner = await tarOf(Array.from({ length: count }, (_, at) => ({ name: `f${at}`, content: 'x' })));
    source.image([source.blobOf(await tarOf([{ name: 'a.tar', content: inner }]))]);
    const explanation = await explain(source, 'a.tar');
    t.match(explanation.layers, [{ files: { length: 1_000 }, filesOmitted: count - 999 }]);
    t.equal(/and 1 more files that were not looked at/.test(explanationText(explanation)), count === 1_000);
    t.match(await explain(source, 'a.tar!/f999'), { layers: [{ files: { length: count - 999 }, filesOmitted: 0 }] }, 'by its own path');
  }
});

void tap.test('the place of a text in a manifest is told up to 1,024 characters', async (t) => {
  const named = (length: number) => 'n'.repeat(length);
  const placesOf = (json: object) => textsOf({ ...json }).annotations.map(([place]) => place);
  for (const length of [1_024, 1_025]) t.strictSame(placesOf({ [named(length)]: 'x' }), [named(1_024)]);
  t.strictSame(placesOf({ [named(1_021)]: ['x'] }), [`${named(1_021)}[0]`], 'the place in a list counts');
  t.strictSame(placesOf({ [named(1_022)]: ['x'] }), [`${named(1_022)}[0`]);
});

void tap.test('what stands packed in a manifest is unpacked up to 8 MiB in all; the rest is read as it stands, and a gap', async (t) => {
  const bytesMax = 8 << 20;
  const packed = (bytes: number) => gzipSync(Buffer.alloc(bytes, 'x')).toString('base64');
  const read = (...sizes: readonly number[]) => {
    const { annotations, unread } = textsOf({ layers: sizes.map((bytes) => ({ data: packed(bytes) })) });
    return { lengths: annotations.map(([, text]) => text.length).filter((length) => length > 1 << 20), unread };
  };
  t.strictSame(read(bytesMax), { lengths: [bytesMax], unread: [] });
  t.strictSame(read(bytesMax + 1), { lengths: [], unread: [{ reason: 'limit-bytes', path: 'layers[0].data', bytes: null }] });
  t.strictSame(read(bytesMax / 2, bytesMax / 2).unread, []);
  t.match(read(bytesMax / 2, bytesMax / 2 + 1).unread, [{ reason: 'limit-bytes' }], 'over all of them');
});

void tap.test('an index names a thousand manifests, itself and its indexes together, whether they are there or not', async (t) => {
  const source = new MemorySource();
  let asked = 0;
  source.manifest = async (digest) => {
    asked++;
    return MemorySource.prototype.manifest.call(source, digest);
  };
  const absent = (name: string, count: number): Descriptor[] =>
    Array.from({ length: count }, (_, at) => ({ digest: digestOf(Buffer.from(`${name}${at}`)), size: 7 }));
  const indexOf = (count: number): void => {
    const inner = ['a', 'b'].map((name) => source.index(absent(name, 400)));
    source.index([...inner, ...absent('c', count)]);
  };
  indexOf(198);
  const { manifests } = await collect(source);
  t.equal(asked, 1_001, 'the root, two indexes, and 998 that are not there');
  t.equal(
    manifests.reduce((sum, { coverage }) => sum + coverage.gaps.length + coverage.gapsOmitted, 0),
    998,
  );
  indexOf(199);
  asked = 0;
  await t.rejects(collect(source), { code: 'manifest.invalid', message: /want at most 1000/ });
  t.equal(asked, 1_001, 'the next was not asked for');
  const twice = absent('d', 600);
  source.index([source.index(twice), source.index([...twice, ...absent('e', 1)])]);
  asked = 0;
  await collect(source);
  t.equal(asked, 604, 'nothing is asked for twice');
});

void tap.test('an index of a hundred thousand entries is refused at once', async (t) => {
  const source = new MemorySource();
  const entry = { digest: digestOf(Buffer.from('x')), size: 1 };
  const at = performance.now();
  source.index(Array.from({ length: 100_000 }, () => entry));
  await t.rejects(collect(source), { code: 'manifest.too-large' });
  source.index(Array.from({ length: 40_000 }, () => entry));
  await t.rejects(collect(source), { code: 'manifest.invalid', message: /40000.*1000/ }, 'what fits in 4 MiB is counted');
  source.manifestOf(`{"schemaVersion":2,"manifests":[${'{},'.repeat(1_000_000)}{}]}`);
  await t.rejects(collect(source), { code: 'manifest.invalid' });
  t.ok(performance.now() - at < 20_000);
});

void tap.test('a manifest and a config are read at their bound, and not one byte over it', async (t) => {
  const source = new MemorySource();
  const layer = source.blobOf(await tarOf([{ name: 'a' }]));
  const root = source.image([layer], { ...linux, config: { Env: [`T=${githubToken()}`] } });
  t.ok(await collect(source, within({ manifestBytesMax: root.size })));
  await t.rejects(collect(source, within({ manifestBytesMax: root.size - 1 })), { code: 'manifest.too-large' });
  const configBytes = Math.max(...[...source.blobs.values()].map(({ length }) => length).filter((length) => length !== layer.size));
  t.match(await report(source, within({ configBytesMax: configBytes })), { verdict: 'findings', coverage: { complete: true } });
  t.match(await report(source, within({ configBytesMax: configBytes - 1 })), {
    verdict: 'incomplete',
    coverage: { complete: false, gaps: [{ reason: 'limit-bytes', bytes: configBytes }] },
  });
});

void tap.test('findings of one manifest are kept up to their bound, and the rest is a gap', async (t) => {
  const source = new MemorySource();
  source.image([], { config: { Env: Array.from({ length: 5 }, (_, at) => `T${at}=${githubToken()}`) } });
  t.match(await report(source, within({ manifestFindingsMax: 5 })), { findings: { length: 5 }, coverage: { complete: true } });
  t.match(await report(source, within({ manifestFindingsMax: 4 })), {
    findings: { length: 4 },
    coverage: { complete: false, gaps: [{ reason: 'limit-findings' }] },
  });
});

void tap.test('a worker that says nothing for five minutes is given up', async (t) => {
  const blob = zstdCompressSync(await tarOf([{ name: 'a', content: 'x' }]));
  const timers = stopTimers(t);
  const read = async (waitsMs: number) => {
    const worker = new LayerWorker({
      keys: [ephemeralKeyOf(randomBytes(32))],
      showSecrets: false,
      limits: scanLimits,
      detectors: usualRules.choice,
    });
    async function* chunks(): AsyncIterable<Uint8Array> {
      yield blob;
    }
    const job = { digest: digestOf(blob), sizeBytes: blob.length, chunks: chunks(), paths: nothing, findings: nothing, advanced: nothing };
    const reading = worker.read(job, new AbortController().signal);
    // Before the thread has so much as started.
    await turns(3);
    timers.pass(waitsMs);
    try {
      return await reading;
    } finally {
      await worker.stop();
    }
  };
  t.match(await read(299_999), { digest: digestOf(blob) });
  await t.rejects(read(300_000), { code: 'internal', message: /silent for 300000 ms/ });
});

const nothing = async (): Promise<void> => undefined;
