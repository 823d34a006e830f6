import type { Presence } from '../../port/catalog.ts';

type Flag = 0 | 1;

export interface Repositories {
  workspaceId: string;
  id: string;
  registryId: string;
  name: string;
  watched: Flag;
  presence: Presence;
  createdAt: number;
  /** Listing (assignment and attempt) that named it last, and when anything did. */
  listing: string | null;
  lastSeenAt: number;
}

export interface Placements {
  workspaceId: string;
  registryId: string;
  repositoryId: string;
  digest: string;
  mediaType: string | null;
  sizeBytes: number | null;
  pushedAt: number | null;
  presence: Presence;
  firstSeenAt: number;
  lastSeenAt: number;
  listing: string | null;
}

export interface Tags {
  workspaceId: string;
  repositoryId: string;
  tag: string;
  digest: string;
  movedAt: number;
}

export interface ListingPages {
  workspaceId: string;
  registryId: string;
  listing: string;
  page: number;
}
