import { emptyCoverage, type ImageFinding, type LayerFinding } from '@tidewaiter/shared/findings';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Digest, Platform } from '@tidewaiter/shared/images';
import tap from 'tap';
import { builtInRules } from '../../src/detectors/index.ts';
import { buildReport, PathHashes, sarifOf, type ScannedImage, type ScannedLayer, tableOf } from '../../src/reports/index.ts';

const digest = (mark: string): Digest => `sha256:${mark.repeat(64)}`;
const hashOf = (mark: string): string => mark.repeat(16);
const setOf = (...marks: readonly string[]): PathHashes => {
  const set = new PathHashes();
  set.add(new Uint8Array(Buffer.from(marks.map(hashOf).join(''), 'hex')));
  return set;
};
const linux: Platform = { os: 'linux', architecture: 'amd64' };

const found = {
  detector: 'some-key',
  confidence: 'likely',
  fingerprints: [{ keyId: 'ephemeral', value: 'f'.repeat(64) }],
  preview: 'key_… (20)',
} as const;
const inFile = (path: string, mark: string, more: Partial<LayerFinding> = {}): LayerFinding => ({
  ...found,
  fingerprints: [...found.fingerprints],
  path,
  pathHash: hashOf(mark),
  parentHashes: [hashOf('e')],
  line: 1,
  column: 2,
  offset: 1,
  superseded: false,
  inFile: true,
  ...more,
});
const layer = (
  mark: string,
  findings: readonly LayerFinding[],
  paths: Partial<ScannedLayer['paths']> = {},
): readonly [Digest, ScannedLayer] => [
  digest(mark),
  {
    findings,
    paths: { files: setOf(), directories: setOf(), whiteouts: setOf(), opaques: setOf(), ...paths },
    summary: {
      digest: digest(mark),
      blobBytes: 10,
      compression: 'gzip',
      content: 'tar',
      coverage: { ...emptyCoverage, filesSeen: 1, filesScanned: 1, entriesSeen: 1 },
      findings: findings.length,
    },
  },
];
const manifestOf = (
  platform: Platform | null,
  layers: readonly string[],
  findings: readonly ImageFinding[] = [],
): ScannedImage['manifests'][number] => ({
  digest: digest('0'),
  shape: 'image',
  platform,
  layers: layers.map((mark) => ({ digest: digest(mark), sizeBytes: 10, diffId: null, instruction: `RUN ${mark}` })),
  findings,
  coverage: emptyCoverage,
});
const imageOf = (more: Partial<ScannedImage>): ScannedImage => ({
  reference: 'oci:x',
  engine: { fingerprintKeyId: 'ephemeral', engineVersion: '1', ruleSetHash: '0'.repeat(64), limitsHash: '1'.repeat(64) },
  manifests: [],
  layers: new Map(),
  unread: new Map(),
  ...more,
});
const options = { minConfidence: 'likely', durationMs: 1.6 } as const;

void tap.test('visibility is told for each platform by the layers above', async (t) => {
  const layers = new Map([
    layer('a', [inFile('key', 'a')]),
    layer('b', [], { files: setOf('a') }),
    layer('c', [], { whiteouts: setOf('a') }),
    layer('d', [], { opaques: setOf('e') }),
  ]);
  const platform = (architecture: string): Platform => ({ os: 'linux', architecture });
  const manifests = [
    manifestOf(platform('visible'), ['a']),
    manifestOf(platform('shadowed'), ['a', 'b', 'c']),
    manifestOf(platform('deleted'), ['a', 'c']),
    manifestOf(platform('opaque'), ['a', 'd']),
    manifestOf(platform('below'), ['b', 'c', 'a']),
  ];
  const { findings } = buildReport(imageOf({ manifests, layers }), options);
  t.equal(findings.length, 1, 'one secret at one place');
  t.strictSame(
    findings[0]?.occurrences.map((occurrence) => [occurrence.platform, occurrence.visibility]),
    [
      ['linux/visible', 'visible'],
      ['linux/shadowed', 'shadowed'],
      ['linux/deleted', 'deleted'],
      ['linux/opaque', 'deleted'],
      ['linux/below', 'visible'],
    ],
  );
});

