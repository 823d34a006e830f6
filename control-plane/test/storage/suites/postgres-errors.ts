import { setTimeout as pause } from 'node:timers/promises';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Test } from 'tap';
import { postgresErrorOf } from '../../../src/storage/dialects/postgres/errors.ts';
import { openStore } from '../../../src/storage/index.ts';
import type { PostgresServer } from '../postgres-server.ts';
import { createWorkspace, newId, systemClock } from '../samples.ts';

const audit = (workspaceId: string) => ({ workspaceId, id: newId(), at: 1, actor: 'system', action: 'test', subject: 's', details: {} });

/** What a server that is away, full or read-only does. */
export async function postgresErrors(t: Test, server: PostgresServer): Promise<void> {
  await t.test('replicas that start at once migrate an empty database once', async (t) => {
    const url = await server.createDatabase();
    const stores = await Promise.all([1, 2, 3].map(() => openStore(url, systemClock)));
    t.match(await server.query(url, 'select count(*) > 0 and count(*) = count(distinct version) as once from schema_migrations'), [
      { once: true },
    ]);
    for (const store of stores) await store.close();
  });

  await t.test('a server that is not there, a database that is not, and a wrong password are unavailable', async (t) => {
    const url = await server.createDatabase();
    const changed = (change: (parsed: URL) => void): string => {
      const parsed = new URL(url);
      change(parsed);
      return parsed.href;
    };
    const away = changed((parsed) => {
      parsed.port = '1';
    });
    const missing = changed((parsed) => {
      parsed.pathname = '/nowhere';
    });
    const wrong = changed((parsed) => {
      parsed.password = 'wrong-password';
    });
    for (const bad of [away, missing, wrong]) {
      const error = await openStore(bad, systemClock).catch((reason: unknown) => reason);
      t.match(error, { code: 'storage.unavailable', retryable: true });
      t.notMatch(String(error), /only-on-loopback|wrong-password/);
    }
  });

  await t.test('connections that are cut are replaced, and wake-ups come again', async (t) => {
    const url = await server.createDatabase();
    const store = await openStore(url, systemClock);
    const workspaceId = await createWorkspace(store);
    const woken: number[] = [];
    const until = async (count: number) => {
      for (let tries = 0; tries < 100 && woken.length < count; tries++) await pause(50);
    };
    store.wakeups.listen('topic', () => {
      woken.push(Date.now());
    });
    await until(1);
    t.equal(woken.length, 1, 'woken when it listens');
    const cut = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
    await server.query(url, cut);
    await until(2);
    t.equal(woken.length, 2, 'and again when it listens again, since something may have been missed');
    const after = await store.audit.create(workspaceId, audit(workspaceId)).catch((error: unknown) => error);
    if (after !== undefined) t.match(after, { code: 'storage.unavailable' });
    await t.resolves(store.audit.create(workspaceId, audit(workspaceId)));
    await store.close();
  });

  await t.test('a server that only reads is unavailable for writes', async (t) => {
    const url = await server.createDatabase();
    const first = await openStore(url, systemClock);
    const workspaceId = await createWorkspace(first);
    await first.close();
    const { pathname } = new URL(url);
    await server.query(url, `alter role tidewaiter in database ${pathname.slice(1)} set default_transaction_read_only = on`);
    await t.rejects(openStore(url, systemClock), { code: 'storage.unavailable', message: /read-only/ });
    t.ok(workspaceId);
  });

  await t.test('what a server says that cannot be brought about here is told apart by its SQLSTATE', async (t) => {
    const says = (code: string) => postgresErrorOf(Object.assign(new Error('said'), { code }));
    for (const [sqlState, code] of [
      ['53100', 'storage.full'],
      ['53300', 'storage.unavailable'],
      ['57P01', 'storage.unavailable'],
      ['08006', 'storage.unavailable'],
      ['40P01', 'storage.unavailable'],
      ['XX001', 'storage.damaged'],
      ['23505', 'storage.conflict'],
      ['23503', 'resource.not-found'],
      ['ECONNRESET', 'storage.unavailable'],
    ] as const)
      t.match(says(sqlState), { code, message: /said/ }, sqlState);
    for (const [fault, code] of [
      [new SyntaxError('Unexpected end of JSON input'), 'storage.damaged'],
      [new Error('Connection terminated unexpectedly'), 'storage.unavailable'],
    ] as const)
      t.match(postgresErrorOf(fault), { code });
    const bug = new TypeError('x is not a function');
    t.equal(postgresErrorOf(bug), bug, 'a bug stays one');
    t.equal(says('42P01') instanceof TidewaiterError, false, 'and so does a statement that is wrong');
  });

  await t.test('a database of a newer build is refused', async (t) => {
    const url = await server.createDatabase();
    await (await openStore(url, systemClock)).close();
    await server.query(url, "insert into schema_migrations values (9999, 'from the future', 1)");
    await t.rejects(openStore(url, systemClock), { code: 'config.conflict', message: /9999/ });
  });
}
