import { listen, type LoopbackServer } from '../http/index.ts';
import type { Repository } from '../ecr/index.ts';
import { registryHandler, UploadStore } from '../registry-v2/index.ts';
import { gateEcr } from './gates.ts';
import type { CloudParts } from './parts.ts';

/**
 * Where registries listen. AWS gives each account and region a host name; on loopback each has a port instead, opened when it
 * is first asked for.
 */
export class RegistryHosts {
  readonly #parts: CloudParts;
  readonly #layerUrl: (repository: Repository, digest: string) => string;
  readonly #uploads: UploadStore;
  readonly #servers = new Map<string, Promise<LoopbackServer>>();

  constructor(parts: CloudParts, layerUrl: (repository: Repository, digest: string) => string) {
    this.#parts = parts;
    this.#layerUrl = layerUrl;
    this.#uploads = new UploadStore(parts.registries.blobs);
  }

  async url(accountId: string, region: string): Promise<string> {
    const key = `${accountId} ${region}`;
    const server = this.#servers.get(key) ?? this.#open(accountId, region);
    this.#servers.set(key, server);
    return (await server).url;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers.values()].map(async (server) => (await server).close()));
  }

  #open(accountId: string, region: string): Promise<LoopbackServer> {
    const { counters, clock, registries, tokens } = this.#parts;
    const handler = registryHandler({
      accountId,
      region,
      registries,
      tokens,
      uploads: this.#uploads,
      layerUrl: this.#layerUrl,
      gate: (operation, repository) => gateEcr(this.#parts, { operation, repository }),
      log: (operation, outcome, repository) => counters.call({ at: clock.now(), service: 'registry', operation, outcome, repository }),
    });
    return listen(handler);
  }
}
