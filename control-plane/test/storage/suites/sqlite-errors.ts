import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import BetterSqlite from 'better-sqlite3';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { sqliteErrorOf } from '../../../src/storage/dialects/sqlite/errors.ts';
import { GROUP_WRITES_MAX } from '../../../src/storage/dialects/sqlite/writes.ts';
import { openStore } from '../../../src/storage/index.ts';
import { assignmentOf, createWorkspace, digestOf, newId, registryOf, systemClock } from '../samples.ts';

const writerFile = fileURLToPath(new URL('../sqlite-writer.ts', import.meta.url));

const audit = (workspaceId: string, details = {}) => ({
  workspaceId,
  id: newId(),
  at: 1,
  actor: 'system',
  action: 'test',
  subject: 's',
  details,
});

/** Some limits belong to a connection: they are set on the store's own, right where it sets its other pragmas. */
function setOnOpen(t: Test, limit: () => string): void {
  const { prototype } = BetterSqlite;
  const own = Object.getOwnPropertyDescriptor(prototype, 'pragma');
  if (!own) throw new Error('better-sqlite3 has no pragma');
  t.teardown(() => Object.defineProperty(prototype, 'pragma', own));
  const pragma: BetterSqlite.Database['pragma'] = own.value;
  prototype.pragma = function limited(source, options) {
    pragma.call(this, limit());
    return pragma.call(this, source, options);
  };
}

/** Commits that a write-ahead log holds: frames whose header names a size of the database (https://sqlite.org/fileformat2.html#walformat). */
function commitsIn(walFile: string): number {
  const wal = readFileSync(walFile);
  const frame = 24 + 4_096;
  let commits = 0;
  for (let at = 32; at + frame <= wal.length; at += frame) if (wal.readUInt32BE(at + 4) > 0) commits += 1;
  return commits;
}

