import type { Failure, Grant } from '@tidewaiter/shared/protocol';
import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Assignment, AssignmentStore, Refusal } from '../port/assignments.ts';
import { assignmentOf, holdGrant } from './assignment-rows.ts';
import { freeClaims } from './claims.ts';
import { chunksOf, fromJson, toJson } from './columns.ts';
import type { Database, Session } from './database.ts';
import type { Tables } from './tables.ts';
import { serves } from './witnesses.ts';

/** Assignments of a registry that one sweep marks, unmarks or ends; the next one comes in seconds and finds the rest. */
const STRANDED_ROWS_MAX = 500;

/*
 * A refusal is a sensor's own policy saying no to one assignment: it goes to another sensor then, while one is there that may serve the
 * registry and did not refuse.
 */

/** Who refused what, and what becomes of it. */
export function refusalVerbs(database: Database): Pick<AssignmentStore, 'refuse' | 'strand' | 'listRefusals' | 'deleteRefusals'> {
  return {
    refuse: (workspaceId, sensorId, grant, end, limits, nowMs) =>
      database.write((session) => refuse(database, session, { workspaceId, sensorId, grant, ...end, ...limits, nowMs })),
    strand: (nowMs, limits) => database.write((session) => strand(database, session, { nowMs, ...limits })),
    listRefusals: (workspaceId, assignmentIds, limit) => database.read((session) => list(session, workspaceId, assignmentIds, limit)),
    async deleteRefusals(workspaceId, sensorId) {
      const deleted = await database.write((session) =>
        session
          .deleteFrom('assignmentRefusals')
          .where('workspaceId', '=', workspaceId)
          .where('sensorId', '=', sensorId)
          .where((eb) =>
            eb.exists(
              eb
                .selectFrom('assignments')
                .select('assignments.id')
                .whereRef('assignments.workspaceId', '=', 'assignmentRefusals.workspaceId')
                .whereRef('assignments.id', '=', 'assignmentRefusals.assignmentId')
                .where('assignments.state', 'in', ['pending', 'offered', 'running']),
            ),
          )
          .executeTakeFirst(),
      );
      return Number(deleted.numDeletedRows);
    },
  };
}

interface Refused {
  readonly workspaceId: string;
  readonly sensorId: string;
  readonly grant: Grant;
  readonly failure: Failure;
  readonly timings: Readonly<Record<string, number>>;
  readonly seenSince: number;
  readonly refusedMax: number;
  readonly nowMs: number;
}

async function refuse(database: Database, session: Session, refused: Refused): Promise<'passed-on' | 'last' | null> {
  const { workspaceId, sensorId, grant, seenSince, refusedMax, nowMs } = refused;
  const assignment = await holdGrant(database, session, workspaceId, sensorId, grant);
  if (!assignment) return null;
  const [failure, assignmentId] = [toJson(refused.failure), assignment.id];
  await session
    .insertInto('assignmentRefusals')
    .values({ workspaceId, assignmentId, sensorId, failure, refusedAt: nowMs })
    .onConflict((conflict) => conflict.columns(['workspaceId', 'assignmentId', 'sensorId']).doUpdateSet({ failure, refusedAt: nowMs }))
    .execute();
  const takers = await takersOf(session, workspaceId, assignment.registryId, seenSince);
  const left = await session
    .selectFrom('assignments')
    .select('id')
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', assignmentId)
    .where(refusedByAll(takers))
    .executeTakeFirst();
  if (left !== undefined || assignment.refused + 1 >= refusedMax) return 'last';
  await session
    .updateTable('assignments')
    .set({ failure, timings: toJson(refused.timings), refused: assignment.refused + 1, notBefore: nowMs, ...queued })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', assignmentId)
    .execute();
  await freeClaims(session, workspaceId, assignmentId);
  return 'passed-on';
}

const queued = { state: 'pending', sensorId: null, leaseExpiresAt: null, offeredAt: null, offerExpiresAt: null } as const;

/** Sensors that are there and may serve a registry. */
async function takersOf(session: Session, workspaceId: string, registryId: string, seenSince: number): Promise<readonly string[]> {
  const rows = await session
    .selectFrom('sensors')
    .select(['id', 'registryIds'])
    .where('workspaceId', '=', workspaceId)
    .where('revokedAt', 'is', null)
    .where('lastSeenAt', '>=', seenSince)
    .execute();
  return rows.filter(({ registryIds }) => serves([fromJson(registryIds)], registryId)).map(({ id }) => id);
}

