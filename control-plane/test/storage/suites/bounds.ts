import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import type { Test } from 'tap';
import { statementCache } from '../../../src/storage/dialects/sqlite/statements.ts';
import { openStore, type Store } from '../../../src/storage/index.ts';
import type { Stores } from '../conformance.ts';
import type { PostgresServer } from '../postgres-server.ts';
import { assignmentOf, createWorkspace, digestOf, enrol, newId, registryOf, systemClock } from '../samples.ts';

/** As the stores have it: what one sweep takes, so that no transaction grows with the installation. */
const EXPIRE_ROWS = 500;

/** Named bounds of the stores, at the bound and one beyond. */
export async function boundsSuite(t: Test, stores: Stores): Promise<void> {
  for (const leases of [EXPIRE_ROWS, EXPIRE_ROWS + 1])
    await t.test(`of ${leases} leases that ran out together one sweep frees ${EXPIRE_ROWS}, the next one the rest`, async (t) => {
      const store = await stores.open(t);
      const workspaceId = await createWorkspace(store);
      const registry = registryOf(workspaceId);
      await store.registries.create(workspaceId, registry);
      const sensor = await enrol(store, workspaceId);
      const running = Array.from({ length: leases }, (_, at) =>
        assignmentOf(registry, {
          digest: digestOf(`image ${at}`),
          state: 'running',
          attempt: 1,
          sensorId: sensor.id,
          leaseExpiresAt: at === 0 ? 11 : 10,
        }),
      );
      await store.assignments.createAll(workspaceId, running);
      const sweeps = [];
      for (let sweep = 0; sweep < 3; sweep += 1) sweeps.push((await store.assignments.expire(11, 5)).freed);
      t.same(
        sweeps.map((freed) => freed.length),
        [EXPIRE_ROWS, leases - EXPIRE_ROWS, 0],
      );
      t.equal(new Set(sweeps.flat().map(({ id }) => id)).size, leases, 'each is freed once');
      const last = sweeps.flat().at(-1);
      if (leases > EXPIRE_ROWS) t.equal(last?.id, running[0]?.id, 'what ran out last is freed last');
    });

  await t.test('a used assertion is remembered until none that lives as long could be accepted any more', async (t) => {
    const store = await stores.open(t);
    const workspaceId = await createWorkspace(store);
    const { id } = await enrol(store, workspaceId);
    const hourMs = 3_600_000;
    t.equal(await store.sensors.createAssertion(workspaceId, id, 'first', 10), true);
    t.equal(await store.sensors.createAssertion(workspaceId, id, 'second', 10 + hourMs), true);
    t.equal(await store.sensors.createAssertion(workspaceId, id, 'first', 10), false, 'an hour later it is known');
    t.equal(await store.sensors.createAssertion(workspaceId, id, 'third', 11 + hourMs), true);
    t.equal(await store.sensors.createAssertion(workspaceId, id, 'first', 10), true, 'and then forgotten');
  });
}

const note = (store: Store, workspaceId: string): Promise<void> =>
  store.audit.create(workspaceId, { id: newId(), at: 1, actor: 'system', action: 'test', subject: 's', details: {} });

export async function sqliteBounds(t: Test, temporaryFile: (t: Test) => string): Promise<void> {
  await t.test('the 400 statements used last stay prepared, the one used longest ago gives way', async (t) => {
    const connection = new BetterSqlite(':memory:');
    t.teardown(() => connection.close());
    const prepared: string[] = [];
    const prepare = statementCache((text) => {
      prepared.push(text);
      return connection.prepare(text);
    });
    const answer = (number: number) => prepare(`select ${number} as answer`).all([]);
    const numbers = Array.from({ length: 400 }, (_, at) => at);
    for (const number of [...numbers, ...numbers]) t.same(answer(number), [{ answer: number }]);
    t.equal(prepared.length, 400, 'each once');
    for (const number of [0, 400, 0, 2, 1]) answer(number);
    t.same(prepared.slice(400), ['select 400 as answer', 'select 1 as answer'], '1 was the one used longest ago');
  });

  await t.test('a group of writes takes no more in when it has lasted 50 ms', async (t) => {
    let ms = 0;
    let perLook = 0;
    const monotonic = (): number => (ms += perLook);
    const store = await openStore(`sqlite:${temporaryFile(t)}`, { now: systemClock.now, monotonic });
    t.teardown(() => store.close());
    const workspaceId = await createWorkspace(store);
    // Each write is looked at once when it comes and once when it is taken in, and each group when it begins and, where it is full, ends.
    const looksAt = async (look: number): Promise<number> => {
      perLook = look;
      ms = 0;
      await Promise.all(Array.from({ length: 20 }, () => note(store, workspaceId)));
      perLook = 0;
      return Math.round(ms / look);
    };
    t.equal(await looksAt(1), 20 + 20 + 1 + 1, 'one group of twenty');
    t.equal(await looksAt(25), 20 + 20 + 20 + 20, 'after one write 25 ms are over, before the next one 50');
  });
}

