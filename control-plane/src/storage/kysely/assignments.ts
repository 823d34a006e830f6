import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { AssignmentState, Grant } from '@tidewaiter/shared/protocol';
import { sql } from 'kysely';
import type { Assignment } from '../port/assignments.ts';
import type { AssignmentStore } from '../port/store.ts';
import { assignmentOf, assignmentRowOf, holdGrant, selectOne } from './assignment-rows.ts';
import { cancelAssignments, freeClaims, live, renewClaims } from './claims.ts';
import { pageOf, toJson } from './columns.ts';
import type { Database, Session } from './database.ts';
import { releaseVerbs } from './leases.ts';
import { fetchSensor } from './sensors.ts';

/** A live one may end between our insert and our look; a third miss in a row is no chance any more. */
const CREATE_TRIES = 3;

export function assignmentStore(database: Database): AssignmentStore {
  return { ...queueVerbs(database), ...leaseVerbs(database), ...releaseVerbs(database) };
}

function queueVerbs(database: Database): Pick<AssignmentStore, 'create' | 'fetch' | 'list' | 'offer' | 'cancel' | 'count'> {
  return {
    create: (assignment) => database.write((session) => create(session, assignment)),
    async fetch(workspaceId, id) {
      const row = await database.read((session) => selectOne(session, workspaceId, id).executeTakeFirst());
      return row ? assignmentOf(row) : null;
    },
    list: (workspaceId, filter, page) =>
      database.read((session) => {
        const rows = session
          .selectFrom('assignments')
          .selectAll()
          .where('workspaceId', '=', workspaceId)
          .$if(filter.registryId !== undefined, (query) => query.where('registryId', '=', filter.registryId ?? ''))
          .$if(filter.state !== undefined, (query) => query.where('state', '=', filter.state as AssignmentState))
          .$if(filter.digest !== undefined, (query) => query.where('digest', '=', filter.digest ?? ''));
        return pageOf(
          page,
          (after, limit) => rows.where('id', '>', after).orderBy('id').limit(limit).execute(),
          (row) => row.id,
          assignmentOf,
        );
      }),
    offer: (workspaceId, sensorId, limit, offerMs, nowMs) =>
      database.write((session) => offer(database, session, workspaceId, sensorId, limit, offerMs, nowMs)),
    cancel: (workspaceId, filter, nowMs) => database.write((session) => cancelAssignments(session, workspaceId, filter, nowMs)),
    count: (workspaceId) => database.read((session) => count(session, workspaceId)),
  };
}

async function create(session: Session, assignment: Assignment): Promise<{ id: string; created: boolean }> {
  const row = assignmentRowOf(assignment);
  for (let tries = 0; tries < CREATE_TRIES; tries++) {
    const inserted = await session
      .insertInto('assignments')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['workspaceId', 'workKey']).where(sql<boolean>`state in ('pending', 'offered', 'running')`).doNothing(),
      )
      .executeTakeFirst();
    if ((inserted.numInsertedOrUpdatedRows ?? 0n) > 0n) return { id: assignment.id, created: true };
    const existing = await session
      .selectFrom('assignments')
      .select('id')
      .where('workspaceId', '=', assignment.workspaceId)
      .where('workKey', '=', row.workKey)
      .where('state', 'in', live)
      .executeTakeFirst();
    if (existing) return { id: existing.id, created: false };
  }
  throw new TidewaiterError('storage.unavailable', {
    which: `queue of ${row.workKey}`,
    got: `a live assignment that ended at each of ${CREATE_TRIES} looks`,
    remedy: 'Try again.',
  });
}

async function offer(
  database: Database,
  session: Session,
  workspaceId: string,
  sensorId: string,
  limit: number,
  offerMs: number,
  nowMs: number,
): Promise<readonly Assignment[]> {
  const sensor = await fetchSensor(session, workspaceId, sensorId);
  if (!sensor || sensor.revokedAt !== null || limit < 1) return [];
  const due = await session
    .selectFrom('assignments')
    .select('id')
    .where('workspaceId', '=', workspaceId)
    // The first line repeats the predicate of the queue's partial index; the second is what is due.
    .where(sql<boolean>`state in ('pending', 'offered')`)
    .where((eb) => eb.or([eb('state', '=', 'pending'), eb('offerExpiresAt', '<=', nowMs)]))
    .where('notBefore', '<=', nowMs)
    .$if(sensor.registryIds !== null, (query) => query.where('registryId', 'in', sensor.registryIds?.length ? sensor.registryIds : ['']))
    .orderBy('priority')
    .orderBy('id')
    .limit(limit)
    .modifyEnd(database.rows('skip'))
    .execute();
  if (due.length === 0) return [];
  const rows = await session
    .updateTable('assignments')
    .set({ state: 'offered', offeredAt: nowMs, offerExpiresAt: nowMs + offerMs })
    .where('workspaceId', '=', workspaceId)
    .where(
      'id',
      'in',
      due.map((row) => row.id),
    )
    .returningAll()
    .execute();
  return rows.map(assignmentOf).sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1));
}

