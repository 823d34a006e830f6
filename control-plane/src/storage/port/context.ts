import type { Store } from './store.ts';

/** Where a stage says what an operator should see. pino's loggers fit. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** The time in ms since the epoch, and milliseconds that only grow, for waits. */
export interface Clock {
  readonly now: () => number;
  readonly monotonic: () => number;
}

/** What every stage is given by the composition root: the store, the time in ms, UUIDv7s and a log. */
export interface Context {
  readonly store: Store;
  readonly now: () => number;
  readonly newId: () => string;
  readonly log: Log;
}
