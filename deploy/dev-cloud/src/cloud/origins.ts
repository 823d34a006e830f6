import { ecrHandler, type Repository } from '../ecr/index.ts';
import { listen, type LoopbackServer } from '../http/index.ts';
import { layerOriginHandler, layerUrl } from '../s3/index.ts';
import { stsHandler } from '../sts/index.ts';
import { damageOf, gateEcr, gateSts } from './gates.ts';
import type { CloudParts } from './parts.ts';
import { RegistryHosts } from './registry-hosts.ts';
import { Workloads } from './workloads.ts';

/** What of the cloud listens, each on an origin of its own. */
export interface Origins {
  readonly sts: LoopbackServer;
  readonly ecr: LoopbackServer;
  readonly layers: LoopbackServer;
  readonly tokens: LoopbackServer;
  readonly registries: RegistryHosts;
  readonly defaultRegistryUrl: string;
  readonly workloads: Workloads;
}

export async function openOrigins(parts: CloudParts): Promise<Origins> {
  const layers = await listen(layersHandler(parts));
  const layerUrlOf = (repository: Repository, digest: string) => presignedUrl(parts, layers.url, repository, digest);
  const registries = new RegistryHosts(parts, layerUrlOf);
  const ecr = await listen(
    ecrHandler({
      ...parts,
      layerUrl: layerUrlOf,
      imageFailure: (repository, digest) => parts.faults.take('imageFailure', { repository, digest, operation: 'BatchGetImage' })?.code,
      registryUrl: (accountId, region) => registries.url(accountId, region),
      gate: (request) => gateEcr(parts, request),
      log: ({ operation, repository }, outcome, principal) =>
        parts.counters.call({ at: parts.clock.now(), service: 'ecr', operation, outcome, repository, principal }),
    }),
  );
  const sts = await listen(
    stsHandler({
      ...parts,
      keys: parts.issuerKeys,
      gate: (action) => gateSts(parts, action),
      log: (operation, outcome) => parts.counters.call({ at: parts.clock.now(), service: 'sts', operation, outcome }),
    }),
  );
  const defaultRegistryUrl = await registries.url(parts.options.accountId, parts.options.region);
  const tokens = await listen(parts.outbound.handler);
  const workloads = new Workloads(parts);
  await workloads.open();
  return { sts, ecr, layers, tokens, registries, defaultRegistryUrl, workloads };
}

export async function closeOrigins(origins: Origins): Promise<void> {
  await Promise.all(
    [origins.sts, origins.ecr, origins.layers, origins.tokens, origins.registries, origins.workloads].map((server) => server.close()),
  );
}

function layersHandler(parts: CloudParts) {
  const { blobs } = parts.registries;
  return layerOriginHandler({
    clock: parts.clock,
    key: parts.presignKey,
    size: (digest) => (blobs.has(digest) ? blobs.size(digest) : undefined),
    read: (digest, start, end) => blobs.read(digest, start, end),
    damage: (address) => damageOf(parts, address),
    begun: ({ digest }) => parts.counters.downloadBegun(digest),
    sending: ({ digest }, bytes, completes) => parts.counters.downloadSending(digest, bytes, completes),
    ended: ({ repository, digest }, whole) =>
      parts.counters.call({
        at: parts.clock.now(),
        service: 's3',
        operation: 'GetObject',
        outcome: whole ? '200' : 'partial',
        repository,
        digest,
      }),
  });
}

/** The URL GetDownloadUrlForLayer gives out; the fault `expiredUrl` makes it one whose time is over. */
function presignedUrl(parts: CloudParts, base: string, repository: Repository, digest: string): string {
  const { layerUrlSeconds } = parts.options;
  const expired = parts.faults.take('expiredUrl', { repository: repository.name, digest }) !== undefined;
  const signedAt = parts.clock.now() - (expired ? (layerUrlSeconds + 60) * 1000 : 0);
  const address = { accountId: repository.accountId, region: repository.region, repository: repository.name, digest };
  const url = layerUrl(base, address, parts.presignKey, signedAt, layerUrlSeconds);
  parts.memory.add('presigned-signature', new URL(url).searchParams.get('X-Amz-Signature') ?? '');
  return url;
}
