import { TidewaiterError } from '@tidewaiter/shared/errors';
import { sql } from 'kysely';
import type { Session } from './database.ts';
import { firstTables } from './migrations/0001-first-tables.ts';
import { webhookKeysById } from './migrations/0004-webhook-keys-by-id.ts';
import { exclusions } from './migrations/0005-exclusions.ts';
import { duplicateEvents } from './migrations/0006-duplicate-events.ts';
import { refusals } from './migrations/0007-refusals.ts';
import { owedVerdicts } from './migrations/0008-owed-verdicts.ts';
import { engineOfWork } from './migrations/0003-engine-of-work.ts';

/** One step of the schema. It is never changed once released, only followed by another; expand first, contract a release later. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** Statements for both dialects; `blob` is the dialect's type for bytes. */
  readonly statements: (types: { readonly blob: 'blob' | 'bytea' }) => readonly string[];
}

const migrations: readonly Migration[] = [firstTables, engineOfWork, webhookKeysById, exclusions, duplicateEvents, refusals, owedVerdicts];

/**
 * Brings the schema up to this build, in the transaction and under the lock of the caller.
 * @throws config.conflict when the database was written by a newer build.
 */
export async function migrate(session: Session, types: { readonly blob: 'blob' | 'bytea' }, nowMs: number): Promise<void> {
  await sql`create table if not exists schema_migrations (version bigint primary key, name text not null, applied_at bigint not null)`.execute(
    session,
  );
  const applied = await session.selectFrom('schemaMigrations').select('version').execute();
  const versions = new Set(applied.map((row) => row.version));
  refuseNewer(Math.max(0, ...versions));
  for (const migration of migrations) if (!versions.has(migration.version)) await apply(session, migration, types, nowMs);
}

function refuseNewer(version: number): void {
  const newest = Math.max(...migrations.map((migration) => migration.version));
  if (version <= newest) return;
  throw new TidewaiterError('config.conflict', {
    which: 'database schema',
    got: `version ${version}`,
    want: `at most ${newest}`,
    remedy: 'Start the newer build that wrote this database; migrations only go forward.',
  });
}

async function apply(session: Session, migration: Migration, types: { readonly blob: 'blob' | 'bytea' }, nowMs: number): Promise<void> {
  for (const statement of migration.statements(types)) await sql.raw(statement).execute(session);
  await session.insertInto('schemaMigrations').values({ version: migration.version, name: migration.name, appliedAt: nowMs }).execute();
}
