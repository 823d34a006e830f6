import { chmodSync, closeSync, openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import { CamelCasePlugin, Kysely, type RawBuilder, SqliteDialect, sql } from 'kysely';
import type { Database, Session } from '../../kysely/database.ts';
import { migrate } from '../../kysely/migrations.ts';
import { StorableText } from '../../kysely/storable-text.ts';
import type { Tables } from '../../kysely/tables.ts';
import type { Clock } from '../../port/context.ts';
import { isBusy, sqliteErrorOf } from './errors.ts';
import { statementCache } from './statements.ts';
import { localWakeups } from './wakeups.ts';
import { GroupedWrites } from './writes.ts';

/** better-sqlite3 waits in the thread, so a wait there stops the whole program: next to none, the rest is waited for without blocking. */
const BUSY_IN_THREAD_MS = 1;
/** How long a write waits for another process (a backup, a shell) before it is storage.unavailable; under a webhook's 5 s. */
const BUSY_MS_MAX = 2_000;
const BUSY_PAUSE_MS = 50;

/** @throws storage.unavailable, storage.damaged, storage.full, config.conflict (newer schema). */
export async function openSqlite(path: string, clock: Clock): Promise<Database> {
  try {
    const connection = await whenFree(clock, clock.monotonic(), () => connect(path));
    const kysely = new Kysely<Tables>({
      dialect: new SqliteDialect({
        database: { prepare: statementCache((text) => connection.prepare(text)), close: () => connection.close() },
      }),
      plugins: [new CamelCasePlugin(), new StorableText()],
    });
    return await migrated(new Sqlite(kysely, clock), clock.now);
  } catch (error) {
    throw sqliteErrorOf(error);
  }
}

async function migrated(database: Sqlite, now: () => number): Promise<Database> {
  try {
    await database.write((session) => migrate(session, { blob: 'blob' }, now()));
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * Tries again while another process holds the database, without stopping this one.
 * @param since when it was asked for: writes that waited behind another give up with it, not one after the other.
 */
async function whenFree<T>({ monotonic }: Clock, since: number, run: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!isBusy(error) || monotonic() - since >= BUSY_MS_MAX) throw error;
      await pause(BUSY_PAUSE_MS);
    }
  }
}

function connect(path: string): BetterSqlite.Database {
  createPrivate(path);
  const connection = new BetterSqlite(path, { timeout: BUSY_IN_THREAD_MS });
  try {
    connection.pragma('journal_mode = WAL');
    // FULL: what was acknowledged (a webhook's 202, a report's ack) is gone at its sender, so a commit must outlive a power cut.
    // In WAL mode NORMAL would only keep the file whole (https://sqlite.org/pragma.html#pragma_synchronous).
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** SQLite gives its journals the mode of the database file; an existing file is narrowed, too. */
function createPrivate(path: string): void {
  if (path === ':memory:') return;
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

/** One connection, to one session at a time, so transactions never interleave. */
class Sqlite implements Database {
  readonly #kysely: Kysely<Tables>;
  readonly wakeups = localWakeups();
  /** They wait in a queue of their own for another process to let go, off the connection: reads go on meanwhile. */
  readonly #writes: GroupedWrites;
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(kysely: Kysely<Tables>, clock: Clock) {
    this.#kysely = kysely;
    this.#writes = new GroupedWrites(clock, (since, run) => whenFree(clock, since, () => this.#inTurn(run)));
  }

  write<T>(run: (session: Session) => Promise<T>): Promise<T> {
    return translated(() => this.#writes.add(run));
  }

  read<T>(run: (session: Session) => Promise<T>): Promise<T> {
    return translated(() => this.#inTurn(run));
  }

  /** First come, first served: Kysely's own lock goes to whoever asks when it is let go, and one may wait there for the end of a burst. */
  #inTurn<T>(run: (session: Session) => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(() => this.#kysely.connection().execute(run));
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  // BEGIN IMMEDIATE has locked the whole database already.
  async lock(): Promise<void> {}

  rows(): RawBuilder<unknown> {
    return sql``;
  }

  ping(): Promise<void> {
    return this.read(async (session) => {
      await session.selectFrom('schemaMigrations').select('version').limit(1).execute();
    });
  }

  async close(): Promise<void> {
    await this.#kysely.destroy();
  }
}

async function translated<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw sqliteErrorOf(error);
  }
}
