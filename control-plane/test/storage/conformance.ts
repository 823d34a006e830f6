import type { Test } from 'tap';
import type { Store } from '../../src/storage/index.ts';
import { apartSuite } from './suites/apart.ts';
import { boundsSuite } from './suites/bounds.ts';
import { catalogSuite } from './suites/catalog.ts';
import { factsSuite } from './suites/facts.ts';
import { queueSuite } from './suites/queue.ts';
import { refusalsSuite } from './suites/refusals.ts';
import { resultsSuite } from './suites/results.ts';
import { tenancySuite } from './suites/tenancy.ts';
import { twinsSuite } from './suites/twins.ts';
import { wakeupsSuite } from './suites/wakeups.ts';
import { witnessesSuite } from './suites/witnesses.ts';

/** One way to get stores. Everything opened is closed by its own test's teardown, or by the caller. */
export interface Stores {
  open(t: Test): Promise<Store>;
  /** Two replicas on one database, or the one store twice where a database belongs to one process. */
  openTwo(t: Test): Promise<readonly [Store, Store]>;
}

/** A store on a database of the test's own, and all rows of all its tables as they are in it. */
export interface Watched {
  readonly store: Store;
  tables(): Promise<Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>>;
}

/** `empty`: on a database of the test's own; `shared`: on one that other tests used, which is faster and must not matter. */
export interface Dialect {
  readonly empty: Stores;
  readonly shared: Stores;
  readonly watched: (t: Test) => Promise<Watched>;
}

/** What every adapter of the storage port does alike. */
export async function conformance(t: Test, { empty, shared, watched }: Dialect): Promise<void> {
  await t.test('tenancy', (t) => tenancySuite(t, empty));
  await t.test('queue', (t) => queueSuite(t, empty));
  await t.test('refusals', (t) => refusalsSuite(t, empty));
  await t.test('bounds', (t) => boundsSuite(t, empty));
  await t.test('catalog', (t) => catalogSuite(t, shared));
  await t.test('facts', (t) => factsSuite(t, shared));
  await t.test('witnesses', (t) => witnessesSuite(t, shared));
  await t.test('results', (t) => resultsSuite(t, shared));
  await t.test('workspaces', (t) => apartSuite(t, shared));
  await t.test('twins', (t) => twinsSuite(t, watched));
  await t.test('wakeups', (t) => wakeupsSuite(t, shared));
}