/** What a broken, full or foreign file does. */
export async function sqliteErrors(t: Test, temporaryFile: (t: Test) => string): Promise<void> {
  const open = (path: string) => openStore(`sqlite:${path}`, systemClock);

  await t.test('the database and its journals are for its owner only, whatever they were before', async (t) => {
    const path = temporaryFile(t);
    writeFileSync(path, '');
    chmodSync(path, 0o666);
    const store = await open(path);
    await createWorkspace(store);
    for (const file of [path, `${path}-wal`, `${path}-shm`]) t.equal(statSync(file).mode & 0o777, 0o600, file.slice(-4));
    await store.close();
  });

  await t.test('a database that another process holds is unavailable, and works when it is let go', async (t) => {
    const path = temporaryFile(t);
    const store = await open(path);
    const workspaceId = await createWorkspace(store);
    const holder = new BetterSqlite(path);
    holder.exec('begin immediate');
    let pending = 20;
    const refused = Array.from({ length: pending }, () =>
      store.audit.create(workspaceId, audit(workspaceId)).finally(() => {
        pending -= 1;
      }),
    );
    t.match(await store.workspaces.list(), [{ id: workspaceId }]);
    t.equal(pending, 20, 'it can be read while all writes wait');
    const since = performance.now();
    const outcomes = await Promise.allSettled(refused);
    t.ok(performance.now() - since < 4_000, 'they give up together, not one after the other');
    t.equal(outcomes.filter((outcome) => outcome.status === 'rejected').length, 20);
    await t.rejects(refused[0] ?? Promise.resolve(), { code: 'storage.unavailable', retryable: true, message: /locked/ });
    const waited = store.audit.create(workspaceId, audit(workspaceId));
    setTimeout(() => holder.exec('rollback'), 200);
    await t.resolves(waited, 'a short wait is waited for');
    holder.close();
    await store.close();
  });

  await t.test('a full disk is storage.full, the write is undone whole, and there is room again after', async (t) => {
    const path = temporaryFile(t);
    const store = await open(path);
    const workspaceId = await createWorkspace(store);
    await store.close();
    setOnOpen(t, () => `max_page_count = ${Math.ceil(statSync(path).size / 4_096) + 4}`);
    const full = await open(path);
    await t.rejects(full.audit.create(workspaceId, audit(workspaceId, { text: 'x'.repeat(1_000_000) })), {
      code: 'storage.full',
      retryable: true,
    });
    t.same((await full.audit.list(workspaceId, { cursor: null, limit: 9 })).items, []);
    await t.resolves(full.audit.create(workspaceId, audit(workspaceId)), 'a small one still fits');
    await full.close();
  });

  await t.test('writes that come together share commits, no more than a group of them each', async (t) => {
    const path = temporaryFile(t);
    const store = await open(path);
    const workspaceId = await createWorkspace(store);
    const commitsOf = async (writes: number): Promise<number> => {
      const before = commitsIn(`${path}-wal`);
      await Promise.all(Array.from({ length: writes }, () => store.audit.create(workspaceId, audit(workspaceId))));
      return commitsIn(`${path}-wal`) - before;
    };
    t.equal(await commitsOf(1), 1);
    t.ok((await commitsOf(GROUP_WRITES_MAX)) < GROUP_WRITES_MAX);
    t.ok((await commitsOf(GROUP_WRITES_MAX + 1)) > 1);
    await store.close();
  });

  await t.test('a write that fills the disk takes none of those down that share its transaction', async (t) => {
    const path = temporaryFile(t);
    const store = await open(path);
    const workspaceId = await createWorkspace(store);
    await store.close();
    setOnOpen(t, () => `max_page_count = ${Math.ceil(statSync(path).size / 4_096) + 8}`);
    const full = await open(path);
    const texts = ['small', 'x'.repeat(1_000_000), 'small', 'x'.repeat(1_000_000), 'small'];
    const outcomes = await Promise.allSettled(texts.map((text) => full.audit.create(workspaceId, audit(workspaceId, { text }))));
    t.same(
      outcomes.map((outcome) => outcome.status),
      texts.map((text) => (text === 'small' ? 'fulfilled' : 'rejected')),
    );
    t.match(outcomes[1], { reason: { code: 'storage.full' } });
    t.equal((await full.audit.list(workspaceId, { cursor: null, limit: 9 })).items.length, 3);
    await full.close();
  });

  await t.test('what one connection reads is committed: nobody sees a write of a group before its end', async (t) => {
    const path = temporaryFile(t);
    const store = await open(path);
    const workspaceId = await createWorkspace(store);
    const other = new BetterSqlite(path, { readonly: true });
    const seenElsewhere = other.prepare('select count(*) as entries from audit_entries');
    const writes = Array.from({ length: 100 }, () => store.audit.create(workspaceId, audit(workspaceId)));
    let written = 0;
    await Promise.all(
      writes.map(async (write) => {
        await write;
        written += 1;
        t.ok(Number(Object(seenElsewhere.get()).entries) >= written, 'an answered write is there for another process, too');
      }),
    );
    other.close();
    await store.close();
  });

  await t.test('a file that is no database, or damaged in the middle, is storage.damaged and left as it is', async (t) => {
    const path = temporaryFile(t);
    writeFileSync(path, 'this is no database at all, but a text of some length'.repeat(100));
    const before = readFileSync(path);
    await t.rejects(open(path), { code: 'storage.damaged', message: /not a database/ });
    t.same(readFileSync(path), before);

    const damaged = temporaryFile(t);
    const store = await open(damaged);
    const workspaceId = await createWorkspace(store);
    for (let entry = 0; entry < 200; entry++) await store.audit.create(workspaceId, audit(workspaceId, { text: 'x'.repeat(500) }));
    await store.close();
    const bytes = readFileSync(damaged);
    bytes.fill(0xff, 4_096);
    writeFileSync(damaged, bytes);
    await t.rejects(
      open(damaged).then((again) => again.workspaces.list()),
      { code: 'storage.damaged' },
    );
  });

  await t.test('a database that may only be read is unavailable', async (t) => {
    const path = temporaryFile(t);
    await (await open(path)).close();
    setOnOpen(t, () => 'query_only = on');
    await t.rejects(open(path), { code: 'storage.unavailable', message: /readonly database/ });
  });

  await t.test('what was acknowledged outlives kill -9, and the file is whole', async (t) => {
    const path = temporaryFile(t);
    const store = await open(path);
    const workspaceId = await createWorkspace(store);
    await store.close();
    const writer = spawn(process.execPath, ['--conditions=@tidewaiter/source', writerFile, path, workspaceId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    for await (const chunk of writer.stdout) {
      said += String(chunk);
      if (said.split('\n').length > 20 && !writer.killed) writer.kill('SIGKILL');
    }
    const acknowledged = said.split('\n').slice(0, -1);
    t.ok(acknowledged.length >= 20);
    const again = await open(path);
    const kept = new Set((await again.audit.list(workspaceId, { cursor: null, limit: 100_000 })).items.map((entry) => entry.id));
    t.same(
      acknowledged.filter((id) => !kept.has(id)),
      [],
    );
    await again.close();
    const tool = new BetterSqlite(path);
    t.same(tool.pragma('integrity_check'), [{ integrity_check: 'ok' }]);
    tool.close();
  });

  await t.test('processes that open a new database at once all get it', async (t) => {
    const path = temporaryFile(t);
    const stores = await Promise.all([open(path), open(path), open(path)]);
    for (const store of stores) t.equal((await store.workspaces.list()).length, 0);
    for (const store of stores) await store.close();
  });

  await t.test('a fault of the program is no fault of the disk', async (t) => {
    const fault = Object.assign(new RangeError('a length below zero'), { code: 'ERR_OUT_OF_RANGE' });
    t.equal(sqliteErrorOf(fault), fault);
    for (const code of ['EACCES', 'ENOENT', 'EROFS'])
      t.match(sqliteErrorOf(Object.assign(new Error(code), { code })), { code: 'storage.unavailable' });
  });

  await t.test('a folder that is not there is unavailable and named', async (t) => {
    await t.rejects(open(`${temporaryFile(t)}/missing/tidewaiter.db`), { code: 'storage.unavailable' });
  });

  await t.test('a database of a newer build is refused, one of this build opens again', async (t) => {
    const path = temporaryFile(t);
    await (await open(path)).close();
    await (await open(path)).close();
    const tool = new BetterSqlite(path);
    tool.exec("insert into schema_migrations values (9999, 'from the future', 1)");
    tool.close();
    await t.rejects(open(path), { code: 'config.conflict', message: /9999/ });
  });

  await t.test('work that failed under an earlier build and left no verdict owes it, and what has one does not', async (t) => {
    const path = temporaryFile(t);
    const store = await open(path);
    const registry = registryOf(await createWorkspace(store));
    await store.registries.create(registry.workspaceId, registry);
    const [bare, judged] = [assignmentOf(registry, { digest: digestOf('bare') }), assignmentOf(registry, { digest: digestOf('judged') })];
    await store.assignments.createAll(registry.workspaceId, [bare, judged, assignmentOf(registry, { digest: digestOf('running') })]);
    await store.close();
    const tool = new BetterSqlite(path);
    tool
      .prepare("insert into scans values (?, 'id', ?, 'key', '', 'failed', '{}', '{}', '[]', 1, '{}')")
      .run(registry.workspaceId, judged.digest);
    tool.prepare("update assignments set state = 'failed' where id in (?, ?)").run(bare.id, judged.id);
    tool.exec(`delete from schema_migrations where version = 8; drop index assignments_owed; drop index assignments_digest_live;
      alter table assignments drop column verdict_owed`);
    tool.close();
    const newer = await open(path);
    t.match((await newer.assignments.listUnjudged({ cursor: null, limit: 9 })).items, [{ id: bare.id }]);
    await newer.close();
  });

  await t.test('a JSON column that no longer parses is damage, not a crash', async (t) => {
    const path = temporaryFile(t);
    const store = await open(path);
    const workspaceId = await createWorkspace(store);
    await store.audit.create(workspaceId, audit(workspaceId));
    const tool = new BetterSqlite(path);
    tool.exec("update audit_entries set details = '{'");
    tool.close();
    await t.rejects(store.audit.list(workspaceId, { cursor: null, limit: 1 }), { code: 'storage.damaged' });
    await store.close();
  });

  await t.test('a verb that fails leaves nothing half done and the store usable', async (t) => {
    const store = await open(temporaryFile(t));
    const workspaceId = await createWorkspace(store);
    const entry = audit(workspaceId);
    await store.audit.create(entry.workspaceId, entry);
    await t.rejects(store.audit.create(entry.workspaceId, entry), { code: 'storage.conflict' });
    const others = await Promise.allSettled(
      Array.from({ length: 20 }, (_, at) => store.audit.create(workspaceId, at % 2 ? entry : audit(workspaceId))),
    );
    t.equal(others.filter((one) => one.status === 'fulfilled').length, 10, 'transactions do not mix');
    t.equal((await store.audit.list(workspaceId, { cursor: null, limit: 100 })).items.length, 11);
    await store.close();
  });
}
