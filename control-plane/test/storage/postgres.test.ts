import pg from 'pg';
import t, { type Test } from 'tap';
import { openStore } from '../../src/storage/index.ts';
import { conformance, type Watched } from './conformance.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { postgresBounds } from './suites/bounds.ts';
import { postgresErrors } from './suites/postgres-errors.ts';
import { systemClock } from './samples.ts';

// Forty tests on a server that has to be made first: more than tap's half minute on a busy machine.
t.setTimeout(240_000);

async function openAt(t: Test, url: string) {
  const store = await openStore(url, systemClock);
  t.teardown(() => store.close());
  return store;
}

/** Migrated once, and then copied for each test that wants a database of its own; migrating is tested by itself (postgres-errors.ts). */
async function migrated(server: PostgresServer): Promise<string> {
  const url = await server.createDatabase();
  await (await openStore(url, systemClock)).close();
  return url;
}

/** One statement for all tables: there are some forty, looked at some hundred times. */
async function openWatched(t: Test, url: string): Promise<Watched> {
  const store = await openAt(t, url);
  const reader = new pg.Client(url);
  await reader.connect();
  t.teardown(() => reader.end());
  const { rows } = await reader.query<{ readonly columns: string }>(`select string_agg(
    format('(select json_agg(it) from %1$I it) as %1$I', tablename), ', ' order by tablename) as columns
    from pg_tables where schemaname = current_schema()`);
  const select = `select ${rows[0]?.columns}`;
  return {
    store,
    async tables() {
      const found = await reader.query<Record<string, Record<string, unknown>[] | null>>(select);
      return Object.fromEntries(Object.entries(found.rows[0] ?? {}).map(([name, of]) => [name, of ?? []]));
    },
  };
}

t.test('PostgreSQL', async (t) => {
  const server = await startPostgres();
  t.teardown(() => server.stop());
  const template = await migrated(server);
  const createDatabase = () => server.createDatabase(template);
  const openTwo = async (t: Test) => {
    const url = await createDatabase();
    return [await openAt(t, url), await openAt(t, url)] as const;
  };
  const shared = await openTwo(t);
  await conformance(t, {
    empty: { open: async (t) => openAt(t, await createDatabase()), openTwo },
    shared: { open: async () => shared[0], openTwo: async () => shared },
    watched: async (t) => openWatched(t, await createDatabase()),
  });
  await t.test('errors', (t) => postgresErrors(t, server));
  await t.test('bounds of its own', (t) => postgresBounds(t, server));
});
