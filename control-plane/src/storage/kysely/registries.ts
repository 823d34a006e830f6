import type { Selectable } from 'kysely';
import type { Registry, RegistryStore } from '../port/registries.ts';
import { cancelAssignments } from './claims.ts';
import { fromJson, pageOf, present, toJson } from './columns.ts';
import type { Database, Session } from './database.ts';
import type { Tables } from './tables.ts';

/** @internal What the store of registries keeps of themselves; their webhook keys are in a file of their own. */
export function registryVerbs(
  database: Database,
): Pick<RegistryStore, 'create' | 'fetch' | 'list' | 'update' | 'listDue' | 'listUnjudged' | 'updateJudged'> {
  return { ...verbs(database), ...sweeps(database) };
}

function verbs(database: Database): Pick<RegistryStore, 'create' | 'fetch' | 'list' | 'update'> {
  return {
    async create(workspaceId, registry) {
      const row = {
        ...registry,
        workspaceId,
        access: toJson(registry.access),
        perimeter: toJson(registry.perimeter),
        exclusions: toJson(registry.exclusions),
      };
      await database.write((session) => session.insertInto('registries').values(row).execute());
    },
    fetch: (workspaceId, id) => database.read((session) => fetchRegistry(session, workspaceId, id)),
    list: (workspaceId, page) =>
      database.read((session) => {
        const rows = session.selectFrom('registries').selectAll().where('workspaceId', '=', workspaceId).where('deletedAt', 'is', null);
        return pageOf(
          page,
          (after, limit) => rows.where('id', '>', after).orderBy('id').limit(limit).execute(),
          (row) => row.id,
          registryOf,
        );
      }),
    update: (workspaceId, id, change) => database.write((session) => update(session, workspaceId, id, change)),
  };
}

function sweeps(database: Database): Pick<RegistryStore, 'listDue' | 'listUnjudged' | 'updateJudged'> {
  return {
    async listDue(nowMs, limit) {
      const rows = await database.read((session) =>
        session
          .selectFrom('registries')
          .selectAll()
          .where('deletedAt', 'is', null)
          .where('nextSyncAt', '<=', nowMs)
          .orderBy('nextSyncAt')
          .limit(limit)
          .execute(),
      );
      return rows.map(registryOf);
    },
    async listUnjudged(limit) {
      const rows = await database.read((session) =>
        session
          .selectFrom('registries')
          .selectAll()
          .where('judgedRevision', '<', (eb) => eb.ref('exclusionsRevision'))
          .orderBy('id')
          .limit(limit)
          .execute(),
      );
      return rows.map(registryOf);
    },
    updateJudged: (workspaceId, id, revision) =>
      database.write(async (session) => {
        const updated = await session
          .updateTable('registries')
          .set({ judgedRevision: revision })
          .where('workspaceId', '=', workspaceId)
          .where('id', '=', id)
          .where('judgedRevision', '<', revision)
          .executeTakeFirst();
        return updated.numUpdatedRows > 0n;
      }),
  };
}

async function update(
  session: Session,
  workspaceId: string,
  id: string,
  { perimeter, access, exclusions, ...change }: Parameters<RegistryStore['update']>[2],
): Promise<boolean> {
  const before = await fetchRegistry(session, workspaceId, id);
  if (!before) return false;
  await session
    .updateTable('registries')
    .set((eb) => ({
      id,
      ...present(change),
      ...(perimeter === undefined ? {} : { perimeter: toJson(perimeter) }),
      ...(access === undefined ? {} : { access: toJson(access) }),
      ...(exclusions === undefined ? {} : { exclusions: toJson(exclusions), exclusionsRevision: eb('exclusionsRevision', '+', 1) }),
    }))
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .execute();
  if (perimeter?.mode === 'entire' && before.perimeter.mode !== 'entire') await watchAll(session, workspaceId, id);
  if (change.deletedAt != null) await disconnect(session, workspaceId, id, change.deletedAt);
  return true;
}

async function disconnect(session: Session, workspaceId: string, registryId: string, nowMs: number): Promise<void> {
  for (const table of ['placements', 'repositories'] as const)
    await session
      .updateTable(table)
      .set({ presence: 'gone', lastSeenAt: nowMs })
      .where('workspaceId', '=', workspaceId)
      .where('registryId', '=', registryId)
      .execute();
  await cancelAssignments(session, workspaceId, { registryId }, nowMs);
}

async function watchAll(session: Session, workspaceId: string, registryId: string): Promise<void> {
  await session
    .updateTable('repositories')
    .set({ watched: 1 })
    .where('workspaceId', '=', workspaceId)
    .where('registryId', '=', registryId)
    .execute();
}

/** @internal for the catalog and the webhook keys. */
export async function fetchRegistry(session: Session, workspaceId: string, id: string): Promise<Registry | null> {
  const row = await session
    .selectFrom('registries')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? registryOf(row) : null;
}

function registryOf(row: Selectable<Tables['registries']>): Registry {
  return { ...row, access: fromJson(row.access), perimeter: fromJson(row.perimeter), exclusions: fromJson(row.exclusions) };
}
