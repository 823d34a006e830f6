import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Selectable } from 'kysely';
import type { RegistryStore, WebhookKey } from '../port/registries.ts';
import type { Database, Session } from './database.ts';
import { fetchRegistry } from './registries.ts';
import type { Tables } from './tables.ts';

type WebhookKeyVerbs = Pick<
  RegistryStore,
  'createWebhookKey' | 'listWebhookKeys' | 'updateWebhookKey' | 'fetchByWebhookKey' | 'createRejection' | 'countRejections'
>;

/** @internal the verbs of registries that are about their webhook keys. */
export function webhookKeyVerbs(database: Database): WebhookKeyVerbs {
  return {
    createWebhookKey: (workspaceId, registryId, key, liveMax, nowMs) =>
      database.write(async (session) => {
        // One at a time in a registry: two that count before either has written would both find room.
        await database.lock(session, `webhook keys ${workspaceId} ${registryId}`);
        return create(session, { ...key, workspaceId, registryId }, liveMax, nowMs);
      }),
    listWebhookKeys: async (workspaceId, registryId) =>
      (await database.read((session) => selectKeys(session, workspaceId, registryId).orderBy('id').execute())).map(keyOf),
    updateWebhookKey: (workspaceId, registryId, id, { expiresAt }) =>
      database.write(async (session) => {
        const updated = await updateKey(session, workspaceId, registryId, id).set({ expiresAt }).executeTakeFirst();
        return updated.numUpdatedRows > 0n;
      }),
    fetchByWebhookKey: (keyId) => database.read((session) => fetchByKey(session, keyId)),
    createRejection: (workspaceId, registryId, keyId, nowMs) =>
      database.write(async (session) => {
        const updated = await updateKey(session, workspaceId, registryId, keyId)
          .set((eb) => ({ rejected: eb('rejected', '+', 1), rejectedAt: nowMs }))
          .executeTakeFirst();
        return updated.numUpdatedRows > 0n;
      }),
    async countRejections(workspaceId, registryId) {
      const { count, lastAt } = await database.read((session) =>
        selectKeys(session, workspaceId, registryId)
          .clearSelect()
          .select((eb) => [eb.fn.sum<number | string | null>('rejected').as('count'), eb.fn.max('rejectedAt').as('lastAt')])
          .executeTakeFirstOrThrow(),
      );
      // PostgreSQL's sum of int8 is a numeric, which comes as text.
      return { count: Number(count ?? 0), lastAt };
    },
  };
}

const selectKeys = (session: Session, workspaceId: string, registryId: string) =>
  session.selectFrom('webhookKeys').selectAll().where('workspaceId', '=', workspaceId).where('registryId', '=', registryId);

const updateKey = (session: Session, workspaceId: string, registryId: string, id: string) =>
  session.updateTable('webhookKeys').where('workspaceId', '=', workspaceId).where('registryId', '=', registryId).where('id', '=', id);

async function create(session: Session, key: WebhookKey, liveMax: number, nowMs: number): Promise<boolean> {
  const { workspaceId, registryId } = key;
  if (!(await fetchRegistry(session, workspaceId, registryId)))
    throw new TidewaiterError('resource.not-found', { which: `registry ${registryId}` });
  const live = await selectKeys(session, workspaceId, registryId)
    .where((eb) => eb.or([eb('expiresAt', 'is', null), eb('expiresAt', '>', nowMs)]))
    .execute();
  if (live.length >= liveMax) return false;
  await session
    .insertInto('webhookKeys')
    .values({ ...key, rejected: 0, rejectedAt: null })
    .execute();
  return true;
}

async function fetchByKey(session: Session, keyId: string): ReturnType<RegistryStore['fetchByWebhookKey']> {
  const row = await session.selectFrom('webhookKeys').selectAll().where('id', '=', keyId).executeTakeFirst();
  const registry = row && (await fetchRegistry(session, row.workspaceId, row.registryId));
  return row && registry ? { key: keyOf(row), registry } : null;
}

function keyOf({ rejected: _rejected, rejectedAt: _rejectedAt, ...key }: Selectable<Tables['webhookKeys']>): WebhookKey {
  return key;
}
