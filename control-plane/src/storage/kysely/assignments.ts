import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Grant } from '@tidewaiter/shared/protocol';
import { type Selectable, sql } from 'kysely';
import type { Assignment, AssignmentStore, LiveAssignment, QueuedAssignment } from '../port/assignments.ts';
import { assignmentOf, assignmentRowOf, holdGrant, selectOne } from './assignment-rows.ts';
import { cancelAssignments, freeClaims, renewClaims } from './claims.ts';
import { chunksOf, pageOf, toJson } from './columns.ts';
import type { Database, Session } from './database.ts';
import { releaseVerbs } from './leases.ts';
import { owedVerbs } from './owed-verdicts.ts';
import { refusalVerbs } from './refusals.ts';
import { fetchSensor } from './sensors.ts';
import type { Tables } from './tables.ts';

/** A live one may end between our insert and our look; a third miss in a row is no chance any more. */
const CREATE_TRIES = 3;

export function assignmentStore(database: Database): AssignmentStore {
  return {
    ...queueVerbs(database),
    ...digestVerbs(database),
    ...leaseVerbs(database),
    ...releaseVerbs(database),
    ...refusalVerbs(database),
    ...owedVerbs(database),
  };
}

function queueVerbs(database: Database): Pick<AssignmentStore, 'create' | 'createAll' | 'fetch' | 'list' | 'offer' | 'cancel' | 'count'> {
  return {
    create: (workspaceId, assignment) => database.write((session) => create(session, { ...assignment, workspaceId })),
    createAll: (workspaceId, assignments) => {
      const rows = assignments.map((assignment) => assignmentRowOf({ ...assignment, workspaceId }));
      return database.write((session) => createAll(session, workspaceId, rows));
    },
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
          .$if(filter.state !== undefined, (query) => query.where('state', '=', filter.state ?? 'pending'))
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

function digestVerbs(database: Database): Pick<AssignmentStore, 'listNewest' | 'fetchLive'> {
  const newest = (session: Session, workspaceId: string, digest: string) =>
    session.selectFrom('assignments').selectAll().where('workspaceId', '=', workspaceId).where('digest', '=', digest).orderBy('id', 'desc');
  return {
    async listNewest(workspaceId, digest, limit) {
      const rows = await database.read((session) => newest(session, workspaceId, digest).limit(limit).execute());
      return rows.map(assignmentOf);
    },
    async fetchLive(workspaceId, digest) {
      const row = await database.read((session) =>
        newest(session, workspaceId, digest).where(isLive).$narrowType<Pick<LiveAssignment, 'state'>>().limit(1).executeTakeFirst(),
      );
      return row ? { ...assignmentOf(row), state: row.state } : null;
    },
  };
}

/** In the words of the partial indexes of live work, which SQLite does not see in a list of parameters. */
const isLive = sql<boolean>`state in ('pending', 'offered', 'running')`;

/** @internal One of these; see AssignmentStore.create. */
export async function create(session: Session, assignment: Assignment): Promise<QueuedAssignment> {
  const [queued] = await createAll(session, assignment.workspaceId, [assignmentRowOf(assignment)]);
  if (queued === undefined) throw restless(assignment.id);
  return queued;
}

type Row = Selectable<Tables['assignments']>;

/** Rows in one order, so that two that queue the same work cannot wait for each other. */
async function createAll(session: Session, workspaceId: string, rows: readonly Row[]): Promise<readonly QueuedAssignment[]> {
  const queued = new Map<string, QueuedAssignment>();
  const distinct = [...new Map(rows.map((row) => [row.workKey, row] as const)).values()];
  let open: readonly Row[] = distinct.sort((a, b) => (a.workKey < b.workKey ? -1 : 1));
  for (let tries = 0; open.length > 0 && tries < CREATE_TRIES; tries++) {
    for (const chunk of chunksOf(open))
      for (const [workKey, work] of await createChunk(session, workspaceId, chunk)) queued.set(workKey, work);
    open = open.filter((row) => !queued.has(row.workKey));
  }
  return rows.map(({ id, workKey }) => {
    const work = queued.get(workKey);
    if (work === undefined) throw restless(workKey);
    return { id: work.id, created: work.created && work.id === id };
  });
}

/** By work: what was made, and what lives already. What ended in between is in neither. */
async function createChunk(session: Session, workspaceId: string, rows: readonly Row[]): Promise<ReadonlyMap<string, QueuedAssignment>> {
  const made = await session
    .insertInto('assignments')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['workspaceId', 'workKey']).where(isLive).doNothing())
    .returning(['id', 'workKey'])
    .execute();
  const queued = new Map(made.map(({ id, workKey }) => [workKey, { id, created: true }]));
  const others = rows.map((row) => row.workKey).filter((workKey) => !queued.has(workKey));
  if (others.length === 0) return queued;
  const living = await session
    .selectFrom('assignments')
    .select(['id', 'workKey'])
    .where('workspaceId', '=', workspaceId)
    .where('workKey', 'in', others)
    .where(isLive)
    .execute();
  for (const { id, workKey } of living) queued.set(workKey, { id, created: false });
  return queued;
}

const restless = (workKey: string): TidewaiterError =>
  new TidewaiterError('storage.unavailable', {
    which: `queue of ${workKey}`,
    got: `a live assignment that ended at each of ${CREATE_TRIES} looks`,
    remedy: 'Try again.',
  });

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
    .where((eb) => eb.not(eb.exists(refusalBy(session, sensorId))))
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

/** Of the assignment in the query around it. */
const refusalBy = (session: Session, sensorId: string) =>
  session
    .selectFrom('assignmentRefusals')
    .select('assignmentRefusals.sensorId')
    .whereRef('assignmentRefusals.workspaceId', '=', sql.ref('assignments.workspaceId'))
    .whereRef('assignmentRefusals.assignmentId', '=', sql.ref('assignments.id'))
    .where('assignmentRefusals.sensorId', '=', sensorId);

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
      engine: toJson(sensor.engine),
      leaseExpiresAt: nowMs + leaseMs,
      acceptedAt: nowMs,
      offerExpiresAt: null,
      strandedAt: null,
      progress: toJson(null),
    }))
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .where('state', 'in', ['pending', 'offered'])
    .where('notBefore', '<=', nowMs)
    .$if(sensor.registryIds !== null, (query) => query.where('registryId', 'in', sensor.registryIds?.length ? sensor.registryIds : ['']))
    .where((eb) => eb.not(eb.exists(refusalBy(session, sensorId))))
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
