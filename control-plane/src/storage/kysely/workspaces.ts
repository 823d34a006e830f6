import type { Own } from '../port/own.ts';
import type { ApiToken, AuditStore, TokenStore, Workspace, WorkspaceStore } from '../port/workspaces.ts';
import { fromJson, pageOf, toJson } from './columns.ts';
import type { Database, Session } from './database.ts';

export function workspaceStore(database: Database): WorkspaceStore {
  return {
    create: (workspaceId, workspace, owner) => database.write((session) => createWith(session, { ...workspace, id: workspaceId }, owner)),
    createFirst: (workspaceId, workspace, owner) =>
      database.write(async (session) => {
        await database.lock(session, 'first workspace');
        const existing = await session.selectFrom('workspaces').select('id').limit(1).executeTakeFirst();
        if (existing) return false;
        await createWith(session, { ...workspace, id: workspaceId }, owner);
        return true;
      }),
    async fetch(workspaceId) {
      const row = await database.read((session) =>
        session.selectFrom('workspaces').selectAll().where('id', '=', workspaceId).executeTakeFirst(),
      );
      return row ?? null;
    },
    list: () => database.read((session) => session.selectFrom('workspaces').selectAll().orderBy('id').execute()),
  };
}

async function createWith(session: Session, workspace: Workspace, owner: Own<ApiToken>): Promise<void> {
  await session.insertInto('workspaces').values(workspace).execute();
  await session
    .insertInto('apiTokens')
    .values({ ...owner, workspaceId: workspace.id })
    .execute();
}

export function tokenStore(database: Database): TokenStore {
  return {
    async create(workspaceId, token) {
      const row = { ...token, workspaceId };
      await database.write((session) => session.insertInto('apiTokens').values(row).execute());
    },
    fetch: (workspaceId, id) => database.read((session) => fetchToken(session, workspaceId, id)),
    revoke: (workspaceId, id, nowMs) =>
      database.write(async (session) => {
        // One at a time: of two owners who revoke each other, the second finds itself the last.
        await database.lock(session, `owner tokens ${workspaceId}`);
        return revoke(session, workspaceId, id, nowMs);
      }),
    async fetchByHash(tokenHash) {
      const row = await database.read((session) =>
        session.selectFrom('apiTokens').selectAll().where('tokenHash', '=', tokenHash).executeTakeFirst(),
      );
      return row ?? null;
    },
    list: (workspaceId, page) =>
      database.read((session) => {
        const tokens = session.selectFrom('apiTokens').selectAll().where('workspaceId', '=', workspaceId);
        return pageOf(
          page,
          (after, limit) => tokens.where('id', '>', after).orderBy('id').limit(limit).execute(),
          (row) => row.id,
          (row) => row,
        );
      }),
    async update(workspaceId, id, change) {
      const updated = await database.write((session) =>
        session
          .updateTable('apiTokens')
          .set({ lastUsedAt: change.lastUsedAt })
          .where('workspaceId', '=', workspaceId)
          .where('id', '=', id)
          .executeTakeFirst(),
      );
      return updated.numUpdatedRows > 0n;
    },
  };
}

async function fetchToken(session: Session, workspaceId: string, id: string): Promise<ApiToken | null> {
  const row = await session
    .selectFrom('apiTokens')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

async function revoke(session: Session, workspaceId: string, id: string, nowMs: number): Promise<'revoked' | 'missing' | 'last-owner'> {
  const token = await fetchToken(session, workspaceId, id);
  if (!token) return 'missing';
  if (token.revokedAt !== null) return 'revoked';
  if (token.role === 'owner' && !(await hasOtherOwner(session, workspaceId, id))) return 'last-owner';
  await session.updateTable('apiTokens').set({ revokedAt: nowMs }).where('workspaceId', '=', workspaceId).where('id', '=', id).execute();
  return 'revoked';
}

/** An owner who will still be one tomorrow: a token that expires cannot make the next one after that. */
async function hasOtherOwner(session: Session, workspaceId: string, id: string): Promise<boolean> {
  const other = await session
    .selectFrom('apiTokens')
    .select('id')
    .where('workspaceId', '=', workspaceId)
    .where('id', '!=', id)
    .where('role', '=', 'owner')
    .where('revokedAt', 'is', null)
    .where('expiresAt', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return other !== undefined;
}

export function auditStore(database: Database): AuditStore {
  return {
    async create(workspaceId, entry) {
      await database.write((session) =>
        session
          .insertInto('auditEntries')
          .values({ ...entry, workspaceId, details: toJson(entry.details) })
          .execute(),
      );
    },
    list: (workspaceId, page) =>
      database.read((session) => {
        const entries = session.selectFrom('auditEntries').selectAll().where('workspaceId', '=', workspaceId);
        return pageOf(
          page,
          (after, limit) => entries.where('id', '>', after).orderBy('id').limit(limit).execute(),
          (row) => row.id,
          (row) => ({ ...row, details: fromJson(row.details) }),
        );
      }),
  };
}
