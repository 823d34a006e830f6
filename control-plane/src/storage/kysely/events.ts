import type { Selectable } from 'kysely';
import type { DeliveryOutcome, EventOutcome, EventStore, PushEvent } from '../port/registries.ts';
import { pageOf } from './columns.ts';
import type { Database, Session } from './database.ts';
import type { Tables } from './tables.ts';

/** Rejected deliveries are counted by what an unauthenticated sender claims; beyond this many claims they share one row. */
const REJECTION_ROWS_MAX = 64;

export function eventStore(database: Database): EventStore {
  return {
    create: (workspaceId, event) => database.write((session) => create(session, { ...event, workspaceId })),
    list: (workspaceId, registryId, page) =>
      database.read((session) => {
        const events = session
          .selectFrom('pushEvents')
          .selectAll()
          .where('workspaceId', '=', workspaceId)
          .where('registryId', '=', registryId);
        return pageOf(
          page,
          (after, limit) => events.where('listKey', '>', after).orderBy('listKey').limit(limit).execute(),
          (row) => row.listKey,
          eventOf,
        );
      }),
    async listSettled(nowMs, limit) {
      const rows = await database.read((session) =>
        session
          .selectFrom('pushEvents')
          .selectAll()
          .where('outcome', '=', 'waiting')
          .where('settleAt', '<=', nowMs)
          .orderBy('settleAt')
          .limit(limit)
          .execute(),
      );
      return rows.map(eventOf);
    },
    update: (workspaceId, registryId, eventId, change) =>
      database.write((session) => update(session, workspaceId, registryId, eventId, change)),
    count: (workspaceId, registryId) => database.read((session) => count(session, workspaceId, registryId)),
    async prune(beforeMs) {
      const pruned = await database.write((session) =>
        session.deleteFrom('pushEvents').where('receivedAt', '<', beforeMs).where('outcome', '!=', 'waiting').executeTakeFirst(),
      );
      return Number(pruned.numDeletedRows);
    },
    createRejection: (account, region, nowMs) => database.write((session) => createRejection(session, account, region, nowMs)),
    async countRejections(account, region) {
      const row = await database.read((session) =>
        session.selectFrom('eventRejections').selectAll().where('account', '=', account).where('region', '=', region).executeTakeFirst(),
      );
      return { count: row?.rejected ?? 0, lastAt: row?.lastAt ?? null };
    },
  };
}

async function create(session: Session, event: Omit<PushEvent, 'duplicates'>): Promise<boolean> {
  // Times have 13 digits until the year 2286, so text order is time order; padded for test clocks that start at 0.
  const listKey = `${String(event.receivedAt).padStart(15, '0')} ${event.eventId}`;
  const { duplicates } = await session
    .insertInto('pushEvents')
    .values({ ...event, listKey, duplicates: 0 })
    .onConflict((conflict) =>
      conflict.columns(['workspaceId', 'registryId', 'eventId']).doUpdateSet((eb) => ({ duplicates: eb('pushEvents.duplicates', '+', 1) })),
    )
    .returning('duplicates')
    .executeTakeFirstOrThrow();
  return duplicates === 0;
}

async function update(
  session: Session,
  ...[workspaceId, registryId, eventId, { outcome, outcomeReason }]: Parameters<EventStore['update']>
): Promise<boolean> {
  const updated = await session
    .updateTable('pushEvents')
    .set({ outcome, outcomeReason })
    .where('workspaceId', '=', workspaceId)
    .where('registryId', '=', registryId)
    .where('eventId', '=', eventId)
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

async function count(session: Session, workspaceId: string, registryId: string): Promise<Record<DeliveryOutcome, number>> {
  const rows = await session
    .selectFrom('pushEvents')
    .select(['outcome', (eb) => eb.fn.countAll<number>().as('events'), (eb) => eb.fn.sum<number | string>('duplicates').as('again')])
    .where('workspaceId', '=', workspaceId)
    .where('registryId', '=', registryId)
    .groupBy('outcome')
    .execute();
  const counted = new Map(rows.map((row) => [row.outcome, row.events]));
  const of = (outcome: EventOutcome): number => counted.get(outcome) ?? 0;
  // PostgreSQL adds int8 up to a numeric, which its client leaves as text.
  const duplicate = rows.reduce((sum, { again }) => sum + Number(again), 0);
  return { waiting: of('waiting'), queued: of('queued'), ignored: of('ignored'), applied: of('applied'), duplicate };
}

async function createRejection(session: Session, account: string, region: string, nowMs: number): Promise<void> {
  const known = await session
    .selectFrom('eventRejections')
    .select('account')
    .where('account', '=', account)
    .where('region', '=', region)
    .executeTakeFirst();
  const { rows } = await session
    .selectFrom('eventRejections')
    .select((eb) => eb.fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow();
  const key = known !== undefined || rows < REJECTION_ROWS_MAX ? { account, region } : { account: '', region: '' };
  await session
    .insertInto('eventRejections')
    .values({ ...key, rejected: 1, lastAt: nowMs })
    .onConflict((conflict) =>
      conflict.columns(['account', 'region']).doUpdateSet((eb) => ({ rejected: eb('eventRejections.rejected', '+', 1), lastAt: nowMs })),
    )
    .execute();
}

function eventOf({ listKey: _listKey, ...event }: Selectable<Tables['pushEvents']>): PushEvent {
  return event;
}
