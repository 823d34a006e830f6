import { randomBytes } from 'node:crypto';
import type { SampleEntry, SampleImage, SampleLayer } from '../images/index.ts';
import { createRng, type Sample, type SecretGenerator, secretGenerators } from '../samples/index.ts';

/** A secret in one place of one image. `path` is how the incident's occurrence must name the place. */
export interface Planted {
  readonly detector: string;
  readonly place: string;
  readonly kind: 'file' | 'env' | 'label' | 'history';
  readonly path: string;
  readonly repository: string;
  readonly visibility: 'visible' | 'shadowed' | 'deleted' | 'not-a-file';
  /** It must never be seen outside the images. */
  readonly secret: string;
}

/** An image to be pushed: an index if it has several platforms. */
export interface PlantedImage {
  readonly repository: string;
  readonly tag: string;
  readonly platforms: readonly SampleImage[];
}

export interface Planting {
  readonly images: readonly PlantedImage[];
  readonly planted: readonly Planted[];
}

/** The last line of a file this long holds a secret (a log nobody reads to the end). */
const BIG_FILE_BYTES = 80 << 20;

const API = 'shop/api';
const WORKER = 'shop/worker';

/** Draws secrets by detector from a seed and remembers where each was put. */
class Planter {
  readonly planted: Planted[] = [];
  readonly #rng: ReturnType<typeof createRng>;

  constructor(seed: number) {
    this.#rng = createRng(seed);
  }

