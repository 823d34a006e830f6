import type { Failure } from '@tidewaiter/shared/protocol';
import type { Updateable } from 'kysely';
import type { Assignment, AssignmentStore } from '../port/assignments.ts';
import { assignmentOf } from './assignment-rows.ts';
import { freeClaims } from './claims.ts';
import { toJson } from './columns.ts';
import type { Database, Session } from './database.ts';
import type { Tables } from './tables.ts';

/** Leases freed in one sweep; the next one comes in seconds. */
const EXPIRE_ROWS_MAX = 500;

const silent: Failure = {
  code: 'protocol.timeout',
  detail: 'The sensor fell silent or restarted during this assignment at every try.',
  remedy: "Look into the sensor's log for the time of the last try.",
  retryable: false,
};

/** How leases end without a word of their holder. */
export function releaseVerbs(database: Database): Pick<AssignmentStore, 'release' | 'expire'> {
  return {
    release: (workspaceId, sensorId, held, attemptsMax, nowMs) =>
      database.write(async (session) => {
        const running = await session
          .selectFrom('assignments')
          .selectAll()
          .where('workspaceId', '=', workspaceId)
          .where('sensorId', '=', sensorId)
          .where('state', '=', 'running')
          .modifyEnd(database.rows('wait'))
          .execute();
        const named = new Set(held.map(({ assignmentId, attempt }) => `${assignmentId} ${attempt}`));
        const kept = running.filter((row) => named.has(`${row.id} ${row.attempt}`));
        const left = running.filter((row) => !named.has(`${row.id} ${row.attempt}`)).map(assignmentOf);
        const { freed, failed } = await free(session, left, attemptsMax, nowMs);
        return { held: kept.map((row) => ({ assignmentId: row.id, attempt: row.attempt })), freed: freed.length, failed };
      }),
    expire: (nowMs, attemptsMax) =>
      database.write(async (session) => {
        const rows = await session
          .selectFrom('assignments')
          .selectAll()
          .where('state', '=', 'running')
          .where('leaseExpiresAt', '<=', nowMs)
          .orderBy('leaseExpiresAt')
          .limit(EXPIRE_ROWS_MAX)
          .modifyEnd(database.rows('skip'))
          .execute();
        return free(session, rows.map(assignmentOf), attemptsMax, nowMs);
      }),
  };
}

async function free(
  session: Session,
  assignments: readonly Assignment[],
  attemptsMax: number,
  nowMs: number,
): Promise<{ freed: readonly Assignment[]; failed: readonly Assignment[] }> {
  const isOver = ({ attempt, refused }: Assignment): boolean => attempt - refused >= attemptsMax;
  const failed = assignments.filter(isOver);
  const freed = assignments.filter((assignment) => !isOver(assignment));
  for (const { workspaceId, id } of assignments) await freeClaims(session, workspaceId, id);
  for (const { workspaceId, id } of freed)
    await update(session, workspaceId, id, { state: 'pending', sensorId: null, notBefore: nowMs, offeredAt: null, offerExpiresAt: null });
  for (const { workspaceId, id } of failed)
    await update(session, workspaceId, id, { state: 'failed', finishedAt: nowMs, failure: toJson(silent), verdictOwed: 1 });
  return { freed, failed: failed.map((assignment) => ({ ...assignment, state: 'failed', finishedAt: nowMs, failure: silent })) };
}

async function update(session: Session, workspaceId: string, id: string, change: Updateable<Tables['assignments']>): Promise<void> {
  await session
    .updateTable('assignments')
    .set({ ...change, leaseExpiresAt: null })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute();
}
