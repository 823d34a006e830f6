import type { Grant } from '@tidewaiter/shared/protocol';
import type { Selectable } from 'kysely';
import type { Assignment } from '../port/assignments.ts';
import { fromJson, toJson } from './columns.ts';
import type { Database, Session } from './database.ts';
import type { Tables } from './tables.ts';

/** @internal the assignment under `grant` if it is current; `hold`: nobody changes it until the end of this write. */
export async function holdGrant(
  database: Database,
  session: Session,
  workspaceId: string,
  sensorId: string,
  grant: Grant,
  hold = true,
): Promise<Assignment | null> {
  const query = selectOne(session, workspaceId, grant.assignmentId)
    .where('state', '=', 'running')
    .where('sensorId', '=', sensorId)
    .where('attempt', '=', grant.attempt);
  const row = await (hold ? query.modifyEnd(database.rows('wait')) : query).executeTakeFirst();
  return row ? assignmentOf(row) : null;
}

/** @internal */
export const selectOne = (session: Session, workspaceId: string, id: string) =>
  session.selectFrom('assignments').selectAll().where('workspaceId', '=', workspaceId).where('id', '=', id);

/** @internal */
export function assignmentOf(row: Selectable<Tables['assignments']>): Assignment {
  const { workKey: _, offerExpiresAt: __, verdictOwed: ___, ...rest } = row;
  return {
    ...rest,
    engine: fromJson(row.engine),
    progress: fromJson(row.progress),
    failure: fromJson(row.failure),
    timings: fromJson(row.timings),
  };
}

/** @internal */
export function assignmentRowOf(assignment: Assignment): Selectable<Tables['assignments']> {
  const { kind, registryId, repository, digest } = assignment;
  return {
    ...assignment,
    engine: toJson(assignment.engine),
    progress: toJson(assignment.progress),
    failure: toJson(assignment.failure),
    timings: toJson(assignment.timings),
    workKey: [kind, registryId, repository ?? '', digest ?? ''].join(' '),
    offerExpiresAt: null,
    verdictOwed: 0,
  };
}