void tap.test('a layer that stands twice in an image is seen where it is seen best', async (t) => {
  const layers = new Map([layer('a', [inFile('key', 'a')], { files: setOf('a') }), layer('c', [], { whiteouts: setOf('a') })]);
  const { findings } = buildReport(imageOf({ manifests: [manifestOf(linux, ['a', 'c', 'a'])], layers }), options);
  t.strictSame(findings[0]?.occurrences, [{ platform: 'linux/amd64', visibility: 'visible' }]);
});

void tap.test('unread layers are gaps with their own reasons, and verdict and coverage are independent', async (t) => {
  const unread = new Map(
    (['layer.digest-mismatch', 'layer.size-mismatch', 'layer.foreign', 'layer.download-failed', 'internal'] as const).map((code, at) => [
      digest(String(at + 1)),
      new TidewaiterError(code, { which: 'x' }),
    ]),
  );
  const without = buildReport(imageOf({ manifests: [manifestOf(linux, [])], unread }), options);
  t.match(without, { verdict: 'incomplete', coverage: { complete: false } });
  t.strictSame(
    without.coverage.gaps.map(({ reason }) => reason),
    ['digest-mismatch', 'size-lies', 'foreign', 'download-failed', 'download-failed'],
  );
  const withFinding = buildReport(
    imageOf({ manifests: [manifestOf(linux, ['a'])], layers: new Map([layer('a', [inFile('k', 'a')])]), unread }),
    options,
  );
  t.match(withFinding, { verdict: 'findings', coverage: { complete: false } });
  t.match(buildReport(imageOf({ manifests: [manifestOf(linux, [])] }), options), {
    verdict: 'clean',
    coverage: { complete: true },
    stats: { durationMs: 2 },
  });
});

void tap.test('findings below the minimum are counted and nothing else', async (t) => {
  const findings = (['certain', 'likely', 'possible', 'possible'] as const).map((confidence, at) =>
    inFile(`k${at}`, 'a', { confidence, line: at + 1 }),
  );
  const image = imageOf({ manifests: [manifestOf(linux, ['a'])], layers: new Map([layer('a', findings)]) });
  const counts = { certain: 1, likely: 1, possible: 2 };
  for (const [minConfidence, shown] of [
    ['certain', 1],
    ['likely', 2],
    ['possible', 4],
  ] as const) {
    const report = buildReport(image, { minConfidence, durationMs: 1 });
    t.strictSame([report.findings.length, report.stats.byConfidence], [shown, counts], minConfidence);
  }
  const unsure = imageOf({ manifests: [manifestOf(linux, ['a'])], layers: new Map([layer('a', findings.slice(2))]) });
  t.equal(buildReport(unsure, options).verdict, 'clean');
});

void tap.test('SARIF carries levels, lines, fingerprints, and the gaps as notifications', async (t) => {
  const env: ImageFinding = {
    ...found,
    fingerprints: [...found.fingerprints],
    confidence: 'certain',
    kind: 'env',
    key: 'A B',
    instruction: null,
  };
  const image = imageOf({
    manifests: [manifestOf(linux, ['a'], [env])],
    layers: new Map([layer('a', [inFile('dir/ü key', 'a')])]),
    unread: new Map([[digest('b'), new TidewaiterError('layer.foreign', { which: 'x' })]]),
  });
  t.match(sarifOf(buildReport(image, options), '1.2.3'), {
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { version: '1.2.3', rules: [{ id: 'some-key' }] } },
        invocations: [{ toolExecutionNotifications: [{ descriptor: { id: 'foreign' } }] }],
        results: [
          { level: 'error', locations: [{ physicalLocation: { artifactLocation: { uri: 'image-config/env/A%20B' } } }] },
          {
            level: 'warning',
            locations: [{ physicalLocation: { artifactLocation: { uri: 'dir/%C3%BC%20key' }, region: { startLine: 1 } } }],
            partialFingerprints: { 'tidewaiter/v1': 'f'.repeat(64) },
          },
        ],
      },
    ],
  });
});

