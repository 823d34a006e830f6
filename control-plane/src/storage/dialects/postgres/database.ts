import { CamelCasePlugin, Kysely, PostgresDialect, type RawBuilder, sql } from 'kysely';
import { Pool, types } from 'pg';
import type { Database, Session } from '../../kysely/database.ts';
import { migrate } from '../../kysely/migrations.ts';
import { StorableText } from '../../kysely/storable-text.ts';
import type { Tables } from '../../kysely/tables.ts';
import { isRetryable, postgresErrorOf } from './errors.ts';
import { PostgresWakeups } from './wakeups.ts';

/** Connections of one replica: verbs are short, and a handful of replicas fits PostgreSQL's default of 100. */
const CONNECTIONS_MAX = 10;
/** Under EventBridge's 5 s, so that a webhook still gets its 503. */
const CONNECT_MS_MAX = 3_000;
/** No verb takes that long but a migration, which lifts it for itself. */
const STATEMENT_MS_MAX = 15_000;
/** Runs of one transaction that lost a deadlock. */
const TRIES = 3;
const INT8 = 20;

/** @throws storage.unavailable, config.conflict (newer schema). */
export async function openPostgres(url: string, now: () => number): Promise<Database> {
  const settings = { connectionString: url, connectionTimeoutMillis: CONNECT_MS_MAX, application_name: 'tidewaiter' };
  const pool = new Pool({ ...settings, max: CONNECTIONS_MAX, statement_timeout: STATEMENT_MS_MAX, types: { getTypeParser } });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin(), new StorableText()] });
  const database = new Postgres(kysely, new PostgresWakeups(settings, pool));
  try {
    await database.write(async (session) => {
      await sql`set local statement_timeout = 0`.execute(session);
      await database.lock(session, 'migrations');
      await migrate(session, { blob: 'bytea' }, now());
    });
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Counts and times are far below 2^53, so int8 is a number, not text. */
const getTypeParser: typeof types.getTypeParser = (id: number, format?: 'text' | 'binary') =>
  id === INT8 ? Number : types.getTypeParser(id, format);

class Postgres implements Database {
  readonly #kysely: Kysely<Tables>;
  readonly wakeups: PostgresWakeups;

  constructor(kysely: Kysely<Tables>, wakeups: PostgresWakeups) {
    this.#kysely = kysely;
    this.wakeups = wakeups;
  }

  async write<T>(run: (session: Session) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#kysely.transaction().setIsolationLevel('read committed').execute(run);
      } catch (error) {
        if (!isRetryable(error) || tries === TRIES) throw postgresErrorOf(error);
      }
    }
  }

  async read<T>(run: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await this.#kysely.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(run);
    } catch (error) {
      throw postgresErrorOf(error);
    }
  }

  async lock(session: Session, name: string): Promise<void> {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`tidewaiter ${name}`}, 0))`.execute(session);
  }

  rows(held: 'wait' | 'skip'): RawBuilder<unknown> {
    return held === 'skip' ? sql`for update skip locked` : sql`for update`;
  }

  async ping(): Promise<void> {
    try {
      await sql`select 1`.execute(this.#kysely);
    } catch (error) {
      throw postgresErrorOf(error);
    }
  }

  async close(): Promise<void> {
    await this.wakeups.close();
    await this.#kysely.destroy();
  }
}
