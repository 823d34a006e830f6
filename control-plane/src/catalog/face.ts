import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import type { CatalogPage } from '@tidewaiter/shared/protocol';
import type { Placement, Repository, Sensor } from '../storage/index.ts';

/** What people read of the catalog, and the one thing they decide in it: what is watched. */
export interface Places {
  fetchRepository(workspaceId: string, id: string): Promise<Repository | null>;
  listRepositories(workspaceId: string, registryId: string, page: PageRequest): Promise<Page<Repository>>;
  /** False when there is no such repository here. What is watched from now on is queued by `queueUnscanned`. */
  updateRepository(workspaceId: string, id: string, change: { readonly watched: boolean }): Promise<boolean>;
  /** Root digests where they stand. */
  listPlacements(
    workspaceId: string,
    filter: { readonly registryId?: string; readonly repositoryId?: string; readonly digest?: string },
    page: PageRequest,
  ): Promise<Page<Placement>>;
  /** In how many watched repositories the digest stands; null when it stands nowhere that is known. */
  countWatched(workspaceId: string, digest: string): Promise<number | null>;
}

/** What stands where in a registry, as sensors list it and push events say. */
export interface Catalog extends Places {
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
