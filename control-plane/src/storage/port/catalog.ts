import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import type { CatalogPage } from '@tidewaiter/shared/protocol';

/** `archived` stands there, but its layers cannot be pulled until it is restored; `gone` is kept for what was found in it. */
export type Presence = 'present' | 'archived' | 'gone';

/** A repository of a registry, as listings and pushes made it known. */
export interface Repository {
  readonly workspaceId: string;
  readonly registryId: string;
  readonly id: string;
  readonly name: string;
  /** In the perimeter: chosen by a person, or by the perimeter's mode. */
  readonly watched: boolean;
  readonly presence: Presence;
  readonly createdAt: number;
}

/** A root digest standing in a repository. Tags are pointers and may be none. */
export interface Placement {
  readonly workspaceId: string;
  readonly registryId: string;
  readonly repositoryId: string;
  readonly repository: string;
  readonly digest: string;
  readonly tags: readonly string[];
  readonly mediaType: string | null;
  readonly sizeBytes: number | null;
  readonly pushedAt: number | null;
  readonly presence: Presence;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** What stands where: repositories, placements and tags. */
export interface CatalogStore {
  /**
   * Writes one page of a listing under its grant's assignment: repositories (new ones watched as the perimeter says), placements, tags.
   * The last page marks as gone what this listing did not name. False when the grant is stale.
   */
  update(workspaceId: string, registryId: string, page: Omit<CatalogPage, 'kind'>, newId: () => string, nowMs: number): Promise<boolean>;
  /**
   * From a push event: the placement, with its tag moved here unless it was moved after `pushedAt` (events come late and out of
   * order); its repository is made if unknown. Returns the repository.
   */
  updateFromPush(
    workspaceId: string,
    registryId: string,
    push: {
      readonly repository: string;
      readonly digest: string;
      readonly tag: string | null;
      readonly mediaType: string | null;
      readonly pushedAt: number;
    },
    ids: { readonly repositoryId: string },
    nowMs: number,
  ): Promise<Repository>;
  updatePresence(
    workspaceId: string,
    registryId: string,
    repository: string,
    digest: string,
    presence: Presence,
    nowMs: number,
  ): Promise<boolean>;
  /** Takes a tag off if it still points to `digest`. */
  deleteTag(workspaceId: string, repositoryId: string, tag: string, digest: string): Promise<boolean>;
  fetchRepository(workspaceId: string, repositoryId: string): Promise<Repository | null>;
  fetchRepositoryByName(workspaceId: string, registryId: string, name: string): Promise<Repository | null>;
  listRepositories(workspaceId: string, registryId: string, page: PageRequest): Promise<Page<Repository>>;
  updateRepository(workspaceId: string, repositoryId: string, change: { readonly watched: boolean }): Promise<boolean>;
  listPlacements(
    workspaceId: string,
    filter: { readonly registryId?: string; readonly repositoryId?: string; readonly digest?: string },
    page: PageRequest,
  ): Promise<Page<Placement>>;
  /** In how many watched repositories the digest stands; null when it stands in none at all. */
  countWatched(workspaceId: string, digest: string): Promise<number | null>;
  /** The present placement that a tag points to. */
  fetchPlacementByTag(workspaceId: string, repositoryId: string, tag: string): Promise<Placement | null>;
  /**
   * Present placements of watched repositories whose digest has no scan under `engineKey` and no live assignment, by repository and
   * digest. A page may hold fewer than its limit, or none, with more to come.
   */
  listUnscanned(workspaceId: string, registryId: string, engineKey: string | null, page: PageRequest): Promise<Page<Placement>>;
  /** Those of `digests` that are children of an index that stands in a repository of this workspace and is not gone. */
  listChildren(workspaceId: string, digests: readonly string[]): Promise<ReadonlySet<string>>;
}
