import type { AuditStore, TokenStore, WorkspaceStore } from '../port/store.ts';
import { fromJson, pageOf, present, toJson } from './columns.ts';
import type { Database } from './database.ts';

export function workspaceStore(database: Database): WorkspaceStore {
  return {
    async create(id, workspace) {
      await database.write((session) =>
        session
          .insertInto('workspaces')
          .values({ ...workspace, id })
          .execute(),
      );
    },
    async fetch(workspaceId) {
      const row = await database.read((session) =>
        session.selectFrom('workspaces').selectAll().where('id', '=', workspaceId).executeTakeFirst(),
      );
      return row ?? null;
    },
    list: () => database.read((session) => session.selectFrom('workspaces').selectAll().orderBy('id').execute()),
  };
}

export function tokenStore(database: Database): TokenStore {
  return {
    async create(workspaceId, token) {
      await database.write((session) =>
        session
          .insertInto('apiTokens')
          .values({ ...token, workspaceId })
          .execute(),
      );
    },
    createFirst: (workspaceId, workspace, token) =>
      database.write(async (session) => {
        await database.lock(session, 'first workspace');
        const existing = await session.selectFrom('workspaces').select('id').limit(1).executeTakeFirst();
        if (existing) return false;
        await session
          .insertInto('workspaces')
          .values({ ...workspace, id: workspaceId })
          .execute();
        await session
          .insertInto('apiTokens')
          .values({ ...token, workspaceId })
          .execute();
        return true;
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
          .set({ id, ...present(change) })
          .where('workspaceId', '=', workspaceId)
          .where('id', '=', id)
          .executeTakeFirst(),
      );
      return updated.numUpdatedRows > 0n;
    },
  };
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
