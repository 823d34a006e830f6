import type { CatalogPage } from '@tidewaiter/shared/protocol';
import type { Sensor } from '../storage/index.ts';

/** What stands where in a registry, as sensors list it and push events say. */
export interface Catalog {
  /**
   * Takes one page of a listing. After the last one, queues a scan of each watched image that has no verdict.
   * @throws assignment.stale when the listing's lease is not this sensor's any more: acknowledge and drop it.
   */
  accept(sensor: Sensor, page: CatalogPage): Promise<void>;
  /** Queues scans of what is watched, present and unscanned (under any engine when `engineKey` is null). Returns how many are new. */
  queueUnscanned(
    workspaceId: string,
    registryId: string,
    engineKey: string | null,
    trigger: 'historical' | 'interval' | 'manual',
  ): Promise<number>;
}
