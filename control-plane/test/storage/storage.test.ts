import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openStore } from '../../src/storage/index.ts';
import { conformance } from './conformance.ts';
import { startPostgres } from './postgres-server.ts';
import { postgresErrors } from './suites/postgres-errors.ts';
import { sqliteErrors } from './suites/sqlite-errors.ts';

// Forty tests on each of two databases, one of them a server that has to be made first; minutes only on a busy machine.
t.setTimeout(120_000);

async function openAt(t: Test, url: string) {
  const store = await openStore(url, Date.now);
  t.teardown(() => store.close());
  return store;
}

function temporaryFile(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidewaiter-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'tidewaiter.db');
}

t.test('SQLite', async (t) => {
  const open = (t: Test) => openAt(t, `sqlite:${temporaryFile(t)}`);
  const stores = {
    open,
    async openTwo(t: Test) {
      const store = await open(t);
      return [store, store] as const;
    },
  };
  await conformance(t, { empty: stores, shared: stores });
  await t.test('errors', (t) => sqliteErrors(t, temporaryFile));
});

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
});

t.test('refuses a URL of another kind without showing it', async (t) => {
  const url = 'mysql://user:secret-password@host/database';
  const error = await openStore(url, Date.now).catch((reason: unknown) => reason);
  t.match(error, { code: 'config.invalid' });
  t.notMatch(String(error), 'secret-password');
});
