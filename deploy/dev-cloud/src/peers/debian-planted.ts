import { randomBytes } from 'node:crypto';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SampleLayer } from '../images/index.ts';
import { createRng, type Rng, type Sample, secretGenerators } from '../samples/index.ts';
import { OciEdit } from './oci-edit.ts';
import { runPeer } from './run-peer.ts';

/** A secret and where it must be reported. */
export interface PlantedPlace {
  readonly place: string;
  readonly detector: string;
  readonly kind: 'file' | 'env' | 'label' | 'history';
  /** The file's path, or the name of the variable or label; `history[n]` for a history entry. */
  readonly path: string;
  readonly platform: 'linux/amd64' | 'linux/arm64';
  readonly visibility: 'visible' | 'shadowed' | 'deleted' | 'not-a-file';
  readonly secret: string;
}

/** The OCI layout that was made, and every secret in it with its place. */
export interface PlantedDebian {
  readonly layout: string;
  /** Tags of the layout: the index of both platforms, and the image of the first. */
  readonly tags: { readonly index: 'latest'; readonly amd64: 'amd64' };
  /** Of the index and of the image. */
  readonly digests: { readonly index: string; readonly amd64: string };
  readonly places: readonly PlantedPlace[];
}

/** The last line of a file this long holds a secret (a log nobody reads to the end). */
const BIG_FILE_BYTES = 80 << 20;

const IMAGE_TAG = 'amd64';
const DELETED = 'etc/app/deploy.key';
const OVERWRITTEN = 'etc/app/settings.env';
const RUN_MADE = 'root/.aws/credentials';
const FRAMES = 'srv/app/.env';
const MISLABELLED = 'srv/app/payments.json';
const BIG = 'var/log/build.log';
const SECOND = 'opt/agent/config.toml';
const VARIABLE = 'SLACK_BOT_TOKEN';
const LABEL = 'com.example.registry-token';

type Drawn = Readonly<
  Record<'deleted' | 'overwritten' | 'ran' | 'env' | 'label' | 'history' | 'frames' | 'mislabelled' | 'big' | 'second', Sample>
>;

function draw(rng: Rng): Drawn {
  const of = (detector: string): Sample => {
    const generator = secretGenerators.find((candidate) => candidate.detector === detector);
    if (!generator) throw new Error(`no sample generator makes ${detector}`);
    return generator.make(rng);
  };
  return {
    deleted: of('private-key'),
    overwritten: of('github-pat'),
    ran: of('aws-access-key'),
    env: of('slack-bot-token'),
    label: of('npm-token'),
    history: of('gitlab-pat'),
    frames: of('openai-api-key'),
    mislabelled: of('stripe-live-key'),
    big: of('sendgrid-api-key'),
    second: of('anthropic-api-key'),
  };
}

/**
 * The Debian image of `base` with a secret in each place that scanners are known to miss, another detector in each, under two tags of
 * a layout in `folder`. umoci makes the layers that a build would make, as a build would; what no builder makes is edited in.
 */
export async function plantDebian(base: string, folder: string, seed: number): Promise<PlantedDebian> {
  const secrets = draw(createRng(seed));
  const layout = join(folder, 'oci');
  await mkdir(folder, { recursive: true });
  await cp(base, layout, { recursive: true });
  await buildLayers(layout, join(folder, 'bundle'), secrets);
  const edit = new OciEdit(layout);
  await edit.addLayers(IMAGE_TAG, oddLayers(secrets));
  await edit.addIndex(IMAGE_TAG, 'latest', {
    platform: { os: 'linux', architecture: 'arm64' },
    layers: [
      {
        entries: [{ path: SECOND, content: `key = "${secrets.second.secret}"\n` }],
        compression: 'zstd',
        createdBy: 'COPY agent /opt/agent # buildkit',
      },
    ],
  });
  return {
    layout,
    tags: { index: 'latest', amd64: IMAGE_TAG },
    digests: { index: await edit.digestOf('latest'), amd64: await edit.digestOf(IMAGE_TAG) },
    places: placesOf(secrets, await edit.historyIndex(IMAGE_TAG, argumentOf(secrets))),
  };
}

const argumentOf = ({ history }: Drawn): string => `ARG CI_TOKEN=${history.secret}`;