export async function postgresBounds(t: Test, server: PostgresServer): Promise<void> {
  await t.test(
    'a replica has ten connections and a statement 15 s; beyond, one is told to come later, and all goes on after',
    async (t) => {
      const url = await server.createDatabase();
      const store = await openStore(url, systemClock);
      t.teardown(() => store.close());
      const workspaceId = await createWorkspace(store);
      const held = server.query(url, 'lock table audit_entries in exclusive mode; select pg_sleep(60)').catch((error: unknown) => error);
      const activity = async (filter: string): Promise<number> =>
        Number(
          Object((await server.query(url, `select count(*) from pg_stat_activity where datname = current_database() and ${filter}`))[0])
            .count,
        );
      while ((await activity("wait_event = 'PgSleep'")) === 0) await pause(20);
      const begun = performance.now();
      const waiting = Array.from({ length: 9 }, () => note(store, workspaceId).catch((error: unknown) => error));
      while ((await activity("wait_event_type = 'Lock'")) < 9) await pause(20);
      await t.resolves(store.ping(), 'the tenth is free');
      waiting.push(note(store, workspaceId).catch((error: unknown) => error));
      while ((await activity("wait_event_type = 'Lock'")) < 10) await pause(20);
      const asked = performance.now();
      await t.rejects(store.ping(), { code: 'storage.unavailable', retryable: true });
      const waitedMs = performance.now() - asked;
      t.ok(waitedMs > 2_900 && waitedMs < 5_000, `told after ${Math.round(waitedMs)} ms, before EventBridge gives up`);
      t.equal(await activity("application_name = 'tidewaiter'"), 10);
      for (const error of await Promise.all(waiting)) t.match(error, { code: 'storage.unavailable', message: /statement timeout/ });
      const lastedMs = performance.now() - begun;
      t.ok(lastedMs > 14_900 && lastedMs < 25_000, `given up after ${Math.round(lastedMs)} ms`);
      await server.query(url, "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'");
      await held;
      await t.resolves(note(store, workspaceId));
    },
  );

  await t.test('a server that takes the connection and says nothing is unavailable before EventBridge gives up', async (t) => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.teardown(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const { port } = silent.address() as { readonly port: number };
    const asked = performance.now();
    await t.rejects(openStore(`postgres://nobody@127.0.0.1:${port}/nothing`, systemClock), {
      code: 'storage.unavailable',
      retryable: true,
    });
    const waitedMs = performance.now() - asked;
    t.ok(waitedMs > 2_900 && waitedMs < 5_000, `${Math.round(waitedMs)} ms`);
  });

  await t.test(
    'a transaction that loses a deadlock twice passes the third time; one that loses three times is told to try again',
    async (t) => {
      const url = await server.createDatabase();
      const store = await openStore(url, systemClock);
      t.teardown(() => store.close());
      const workspaceId = await createWorkspace(store);
      // A sequence is not rolled back: it counts the tries of transactions that are.
      const lose = (times: number) =>
        server.query(
          url,
          `drop trigger if exists lose on audit_entries; drop sequence if exists tries; create sequence tries;
        create or replace function lose() returns trigger language plpgsql as $$ begin
          if nextval('tries') <= ${times} then raise exception 'deadlock detected' using errcode = '40P01'; end if; return new; end $$;
        create trigger lose before insert on audit_entries for each row execute function lose()`,
        );
      const tries = async () => Number(Object((await server.query(url, 'select last_value from tries'))[0]).last_value);
      await lose(2);
      await t.resolves(note(store, workspaceId));
      t.equal(await tries(), 3);
      await lose(3);
      await t.rejects(note(store, workspaceId), { code: 'storage.unavailable', retryable: true });
      t.equal(await tries(), 3);
      await t.resolves(note(store, workspaceId));
    },
  );
}
