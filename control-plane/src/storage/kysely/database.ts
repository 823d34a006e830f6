import type { Kysely, RawBuilder } from 'kysely';
import type { Wakeups } from '../port/store.ts';
import type { Tables } from './tables.ts';

/** What a verb's statements run on: one connection, mostly within a transaction. */
export type Session = Kysely<Tables>;

/**
 * What the aggregates ask of a dialect. Errors of the driver leave as storage.unavailable, .full, .damaged or .conflict;
 * a parent that is missing (a foreign key) as resource.not-found.
 */
export interface Database {
  /** One transaction that may write; rolled back when `run` throws. */
  write<T>(run: (session: Session) => Promise<T>): Promise<T>;
  /** Statements that only read. All of them see the same state. */
  read<T>(run: (session: Session) => Promise<T>): Promise<T>;
  /** Within a write: until its end nobody else holds the same name. */
  lock(session: Session, name: string): Promise<void>;
  /** Ends a select within a write: its rows are ours until the end. `skip`: leaves out rows that others hold. */
  rows(held: 'wait' | 'skip'): RawBuilder<unknown>;
  readonly wakeups: Wakeups;
  ping(): Promise<void>;
  close(): Promise<void>;
}
