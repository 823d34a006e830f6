import { createHash, randomBytes } from 'node:crypto';
import { type EngineIdentity, emptyCoverage, type LayerFinding, type LayerSummary } from '@tidewaiter/shared/findings';
import { uuidv7 } from '@tidewaiter/shared/ids';
import type { ApiToken, Assignment, PushEvent, Registry, Sensor, Store, StoredManifest } from '../../src/storage/index.ts';

const monotonic = (): number => performance.now();

/** The real clocks, for tests that open a store beside others. */
export const systemClock = { now: () => Date.now(), monotonic };

/** A clock that a test moves. */
export class Clock {
  readonly monotonic = monotonic;
  ms = 1_800_000_000_000;
  readonly now = (): number => this.ms;
  pass(ms: number): number {
    this.ms += ms;
    return this.ms;
  }
}

let lastMs = 0;
/** Ids in the order they are made, whatever the clock. */
export const newId = (): string => {
  lastMs += 1;
  return uuidv7(1_800_000_000_000 + lastMs, randomBytes(10));
};

export const hexOf = (text: string): string => createHash('sha256').update(text).digest('hex');
export const digestOf = (text: string): string => `sha256:${hexOf(text)}`;
export const pathHashOf = (path: string): string => hexOf(path).slice(0, 16);

export const engine: EngineIdentity = {
  fingerprintKeyId: hexOf('key').slice(0, 16),
  engineVersion: '1.0.0',
  ruleSetHash: hexOf('rules'),
  limitsHash: hexOf('limits'),
};

export function tokenOf(workspaceId: string, id: string): ApiToken {
  return {
    workspaceId,
    id,
    name: 'first',
    role: 'owner',
    tokenHash: hexOf(`${workspaceId} ${id}`),
    createdAt: 1,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
  };
}

/** No exclusion did anything. */
export const noneExcluded = { findings: 0, pierced: 0, byExpression: {} };

export function registryOf(workspaceId: string, change: Partial<Registry> = {}): Registry {
  return {
    workspaceId,
    id: newId(),
    provider: 'ecr',
    host: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    account: '123456789012',
    region: 'eu-west-1',
    access: { method: 'host-role' },
    perimeter: { mode: 'entire', automatic: true },
    intervalSeconds: 86_400,
    createdAt: 1,
    syncedAt: null,
    nextSyncAt: 0,
    deletedAt: null,
    exclusions: { presets: ['default'], expressions: [] },
    exclusionsRevision: 0,
    judgedRevision: 0,
    ...change,
  };
}

export function assignmentOf(registry: Registry, change: Partial<Assignment> = {}): Assignment {
  return {
    workspaceId: registry.workspaceId,
    id: newId(),
    kind: 'scan',
    registryId: registry.id,
    repository: 'app',
    digest: digestOf('root'),
    trigger: 'push',
    priority: 0,
    state: 'pending',
    attempt: 0,
    sensorId: null,
    engine: null,
    leaseExpiresAt: null,
    progress: null,
    failure: null,
    timings: null,
    notBefore: 0,
    createdAt: 1,
    offeredAt: null,
    acceptedAt: null,
    finishedAt: null,
    refused: 0,
    strandedAt: null,
    ...change,
  };
}

export function eventOf(registry: Registry, eventId: string, change: Partial<PushEvent> = {}): Omit<PushEvent, 'duplicates'> {
  return {
    workspaceId: registry.workspaceId,
    registryId: registry.id,
    eventId,
    receivedAt: 1,
    action: 'push',
    repository: 'app',
    digest: digestOf('root'),
    tag: 'latest',
    body: '{}',
    outcome: 'waiting',
    outcomeReason: null,
    settleAt: 10,
    ...change,
  };
}

export function findingOf(change: Partial<LayerFinding> = {}): LayerFinding {
  const path = change.path ?? 'srv/app/.env';
  const folders = path.split('/').slice(0, -1);
  const parents = folders.map((_, at) => folders.slice(0, folders.length - at).join('/'));
  return {
    detector: 'aws-access-key',
    confidence: 'certain',
    fingerprints: [{ keyId: engine.fingerprintKeyId, value: hexOf('a secret') }],
    preview: 'AKIA… (20)',
    path,
    pathHash: pathHashOf(path),
    parentHashes: parents.map(pathHashOf),
    line: 1,
    column: 1,
    offset: 0,
    superseded: false,
    inFile: true,
    ...change,
  };
}

export function summaryOf(digest: string, findings: number, change: Partial<LayerSummary> = {}): LayerSummary {
  return { digest, blobBytes: 100, compression: 'gzip', content: 'tar', coverage: emptyCoverage, findings, ...change };
}

export function imageOf(digest: string, layers: readonly string[], change: Partial<StoredManifest> = {}): StoredManifest {
  return {
    engine,
    digest,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    shape: 'image',
    platform: { os: 'linux', architecture: 'amd64' },
    children: [],
    layers: layers.map((layer) => ({ digest: layer, sizeBytes: 100, diffId: null, instruction: `RUN make ${layer.slice(7, 12)}` })),
    findings: [],
    coverage: emptyCoverage,
    ...change,
  };
}

/** Path hashes as a page carries them: 8 big-endian bytes each. */
export const hashesOf = (paths: readonly string[]): Uint8Array => Buffer.from(paths.map(pathHashOf).join(''), 'hex');

/** A sensor enrolled for the registries (null: all). */
export async function enrol(store: Store, workspaceId: string, registryIds: readonly string[] | null = null): Promise<Sensor> {
  const tokenHash = hexOf(newId());
  const token = { workspaceId, id: newId(), tokenHash, registryIds, usesLeft: 1, createdAt: 1, expiresAt: 1e15, revokedAt: null };
  await store.sensors.createEnrolmentToken(token.workspaceId, token);
  const sensor = await store.sensors.enrol(
    tokenHash,
    {
      id: newId(),
      name: 'a sensor',
      signingKey: { kty: 'OKP' },
      encryptionKey: { kty: 'OKP' },
      version: '1',
      engine,
      createdAt: 1,
      lastSeenAt: null,
      revokedAt: null,
    },
    1,
  );
  if (!sensor) throw new Error('the token was not live');
  return sensor;
}

/** A sensor's word on an image: what it may claim, and what it vouches for. */
export const reportImage = (
  store: Store,
  { workspaceId, id }: Pick<Sensor, 'workspaceId' | 'id'>,
  digest: string,
  layers: readonly string[],
  change: Partial<StoredManifest> = {},
) => store.facts.createManifest(workspaceId, id, imageOf(digest, layers, change), newId, 5);

export async function createWorkspace(store: Store, name = 'one'): Promise<string> {
  const id = newId();
  await store.workspaces.create(id, { name, createdAt: 1 }, tokenOf(id, newId()));
  return id;
}