async function count(session: Session, workspaceId: string): Promise<Record<string, number>> {
  const rows = await session
    .selectFrom('assignments')
    .select(['state', (eb) => eb.fn.countAll<number>().as('assignments')])
    .where('workspaceId', '=', workspaceId)
    .groupBy('state')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.state, row.assignments]));
}

function leaseVerbs(database: Database): Pick<AssignmentStore, 'accept' | 'renew' | 'finish' | 'isCurrent'> {
  return {
    accept: (workspaceId, sensorId, id, leaseMs, nowMs) =>
      database.write((session) => accept(session, workspaceId, sensorId, id, leaseMs, nowMs)),
    renew: (workspaceId, sensorId, grant, progress, leaseMs, nowMs) =>
      database.write(async (session) => {
        const updated = await session
          .updateTable('assignments')
          .set({ leaseExpiresAt: nowMs + leaseMs, ...(progress === null ? {} : { progress: toJson(progress) }) })
          .where('workspaceId', '=', workspaceId)
          .where('id', '=', grant.assignmentId)
          .where('state', '=', 'running')
          .where('sensorId', '=', sensorId)
          .where('attempt', '=', grant.attempt)
          .executeTakeFirst();
        if (updated.numUpdatedRows === 0n) return false;
        await renewClaims(session, workspaceId, grant.assignmentId, nowMs + leaseMs);
        return true;
      }),
    finish: (workspaceId, sensorId, grant, end, nowMs) =>
      database.write((session) => finish(session, workspaceId, sensorId, grant, end, nowMs)),
    isCurrent: (workspaceId, sensorId, grant) =>
      database.read(async (session) => (await holdGrant(database, session, workspaceId, sensorId, grant, false)) !== null),
  };
}

async function accept(
  session: Session,
  workspaceId: string,
  sensorId: string,
  id: string,
  leaseMs: number,
  nowMs: number,
): Promise<Assignment | null> {
  const sensor = await fetchSensor(session, workspaceId, sensorId);
  if (!sensor || sensor.revokedAt !== null) return null;
  const row = await session
    .updateTable('assignments')
    .set((eb) => ({
      state: 'running',
      attempt: eb('attempt', '+', 1),
      sensorId,
      leaseExpiresAt: nowMs + leaseMs,
      acceptedAt: nowMs,
      offerExpiresAt: null,
      progress: toJson(null),
    }))
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .where('state', 'in', ['pending', 'offered'])
    .where('notBefore', '<=', nowMs)
    .$if(sensor.registryIds !== null, (query) => query.where('registryId', 'in', sensor.registryIds?.length ? sensor.registryIds : ['']))
    .returningAll()
    .executeTakeFirst();
  return row ? assignmentOf(row) : null;
}

async function finish(
  session: Session,
  workspaceId: string,
  sensorId: string,
  grant: Grant,
  end: Parameters<AssignmentStore['finish']>[3],
  nowMs: number,
): Promise<Assignment | null> {
  const told = { failure: toJson(end.failure), timings: toJson(end.timings), leaseExpiresAt: null };
  const change =
    end.retryAt === null
      ? { ...told, state: end.state, finishedAt: nowMs }
      : { ...told, state: 'pending' as const, notBefore: end.retryAt, sensorId: null, offeredAt: null, offerExpiresAt: null };
  const row = await session
    .updateTable('assignments')
    .set(change)
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', grant.assignmentId)
    .where('state', '=', 'running')
    .where('sensorId', '=', sensorId)
    .where('attempt', '=', grant.attempt)
    .returningAll()
    .executeTakeFirst();
  if (!row) return null;
  await freeClaims(session, workspaceId, grant.assignmentId);
  return assignmentOf(row);
}