  plant(detector: string, where: Omit<Planted, 'detector' | 'secret'>): Sample {
    const sample = generatorOf(detector).make(this.#rng);
    this.planted.push({ detector, ...where, secret: sample.secret });
    return sample;
  }

  file(detector: string, path: string, place: string, repository = API, visibility: Planted['visibility'] = 'visible'): Sample {
    return this.plant(detector, { place, kind: 'file', path, repository, visibility });
  }
}

function generatorOf(detector: string): SecretGenerator {
  const generator = secretGenerators.find((candidate) => candidate.detector === detector);
  if (!generator) throw new Error(`no sample generator makes ${detector}`);
  return generator;
}

/** The demo's images: every odd place a secret hides in, with a secret of another detector in each. */
export function plantSecrets(seed: number): Planting {
  const planter = new Planter(seed);
  const base = baseLayer(planter);
  const images = [
    { repository: API, tag: '1.0', platforms: [apiImage(planter, base), armImage(planter)] },
    { repository: WORKER, tag: '1.0', platforms: [workerImage(planter, base)] },
  ];
  return { images, planted: planter.planted };
}

function baseLayer(planter: Planter): SampleLayer {
  const entries: SampleEntry[] = [
    { path: 'etc/' },
    { path: 'etc/app/' },
    {
      path: 'etc/app/deploy.key',
      content: planter.file('private-key', 'etc/app/deploy.key', 'a file that a later layer deletes', API, 'deleted').text,
    },
    {
      path: 'etc/app/settings.env',
      content: `TOKEN=${planter.file('github-pat', 'etc/app/settings.env', 'a file that a later layer overwrites', API, 'shadowed').secret}\n`,
    },
    { path: 'bin/' },
    { path: 'bin/sh', content: randomBytes(64 << 10) },
  ];
  return { entries, compression: 'gzip', createdBy: 'COPY rootfs / # buildkit' };
}

function apiImage(planter: Planter, base: SampleLayer): SampleImage {
  const env = planter.plant('slack-bot-token', {
    place: 'an environment variable',
    kind: 'env',
    path: 'SLACK_BOT_TOKEN',
    repository: API,
    visibility: 'not-a-file',
  });
  const label = planter.plant('npm-token', {
    place: 'a label',
    kind: 'label',
    path: 'com.example.registry-token',
    repository: API,
    visibility: 'not-a-file',
  });
  const argument = planter.plant('gitlab-pat', {
    place: 'the build history',
    kind: 'history',
    path: 'history[0]',
    repository: API,
    visibility: 'not-a-file',
  });
  return {
    platform: { os: 'linux', architecture: 'amd64' },
    env: ['PATH=/bin', `SLACK_BOT_TOKEN=${env.secret}`],
    labels: { 'com.example.registry-token': label.secret },
    history: [`ARG CI_TOKEN=${argument.secret}`],
    layers: [base, runLayer(planter), framesLayer(planter), mislabelledLayer(planter), bigLayer(planter), coverLayer()],
  };
}

function runLayer(planter: Planter): SampleLayer {
  const credentials = planter.file('aws-access-key', 'root/.aws/credentials', 'a layer that a RUN made');
  const url = planter.file('postgres-url', 'srv/app/config.yaml', 'a YAML file');
  const entries = [
    { path: 'root/.aws/credentials', content: credentials.text },
    { path: 'srv/app/config.yaml', content: `database:\n  url: "${url.assignment?.value ?? url.secret}"\n` },
  ];
  return { entries, compression: 'gzip', createdBy: 'RUN /bin/sh -c ./configure # buildkit' };
}

function framesLayer(planter: Planter): SampleLayer {
  const key = planter.file('openai-api-key', 'srv/app/.env', 'the second frame of a zstd layer').secret;
  const entries = [
    { path: 'srv/app/model.bin', content: randomBytes(1 << 20) },
    { path: 'srv/app/.env', content: `OPENAI_API_KEY=${key}\n` },
  ];
  return { entries, compression: 'zstd-frames', createdBy: 'COPY srv /srv # buildkit' };
}

function mislabelledLayer(planter: Planter): SampleLayer {
  const key = planter.file('stripe-live-key', 'srv/app/payments.json', 'a gzip layer that is labelled as plain tar').secret;
  const entries = [{ path: 'srv/app/payments.json', content: JSON.stringify({ stripe: { secretKey: key } }) }];
  return {
    entries,
    compression: 'gzip',
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    createdBy: 'COPY payments.json /srv/app/ # buildkit',
  };
}

function bigLayer(planter: Planter): SampleLayer {
  const key = planter.file('sendgrid-api-key', 'var/log/build.log', 'the last line of a file of 80 MiB').secret;
  const line = 'step 1 of many: nothing to see here, the build goes on and on\n';
  const content = Buffer.concat([Buffer.alloc(BIG_FILE_BYTES, line), Buffer.from(`\nexport SENDGRID=${key}`)]);
  return { entries: [{ path: 'var/log/build.log', content }], compression: 'gzip', createdBy: 'RUN /bin/sh -c make # buildkit' };
}

function coverLayer(): SampleLayer {
  const entries = [{ path: 'etc/app/.wh.deploy.key' }, { path: 'etc/app/settings.env', content: 'TOKEN=\n' }];
  return {
    entries,
    compression: 'none',
    createdBy: 'RUN /bin/sh -c rm /etc/app/deploy.key && echo TOKEN= > /etc/app/settings.env # buildkit',
  };
}

function armImage(planter: Planter): SampleImage {
  const key = planter.file('anthropic-api-key', 'opt/agent/config.toml', 'the second platform').secret;
  const layer: SampleLayer = {
    entries: [{ path: 'opt/agent/config.toml', content: `key = "${key}"\n` }],
    compression: 'zstd',
    createdBy: 'COPY agent /opt/agent # buildkit',
  };
  return { platform: { os: 'linux', architecture: 'arm64' }, layers: [layer] };
}

function workerImage(planter: Planter, base: SampleLayer): SampleImage {
  const token = planter.file('vault-token', 'root/.vault-token', 'an image that shares its base', WORKER).secret;
  const layer: SampleLayer = {
    entries: [{ path: 'root/.vault-token', content: `${token}\n` }],
    compression: 'gzip',
    createdBy: 'COPY .vault-token /root/ # buildkit',
  };
  return { platform: { os: 'linux', architecture: 'amd64' }, layers: [base, layer] };
}
