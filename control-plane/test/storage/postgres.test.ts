import t, { type Test } from 'tap';
import { openStore } from '../../src/storage/index.ts';
import { conformance } from './conformance.ts';
import { startPostgres } from './postgres-server.ts';
import { postgresBounds } from './suites/bounds.ts';
import { postgresErrors } from './suites/postgres-errors.ts';
import { systemClock } from './samples.ts';

// Forty tests on a server that has to be made first: more than tap's half minute on a busy machine.
t.setTimeout(120_000);

async function openAt(t: Test, url: string) {
  const store = await openStore(url, systemClock);
  t.teardown(() => store.close());
  return store;
}

t.test('PostgreSQL', async (t) => {
  const server = await startPostgres();
  t.teardown(() => server.stop());
  const openTwo = async (t: Test) => {
    const url = await server.createDatabase();
    return [await openAt(t, url), await openAt(t, url)] as const;
  };
  const shared = await openTwo(t);
  await conformance(t, {
    empty: { open: async (t) => openAt(t, await server.createDatabase()), openTwo },
    shared: { open: async () => shared[0], openTwo: async () => shared },
  });
  await t.test('errors', (t) => postgresErrors(t, server));
  await t.test('bounds of its own', (t) => postgresBounds(t, server));
});
