import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openStore } from '../../src/storage/index.ts';
import { conformance } from './conformance.ts';
import { sqliteBounds } from './suites/bounds.ts';
import { sqliteErrors } from './suites/sqlite-errors.ts';
import { systemClock } from './samples.ts';

// Forty tests, one of them waiting for a lock to time out: more than tap's half minute on a busy machine.
t.setTimeout(120_000);

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
  await t.test('bounds of its own', (t) => sqliteBounds(t, temporaryFile));
});

t.test('refuses a URL of another kind without showing it', async (t) => {
  const url = 'mysql://user:secret-password@host/database';
  const error = await openStore(url, systemClock).catch((reason: unknown) => reason);
  t.match(error, { code: 'config.invalid' });
  t.notMatch(String(error), 'secret-password');
});
