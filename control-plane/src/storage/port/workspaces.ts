/** A tenant. Everything else carries its id. */
export interface Workspace {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}

export type Role = 'owner' | 'manager' | 'member' | 'viewer';

/** An API token; only the SHA-256 of it is kept. Times are ms since the epoch, null where not yet. */
export interface ApiToken {
  readonly workspaceId: string;
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly tokenHash: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

export interface AuditEntry {
  readonly workspaceId: string;
  readonly id: string;
  readonly at: number;
  /** `token:<id>`, `sensor:<id>`, `system`. */
  readonly actor: string;
  /** `web-identity.mint`, `registry.create`, ... */
  readonly action: string;
  readonly subject: string;
  readonly details: Readonly<Record<string, unknown>>;
}
