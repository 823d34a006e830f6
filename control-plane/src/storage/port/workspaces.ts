import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import type { Own } from './own.ts';

/** A tenant. Everything else carries its id. */
export interface Workspace {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}

/** What the bearer of a token may do, from all to the least. */
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

/** Who did what to what. */
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

/** The tenants of an installation. */
export interface WorkspaceStore {
  /** The workspace and its first owner token, or neither. */
  create(workspaceId: string, workspace: Omit<Workspace, 'id'>, owner: Own<ApiToken>): Promise<void>;
  /** The same, only if the installation has no workspace yet; true when it did. Safe with replicas. */
  createFirst(workspaceId: string, workspace: Omit<Workspace, 'id'>, owner: Own<ApiToken>): Promise<boolean>;
  fetch(workspaceId: string): Promise<Workspace | null>;
  list(): Promise<readonly Workspace[]>;
}

/** Tokens of the API, by their hash. */
export interface TokenStore {
  create(workspaceId: string, token: Own<ApiToken>): Promise<void>;
  fetch(workspaceId: string, id: string): Promise<ApiToken | null>;
  fetchByHash(tokenHash: string): Promise<ApiToken | null>;
  list(workspaceId: string, page: PageRequest): Promise<Page<ApiToken>>;
  update(workspaceId: string, id: string, change: { readonly lastUsedAt: number }): Promise<boolean>;
  /**
   * Ends a token, unless it is an owner's and no other owner token would live on without an expiry ('last-owner'): whoever asks at the
   * same time, one stays. One that was revoked before keeps its time.
   */
  revoke(workspaceId: string, id: string, nowMs: number): Promise<'revoked' | 'missing' | 'last-owner'>;
}

/** What was done; it is only ever added to. */
export interface AuditStore {
  create(workspaceId: string, entry: Own<AuditEntry>): Promise<void>;
  list(workspaceId: string, page: PageRequest): Promise<Page<AuditEntry>>;
}