/** Of an assignment: each of these sensors has refused it (so has each of none). */
function refusedByAll(takers: readonly string[]): RawBuilder<boolean> {
  if (takers.length === 0) return sql<boolean>`1 = 1`;
  const column = (name: 'workspaceId' | 'assignmentId' | 'sensorId') => sql.ref(`assignmentRefusals.${name}`);
  return sql<boolean>`(select count(*) from ${sql.table('assignmentRefusals')}
    where ${column('workspaceId')} = ${sql.ref('assignments.workspaceId')} and ${column('assignmentId')} = ${sql.ref('assignments.id')}
    and ${column('sensorId')} in (${sql.join(takers)})) = ${sql.lit(takers.length)}`;
}

interface Look {
  readonly nowMs: number;
  readonly seenSince: number;
  readonly strandedSince: number;
}

/** In the words of the partial index assignments_refused. */
const isRefused = sql<boolean>`state in ('pending', 'offered') and refused > 0`;

async function strand(database: Database, session: Session, look: Look): Promise<readonly Assignment[]> {
  const places = await session.selectFrom('assignments').select(['workspaceId', 'registryId']).distinct().where(isRefused).execute();
  const failed: Assignment[] = [];
  for (const place of places) failed.push(...(await strandIn(database, session, place, look)));
  return failed;
}

interface Place {
  readonly workspaceId: string;
  readonly registryId: string;
}

/** Two steps, so that a control plane that was away for an hour does not take every sensor for gone before one could come back. */
async function strandIn(database: Database, session: Session, place: Place, look: Look): Promise<readonly Assignment[]> {
  const { nowMs, seenSince, strandedSince } = look;
  const isStranded = refusedByAll(await takersOf(session, place.workspaceId, place.registryId, seenSince));
  const refused = () =>
    session
      .selectFrom('assignments')
      .selectAll()
      .where('workspaceId', '=', place.workspaceId)
      .where('registryId', '=', place.registryId)
      .where(isRefused)
      .limit(STRANDED_ROWS_MAX)
      .modifyEnd(database.rows('skip'));
  const found = await refused().where('strandedAt', 'is not', null).where(sql<boolean>`not ${isStranded}`).execute();
  await mark(session, place.workspaceId, found, null);
  const lost = await refused().where('strandedAt', 'is', null).where(isStranded).execute();
  await mark(session, place.workspaceId, lost, nowMs);
  const over = await refused().where('strandedAt', '<=', strandedSince).where(isStranded).execute();
  return fail(session, place.workspaceId, over.map(assignmentOf), nowMs);
}

type Row = Selectable<Tables['assignments']>;

async function mark(session: Session, workspaceId: string, rows: readonly Row[], strandedAt: number | null): Promise<void> {
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return;
  await session.updateTable('assignments').set({ strandedAt }).where('workspaceId', '=', workspaceId).where('id', 'in', ids).execute();
}

async function fail(
  session: Session,
  workspaceId: string,
  assignments: readonly Assignment[],
  nowMs: number,
): Promise<readonly Assignment[]> {
  const ids = assignments.map(({ id }) => id);
  const last = new Map((await list(session, workspaceId, ids, 1)).map((refusal) => [refusal.assignmentId, refusal.failure]));
  const failed = assignments.map((assignment) => ({
    ...assignment,
    state: 'failed' as const,
    finishedAt: nowMs,
    failure: last.get(assignment.id) ?? assignment.failure,
  }));
  for (const { id, state, finishedAt, failure } of failed)
    await session
      .updateTable('assignments')
      .set({ state, finishedAt, failure: toJson(failure), verdictOwed: 1 })
      .where('workspaceId', '=', workspaceId)
      .where('id', '=', id)
      .execute();
  return failed;
}

/** The newest ones of each. */
async function list(session: Session, workspaceId: string, assignmentIds: readonly string[], limit: number): Promise<readonly Refusal[]> {
  const refusals: Refusal[] = [];
  for (const chunk of chunksOf(assignmentIds)) {
    const numbered = session
      .selectFrom('assignmentRefusals')
      .innerJoin('sensors', (join) =>
        join.onRef('sensors.workspaceId', '=', 'assignmentRefusals.workspaceId').onRef('sensors.id', '=', 'assignmentRefusals.sensorId'),
      )
      .select(['assignmentId', 'sensorId', 'sensors.name as sensorName', 'failure', 'refusedAt'])
      .select((eb) =>
        eb.fn
          .agg<number>('row_number')
          .over((over) => over.partitionBy('assignmentId').orderBy('refusedAt', 'desc').orderBy('sensorId', 'desc'))
          .as('place'),
      )
      .where('assignmentRefusals.workspaceId', '=', workspaceId)
      .where('assignmentId', 'in', chunk);
    const rows = await session.selectFrom(numbered.as('numbered')).selectAll().where('place', '<=', limit).orderBy('place').execute();
    refusals.push(...rows.map(({ place: _place, ...row }) => ({ ...row, failure: fromJson(row.failure) })));
  }
  return refusals;
}
