import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { type AssignmentView, type Connected, Stage, type VerdictView } from '@tidewaiter/dev-cloud/demo';
import { buildImage, writeLayout } from '@tidewaiter/dev-cloud/images';

/* Images that ECR would refuse, pushed to a registry that does not look, on their way through both programs. */
t.setTimeout(240_000);
let stage: Stage;
let connected: Connected;

t.before(async () => {
  stage = await Stage.open({ folder: await mkdtemp(join(tmpdir(), 'tidewaiter-hostile-')) });
  connected = await stage.connect();
  await stage.startSensor();
});

const OCI = 'application/vnd.oci.image';
const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const indexOf = (digest: string, size: number): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests: [{ mediaType: `${OCI}.index.v1+json`, digest, size }],
  });

async function verdictOn(digest: string): Promise<VerdictView> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await stage.api.get<VerdictView | { readonly state: string }>(`/verdicts/${digest}`);
    if ('verdict' in answer) return answer;
    await sleep(100);
  }
  throw new Error(`no verdict on ${digest}`);
}

async function failureOf(digest: string): Promise<AssignmentView['failure']> {
  const [work] = await stage.api.list<AssignmentView>(`/assignments?digest=${digest}`);
  return work?.failure ?? null;
}

/** Pushes an image of one layer; `prepare` is told the layer's digest before. */
async function pushGood(repository: string, prepare: (layer: string) => Promise<void> = async () => undefined): Promise<string> {
  const layers = [{ entries: [{ path: 'a', content: repository }], compression: 'gzip' as const, createdBy: 'COPY a /' }];
  const layout = join(stage.folder, 'images', repository);
  const image = await buildImage([{ platform: { os: 'linux', architecture: 'amd64' }, layers }]);
  const manifest = JSON.parse(image.root.bytes.toString()) as { readonly layers: readonly { readonly digest: string }[] };
  await prepare(manifest.layers[0]?.digest ?? '');
  await writeLayout(layout, image, 'latest');
  await stage.cloud.createRepository(repository);
  return stage.cloud.putLayout(repository, 'latest', layout, 'latest');
}

/** What is pushed, and the code that its assignment fails with. */
const hostile: readonly (readonly [string, string, (repository: string) => Promise<string>])[] = [
  ['no manifest', 'manifest.invalid', (repository) => stage.cloud.putUnchecked(repository, '{"schemaVersion":2}')],
  [
    'another manifest than its digest says',
    'manifest.digest-mismatch',
    (repository) => stage.cloud.putUnchecked(repository, indexOf(digestOf('x'), 1), { digest: digestOf(repository) }),
  ],
  [
    'an index nested too deep',
    'manifest.too-deep',
    async (repository) => {
      let inner = indexOf(digestOf('the innermost is never asked for'), 100);
      for (let depth = 0; depth < 4; depth++) {
        await stage.cloud.putUnchecked(repository, inner);
        inner = indexOf(digestOf(inner), inner.length);
      }
      return stage.cloud.putUnchecked(repository, inner);
    },
  ],
  [
    'a manifest above 4 MiB',
    'manifest.too-large',
    (repository) =>
      stage.cloud.putUnchecked(repository, JSON.stringify({ ...JSON.parse(indexOf(digestOf('x'), 1)), pad: 'x'.repeat(4 << 20) })),
  ],
];

t.test('an image that lies fails with its code, and the next one is scanned', async (t) => {
  for (const [at, [what, code, put]] of hostile.entries()) {
    const repository = `hostile/image-${at}`;
    await stage.cloud.createRepository(repository);
    const digest = await put(repository);
    const { verdict, coverage } = await verdictOn(digest);
    t.match([verdict, coverage.complete], [/^(failed|incomplete)$/, false], what);
    const failure = await failureOf(digest);
    t.equal(failure?.code, code, what);
    t.match(failure?.detail, /sha256:[0-9a-f]{64}.*\(got .+\)/, 'it says which, and what was got');
  }
  t.match(await verdictOn(await pushGood('good/after')), { verdict: 'clean', coverage: { complete: true } });
  t.ok(stage.program('sensor').isRunning);
});

t.test('a layer with a wrong byte is never clean: it is named, and read again with the next listing', async (t) => {
  const digest = await pushGood('good/but-served-wrong', (layer) => stage.cloud.setFault({ kind: 'wrongDigest', digest: layer, count: 1 }));
  t.match(await verdictOn(digest), { verdict: 'incomplete', coverage: { complete: false } });
  t.match(JSON.stringify(await stage.api.get(`/scans/${digest}`)), /digest-mismatch/);
  await stage.api.post(`/registries/${connected.registry.id}/sync`, {});
  for (let tries = 0; tries < 600 && (await verdictOn(digest)).verdict !== 'clean'; tries++) await sleep(100);
  t.match(await verdictOn(digest), { verdict: 'clean', coverage: { complete: true } });
});

t.test('everything ends when it is told to', async (t) => {
  t.ok(stage.program('sensor').isRunning && stage.program('control-plane').isRunning, 'nothing of it ended a program');
  await stage.close();
  await rm(stage.folder, { recursive: true });
});
