import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import type { ApiToken, AuditEntry, Role, Store, Workspace } from '../storage/index.ts';
import { mayGrant } from './roles.ts';
import { hashSecret, makeSecret } from './secret.ts';

/** Who is behind a request. `actor` is how the audit log names them. */
export interface Identity {
  readonly workspaceId: string;
  readonly tokenId: string;
  readonly role: Role;
  readonly actor: string;
}

interface Surroundings {
  readonly now: () => number;
  readonly random: (length: number) => Uint8Array;
  readonly newId: () => string;
}

interface IssuedToken {
  readonly token: ApiToken;
  /** The token itself: shown once, stored nowhere. */
  readonly secret: string;
}

/** `lastUsedAt` is written at most this often, so that reading does not become writing. */
const LAST_USED_STEP_MS = 60_000;

/** Workspaces, API tokens and the audit log. */
export class Workspaces {
  readonly #store: Pick<Store, 'workspaces' | 'tokens' | 'audit'>;
  readonly #around: Surroundings;

  constructor(store: Pick<Store, 'workspaces' | 'tokens' | 'audit'>, around: Surroundings) {
    this.#store = store;
    this.#around = around;
  }

  /** @throws auth.missing, auth.invalid. */
  async authenticate(authorization: string | undefined): Promise<Identity> {
    const secret = bearerOf(authorization);
    const token = await this.#store.tokens.fetchByHash(hashSecret(secret));
    const now = this.#around.now();
    if (!token || token.revokedAt !== null || (token.expiresAt !== null && token.expiresAt <= now))
      throw new TidewaiterError('auth.invalid', { which: 'Authorization header', remedy: 'Ask a manager for a new API token.' });
    if (token.lastUsedAt === null || now - token.lastUsedAt >= LAST_USED_STEP_MS) this.#touch(token, now);
    return { workspaceId: token.workspaceId, tokenId: token.id, role: token.role, actor: `token:${token.id}` };
  }

  /** Not waited for, and its failure is nothing: a read must not fail because a note of it cannot be written. */
  #touch(token: ApiToken, nowMs: number): void {
    this.#store.tokens.update(token.workspaceId, token.id, { lastUsedAt: nowMs }).catch(() => undefined);
  }

  /** True before the first start of an installation has made a workspace. */
  async isEmpty(): Promise<boolean> {
    return (await this.#store.workspaces.list()).length === 0;
  }

  /**
   * Makes the first workspace and its owner token; null when there is a workspace already (also one that a replica made just now).
   * @param given a token chosen by the operator instead of a random one.
   */
  async createFirst(name: string, given: string | null): Promise<IssuedToken | null> {
    const workspace = this.#newWorkspace(name);
    const issued = this.#newToken(workspace.id, { name: 'first owner', role: 'owner', expiresAt: null }, given);
    return (await this.#store.workspaces.createFirst(workspace.id, workspace, issued.token)) ? issued : null;
  }

  /** Another tenant of the installation, with an owner token of its own. */
  async createWorkspace(name: string): Promise<IssuedToken> {
    const workspace = this.#newWorkspace(name);
    const issued = this.#newToken(workspace.id, { name: 'first owner', role: 'owner', expiresAt: null }, null);
    await this.#store.workspaces.create(workspace.id, workspace, issued.token);
    return issued;
  }

  fetchWorkspace(workspaceId: string): Promise<Workspace | null> {
    return this.#store.workspaces.fetch(workspaceId);
  }

  /** @throws auth.forbidden when the identity may not grant that role. */
  async createToken(
    identity: Identity,
    wanted: { readonly name: string; readonly role: Role; readonly expiresAt: number | null },
  ): Promise<IssuedToken> {
    if (!mayGrant(identity.role, wanted.role)) throw cannotGrant(identity.role, wanted.role);
    const issued = this.#newToken(identity.workspaceId, wanted, null);
    await this.#store.tokens.create(identity.workspaceId, issued.token);
    await this.record(identity, 'token.create', issued.token.id, { name: wanted.name, role: wanted.role });
    return issued;
  }

  listTokens(workspaceId: string, page: PageRequest): Promise<Page<ApiToken>> {
    return this.#store.tokens.list(workspaceId, page);
  }

  /** False when there is no such token here. @throws auth.forbidden; resource.conflict for the last owner token that lives. */
  async revokeToken(identity: Identity, id: string): Promise<boolean> {
    const token = await this.#store.tokens.fetch(identity.workspaceId, id);
    if (!token) return false;
    if (!mayGrant(identity.role, token.role)) throw cannotGrant(identity.role, token.role);
    const revoked = await this.#store.tokens.revoke(identity.workspaceId, id, this.#around.now());
    if (revoked === 'last-owner') throw lastOwner(id);
    await this.record(identity, 'token.revoke', id, {});
    return true;
  }

  /** Writes one audit row. `details` holds no secret, ever. */
  record(
    who: { readonly workspaceId: string; readonly actor: string },
    action: string,
    subject: string,
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const entry = { id: this.#around.newId(), at: this.#around.now(), actor: who.actor, action, subject, details };
    return this.#store.audit.create(who.workspaceId, entry);
  }

  listAudit(workspaceId: string, page: PageRequest): Promise<Page<AuditEntry>> {
    return this.#store.audit.list(workspaceId, page);
  }

  #newWorkspace(name: string): Workspace {
    return { id: this.#around.newId(), name, createdAt: this.#around.now() };
  }

  #newToken(
    workspaceId: string,
    wanted: { readonly name: string; readonly role: Role; readonly expiresAt: number | null },
    given: string | null,
  ): IssuedToken {
    const secret = given ?? makeSecret('tw', this.#around.random);
    const base = { workspaceId, id: this.#around.newId(), ...wanted, tokenHash: hashSecret(secret) };
    return { secret, token: { ...base, createdAt: this.#around.now(), revokedAt: null, lastUsedAt: null } };
  }
}

function bearerOf(authorization: string | undefined): string {
  if (authorization === undefined)
    throw new TidewaiterError('auth.missing', { which: 'Authorization header', remedy: 'Send "Authorization: Bearer tw_…".' });
  const secret = /^Bearer (tw_[\w-]{43})$/i.exec(authorization)?.[1];
  if (secret === undefined)
    throw new TidewaiterError('auth.invalid', { which: 'Authorization header', want: 'Bearer tw_ and 43 characters' });
  return secret;
}

const cannotGrant = (role: Role, granted: Role): TidewaiterError =>
  new TidewaiterError('auth.forbidden', { which: `tokens of role ${granted}`, got: `role ${role}`, want: 'role owner' });

const lastOwner = (id: string): TidewaiterError =>
  new TidewaiterError('resource.conflict', {
    which: `token ${id}`,
    got: 'the last owner token without an expiry',
    remedy: 'Make another owner token first; without one nobody could make tokens any more.',
  });
