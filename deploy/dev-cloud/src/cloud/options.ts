import { tmpdir } from 'node:os';

/** How a cloud is started; everything has a default. */
export interface CloudOptions {
  /** Account and region of verbs that name none. */
  readonly accountId?: string;
  readonly region?: string;
  /** ms since 1970; the cloud's clock can be moved against it. */
  readonly now?: () => number;
  /** AWS waits 5 s for an issuer's documents. */
  readonly issuerTimeoutMs?: number;
  /** How long STS keeps an issuer's keys; AWS does not say. */
  readonly jwksCacheSeconds?: number;
  /** Life of a layer's pre-signed URL; real ones live about an hour. */
  readonly layerUrlSeconds?: number;
  /** Life of the keys that IMDS, ECS and EKS give out; real ones live about six hours. */
  readonly workloadSessionSeconds?: number;
  /** Where the folder of the blobs is made; the system's temporary folder if left out. */
  readonly dataFolder?: string;
  /** Calls a second of each ECR operation; what is above is throttled. Left-out operations have ECR's own quota. */
  readonly ratesPerSecond?: Readonly<Record<string, number>>;
}

export const defaultOptions = {
  accountId: '123456789012',
  region: 'eu-west-1',
  now: Date.now,
  issuerTimeoutMs: 5_000,
  jwksCacheSeconds: 3_600,
  layerUrlSeconds: 3_600,
  workloadSessionSeconds: 21_600,
  dataFolder: tmpdir(),
  ratesPerSecond: {},
} satisfies Required<CloudOptions>;
