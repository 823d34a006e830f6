export type Presence = 'present' | 'archived' | 'gone';

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