void tap.test('a rule of SARIF has its detector’s name in Pascal case, unlike its id, or none', async (t) => {
  const namesOf = (detectors: readonly string[]) => {
    const findings = detectors.map((detector, at) => inFile(`f${at}`, 'a', { detector }));
    const image = imageOf({ manifests: [manifestOf(linux, ['a'])], layers: new Map([layer('a', findings)]) });
    const log = sarifOf(buildReport(image, options), '1.2.3') as {
      readonly runs: readonly {
        readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string; readonly name?: string }[] } };
      }[];
    };
    return log.runs.flatMap(({ tool }) => tool.driver.rules);
  };
  t.strictSame(namesOf(['some-key', 'jwt', '2fa-seed', '42']), [
    { id: '2fa-seed' },
    { id: '42' },
    { id: 'jwt', name: 'Jwt' },
    { id: 'some-key', name: 'SomeKey' },
  ]);
  for (const { id, name } of namesOf(builtInRules.map((rule) => rule.id))) {
    t.match(name, /^[A-Z][A-Za-z\d]*$/, id);
    t.not(name, id);
  }
});

void tap.test('the table shows gaps and what is below the minimum', async (t) => {
  const image = imageOf({
    manifests: [manifestOf(linux, ['a'])],
    layers: new Map([layer('a', [inFile('k', 'a', { confidence: 'possible' })])]),
    unread: new Map([[digest('b'), new TidewaiterError('layer.download-failed', { which: 'x' })]]),
  });
  const text = tableOf(buildReport(image, options));
  t.match(text, /verdict: incomplete; 0 findings, 1 below the minimum confidence/);
  t.match(text, /not read: sha256:bbb.*\(download-failed\)/);
});

void tap.test('the table names ten gaps and counts all; a cell widens its column up to 120 characters', async (t) => {
  for (const count of [10, 11]) {
    const gaps = Array.from({ length: count }, (_, at) => ({ reason: 'corrupt', path: `f${at}`, bytes: null }) as const);
    const [name, whole] = layer('a', []);
    const coverage = { ...whole.summary.coverage, complete: false, gaps };
    const image = imageOf({
      manifests: [manifestOf(linux, ['a'])],
      layers: new Map([[name, { ...whole, summary: { ...whole.summary, coverage } }]]),
    });
    const text = tableOf(buildReport(image, options));
    t.match(text, new RegExp(`; ${count} gaps`));
    t.equal(text.match(/^ {2}not read: /gm)?.length, 10);
    t.equal(/and 1 more were not read/.test(text), count === 11, 'and says that there are more');
  }
  for (const width of [120, 121]) {
    // With the slash before it and line and column behind.
    const paths = ['p'.repeat(width - 5), 'k'];
    const findings = paths.map((path) => inFile(path, 'a'));
    const image = imageOf({ manifests: [manifestOf(linux, ['a'])], layers: new Map([layer('a', findings)]) });
    const short = tableOf(buildReport(image, options))
      .split('\n')
      .find((line) => line.includes('/k:1:2'));
    t.equal(/\/k:1:2 {110}/.test(short ?? ''), width === 120);
  }
});

void tap.test('the table of very many findings, one of them with a very long path, is written and stays small', async (t) => {
  const many = Array.from({ length: 130_000 }, (_, at) => inFile(at === 0 ? 'p'.repeat(100_000) : `k${at}`, 'a', { line: at + 1 }));
  const image = imageOf({ manifests: [manifestOf(linux, ['a'])], layers: new Map([layer('a', many)]) });
  const text = tableOf(buildReport(image, options));
  t.match(text.slice(-400), /verdict: findings; 130000 findings/);
  t.ok(text.length < 130_000 * 130, `${text.length} characters`);
});

void tap.test('path hashes are found, whatever page they came in', async (t) => {
  const set = new PathHashes();
  set.add(new Uint8Array(Buffer.from(`${hashOf('f')}${hashOf('0')}`, 'hex')));
  set.add(new Uint8Array(Buffer.from(hashOf('7'), 'hex')));
  t.strictSame(
    ['0', '7', 'f', '8'].map((mark) => set.has(hashOf(mark))),
    [true, true, true, false],
  );
  set.add(new Uint8Array(Buffer.from(hashOf('8'), 'hex')));
  t.ok(set.has(hashOf('8')), 'also one that comes after the first question');
  t.notOk(new PathHashes().has(hashOf('0')));
});
