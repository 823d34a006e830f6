import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import t, { type Test } from 'tap';
import { openStore } from '../../src/storage/index.ts';
import { conformance, type Watched } from './conformance.ts';
import { sqliteBounds } from './suites/bounds.ts';
import { sqliteErrors } from './suites/sqlite-errors.ts';
import { systemClock } from './samples.ts';

// Forty tests, one of them waiting for a lock to time out: more than tap's half minute on a busy machine.
t.setTimeout(240_000);

async function openAt(t: Test, url: string) {
  const store = await openStore(url, systemClock);
  t.teardown(() => store.close());
  return store;
}

function temporaryFile(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidewaiter-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'tidewaiter.db');
}

async function openWatched(t: Test): Promise<Watched> {
  const path = temporaryFile(t);
  const store = await openAt(t, `sqlite:${path}`);
  const reader = new BetterSqlite(path, { readonly: true });
  t.teardown(() => reader.close());
  const names = reader.prepare<[], string>("select name from sqlite_master where type = 'table' order by name").pluck().all();
  const rowsOf = (name: string) => reader.prepare<[], Record<string, unknown>>(`select * from ${name}`).all();
  return { store, tables: async () => Object.fromEntries(names.map((name) => [name, rowsOf(name)])) };
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
  await conformance(t, { empty: stores, shared: stores, watched: openWatched });
  await t.test('errors', (t) => sqliteErrors(t, temporaryFile));
  await t.test('bounds of its own', (t) => sqliteBounds(t, temporaryFile));
});

t.test('refuses a URL of another kind without showing it', async (t) => {
  const url = 'mysql://user:secret-password@host/database';
  const error = await openStore(url, systemClock).catch((reason: unknown) => reason);
  t.match(error, { code: 'config.invalid' });
  t.notMatch(String(error), 'secret-password');
});