/** A COPY, the RUN above it, and what the config says. */
async function buildLayers(layout: string, bundle: string, secrets: Drawn): Promise<void> {
  const { deleted, overwritten, ran, env, label } = secrets;
  const image = `${layout}:${IMAGE_TAG}`;
  const repack = (...words: readonly string[]): Promise<string> => runPeer('umoci', 'repack', '--image', image, ...words, bundle);
  await runPeer('umoci', 'tag', '--image', `${layout}:base`, IMAGE_TAG);
  await runPeer('umoci', 'unpack', '--image', image, bundle);
  const rootfs = join(bundle, 'rootfs');
  await write(rootfs, DELETED, deleted.text);
  await write(rootfs, OVERWRITTEN, `TOKEN=${overwritten.secret}\n`);
  await repack('--refresh-bundle', '--history.created_by', 'COPY etc/app /etc/app # buildkit');
  await rm(join(rootfs, DELETED));
  await write(rootfs, OVERWRITTEN, 'TOKEN=\n');
  await write(rootfs, RUN_MADE, ran.text);
  await repack('--history.created_by', 'RUN /bin/sh -c ./configure && rm /etc/app/deploy.key # buildkit');
  await rm(bundle, { recursive: true });
  const config = ['--config.env', `${VARIABLE}=${env.secret}`, '--config.label', `${LABEL}=${label.secret}`];
  await runPeer('umoci', 'config', '--image', image, ...config, '--history.created_by', argumentOf(secrets));
}

function oddLayers({ frames, mislabelled, big }: Drawn): readonly SampleLayer[] {
  const line = 'step 1 of many: nothing to see here, the build goes on and on\n';
  const log = Buffer.concat([Buffer.alloc(BIG_FILE_BYTES, line), Buffer.from(`\nexport SENDGRID=${big.secret}`)]);
  const model = { path: 'srv/app/model.bin', content: randomBytes(1 << 20) };
  return [
    {
      // The first half of the tar, and so the first frame, lies in the model.
      entries: [model, { path: FRAMES, content: `OPENAI_API_KEY=${frames.secret}\n` }],
      compression: 'zstd-frames',
      createdBy: 'COPY srv /srv # buildkit',
    },
    {
      entries: [{ path: MISLABELLED, content: JSON.stringify({ stripe: { secretKey: mislabelled.secret } }) }],
      compression: 'gzip',
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      createdBy: 'COPY payments.json /srv/app/ # buildkit',
    },
    { entries: [{ path: BIG, content: log }], compression: 'gzip', createdBy: 'RUN /bin/sh -c make # buildkit' },
  ];
}

function placesOf(secrets: Drawn, historyAt: number): readonly PlantedPlace[] {
  const file = (place: string, detector: string, path: string, { secret }: Sample, visibility: PlantedPlace['visibility'] = 'visible') =>
    ({ place, detector, kind: 'file', path, platform: 'linux/amd64', visibility, secret }) as const;
  const config = (place: string, detector: string, kind: PlantedPlace['kind'], path: string, { secret }: Sample) =>
    ({ place, detector, kind, path, platform: 'linux/amd64', visibility: 'not-a-file', secret }) as const;
  return [
    file('a file that a later layer deletes', 'private-key', DELETED, secrets.deleted, 'deleted'),
    file('a file that a later layer overwrites', 'github-pat', OVERWRITTEN, secrets.overwritten, 'shadowed'),
    file('a layer that a RUN made', 'aws-access-key', RUN_MADE, secrets.ran),
    config('an environment variable', 'slack-bot-token', 'env', VARIABLE, secrets.env),
    config('a label', 'npm-token', 'label', LABEL, secrets.label),
    config('the build history', 'gitlab-pat', 'history', `history[${historyAt}]`, secrets.history),
    file('the second frame of a zstd layer', 'openai-api-key', FRAMES, secrets.frames),
    file('a gzip layer that is labelled as plain tar', 'stripe-live-key', MISLABELLED, secrets.mislabelled),
    file('the last line of a file of 80 MiB', 'sendgrid-api-key', BIG, secrets.big),
    { ...file('the second platform', 'anthropic-api-key', SECOND, secrets.second), platform: 'linux/arm64' },
  ];
}

async function write(rootfs: string, path: string, content: string): Promise<void> {
  const file = join(rootfs, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}
