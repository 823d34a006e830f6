import { sql } from 'kysely';
import type { AssignmentStore } from '../port/assignments.ts';
import { assignmentOf } from './assignment-rows.ts';
import { pageOf } from './columns.ts';
import type { Database } from './database.ts';

/** In the words of the partial index assignments_owed. */
const isOwed = sql<boolean>`verdict_owed = 1`;

/** What failed without a word of its sensor, until its verdict is made. */
export function owedVerbs(database: Database): Pick<AssignmentStore, 'listUnjudged' | 'updateJudged'> {
  return {
    listUnjudged: (page) =>
      database.read((session) =>
        pageOf(
          page,
          (after, limit) =>
            session.selectFrom('assignments').selectAll().where(isOwed).where('id', '>', after).orderBy('id').limit(limit).execute(),
          (row) => row.id,
          assignmentOf,
        ),
      ),
    async updateJudged(workspaceId, id) {
      const updated = await database.write((session) =>
        session
          .updateTable('assignments')
          .set({ verdictOwed: 0 })
          .where('workspaceId', '=', workspaceId)
          .where('id', '=', id)
          .where(isOwed)
          .executeTakeFirst(),
      );
      return updated.numUpdatedRows > 0n;
    },
  };
}
