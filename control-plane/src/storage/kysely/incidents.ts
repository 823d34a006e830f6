import type { ExpressionBuilder, NotNull } from 'kysely';
import type { Incident, IncidentActivity, IncidentFilter, IncidentStore } from '../port/incidents.ts';
import { fromJson, pageOf, present, toJson } from './columns.ts';
import type { Database, Session } from './database.ts';
import { occurrencesOf } from './occurrences.ts';
import type { Tables } from './tables.ts';

export function incidentStore(database: Database): IncidentStore {
  return {
    async fetch(workspaceId, id) {
      const row = await database.read((session) =>
        session.selectFrom('incidents').selectAll().where('workspaceId', '=', workspaceId).where('id', '=', id).executeTakeFirst(),
      );
      return row ?? null;
    },
    list: (workspaceId, filter, page) =>
      database.read((session) => {
        const rows = filtered(session, workspaceId, filter);
        return pageOf(
          page,
          (after, limit) => rows.where('incidents.id', '>', after).orderBy('incidents.id').limit(limit).execute(),
          (row) => row.id,
          (row): Incident => row,
        );
      }),
    update: (workspaceId, id, change, activity) => database.write((session) => update(session, workspaceId, id, change, activity)),
    createNote: (workspaceId, incidentId, note) =>
      database.write(async (session) => {
        if (!(await exists(session, workspaceId, incidentId))) return false;
        await session
          .insertInto('incidentNotes')
          .values({ workspaceId, incidentId, ...note })
          .execute();
        return true;
      }),
    listOccurrences: (workspaceId, incidentId, page) => database.read((session) => occurrencesOf(session, workspaceId, incidentId, page)),
    ...diary(database),
  };
}

function diary(database: Database): Pick<IncidentStore, 'listNotes' | 'listActivity' | 'count'> {
  return {
    listNotes: (workspaceId, incidentId, page) =>
      database.read((session) => {
        const notes = session
          .selectFrom('incidentNotes')
          .select(['id', 'author', 'text', 'createdAt'])
          .where('workspaceId', '=', workspaceId)
          .where('incidentId', '=', incidentId);
        return pageOf(
          page,
          (after, limit) => notes.where('id', '>', after).orderBy('id').limit(limit).execute(),
          (row) => row.id,
          (row) => row,
        );
      }),
    listActivity: (workspaceId, incidentId, page) =>
      database.read((session) => {
        const activities = session
          .selectFrom('incidentActivities')
          .select(['id', 'at', 'actor', 'action', 'details'])
          .where('workspaceId', '=', workspaceId)
          .where('incidentId', '=', incidentId);
        return pageOf(
          page,
          (after, limit) => activities.where('id', '>', after).orderBy('id').limit(limit).execute(),
          (row) => row.id,
          (row): IncidentActivity => ({ ...row, details: fromJson(row.details) }),
        );
      }),
    async count(workspaceId) {
      const rows = await database.read((session) =>
        session
          .selectFrom('incidents')
          .select(['status', (eb) => eb.fn.countAll<number>().as('incidents')])
          .where('workspaceId', '=', workspaceId)
          .groupBy('status')
          .execute(),
      );
      return Object.fromEntries(rows.map((row) => [row.status, row.incidents]));
    },
  };
}

function filtered(session: Session, workspaceId: string, filter: IncidentFilter) {
  return session
    .selectFrom('incidents')
    .selectAll('incidents')
    .where('incidents.workspaceId', '=', workspaceId)
    .$if(filter.status !== undefined, (query) => query.where('incidents.status', '=', filter.status ?? 'triggered'))
    .$if(filter.severity !== undefined, (query) => query.where('incidents.severity', '=', filter.severity ?? 'critical'))
    .$if(filter.detector !== undefined, (query) => query.where('incidents.detector', '=', filter.detector ?? ''))
    .$if(filter.digest !== undefined, (query) =>
      query.where('incidents.id', 'in', (eb) => {
        const digest = filter.digest ?? '';
        return sighted(eb, workspaceId).where((is) =>
          is.or([is('sightings.rootDigest', '=', digest), is('sightings.imageDigest', '=', digest)]),
        );
      }),
    )
    .$if(filter.repositoryId !== undefined, (query) =>
      query.where('incidents.id', 'in', (eb) =>
        sighted(eb, workspaceId)
          .innerJoin('placements', (join) =>
            join.onRef('placements.workspaceId', '=', 'sightings.workspaceId').onRef('placements.digest', '=', 'sightings.rootDigest'),
          )
          .where('placements.repositoryId', '=', filter.repositoryId ?? ''),
      ),
    );
}

/** The incidents of what verdicts report, for a condition to be put on. */
const sighted = (eb: ExpressionBuilder<Tables, 'incidents'>, workspaceId: string) =>
  eb
    .selectFrom('findings')
    .innerJoin('sightings', (join) =>
      join.onRef('sightings.workspaceId', '=', 'findings.workspaceId').onRef('sightings.findingId', '=', 'findings.id'),
    )
    .select('findings.incidentId')
    .$narrowType<{ incidentId: NotNull }>()
    .where('findings.workspaceId', '=', workspaceId)
    .where('findings.incidentId', 'is not', null)
    .where('sightings.reported', '=', 1);

async function exists(session: Session, workspaceId: string, id: string): Promise<boolean> {
  const row = await session
    .selectFrom('incidents')
    .select('id')
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row !== undefined;
}

async function update(
  session: Session,
  workspaceId: string,
  id: string,
  change: Parameters<IncidentStore['update']>[2],
  activity: IncidentActivity,
): Promise<boolean> {
  const updated = await session
    .updateTable('incidents')
    .set({ updatedAt: activity.at, ...present(change) })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (updated.numUpdatedRows === 0n) return false;
  await session
    .insertInto('incidentActivities')
    .values({ workspaceId, incidentId: id, ...activity, details: toJson(activity.details) })
    .execute();
  return true;
}
