import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { readdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import tap, { type Test } from 'tap';
import { openSpool, type SpoolEntry } from '../../src/reports/index.ts';
import { outcomeOf, pageOf } from './reports.ts';

const never = new AbortController().signal;
const files = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name !== 'set-aside')
    .toSorted();

async function spoolIn(folder: string, bytesMax = 1 << 20) {
  const aside: { readonly entry: SpoolEntry; readonly why: TidewaiterError }[] = [];
  const full: TidewaiterError[] = [];
  const onSetAside = (entry: SpoolEntry, why: TidewaiterError): void => void aside.push({ entry, why });
  const onFull = (why: TidewaiterError): void => void full.push(why);
  return { spool: await openSpool({ folder, bytesMax, newId: () => randomUUID(), onSetAside, onFull }), aside, full };
}

void tap.test('reports outlive the process, in order, under the same ids, for their owner only', async (t: Test) => {
  const folder = join(t.testdir(), 'spool');
  const { spool } = await spoolIn(folder);
  const outcome = outcomeOf();
  const put = [await spool.put(pageOf(10), never), await spool.put(pageOf(20), never), await spool.put(outcome, never)];
  for (const name of files(folder)) t.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
  t.equal(statSync(folder).mode & 0o777, 0o700);
  writeFileSync(join(folder, `${put[0]?.name}.partial`), 'half a report');
  const { spool: again } = await spoolIn(folder);
  t.equal(again.count, 3, 'what was half written when the process died is not taken for a report');
  t.equal(again.bytes, spool.bytes);
  t.strictSame(again.outcomeGrants, [outcome.grant], 'and the lease of an outcome is held on');
  for (const expected of put) {
    const { first } = again;
    if (!first) throw new Error('there is a report');
    t.equal(first.reportId, expected.reportId);
    await again.remove(first);
  }
  t.strictSame(files(folder), []);
});

void tap.test('a report says the schema it is written in; a name without one is of the first', async (t) => {
  const folder = join(t.testdir(), 'spool');
  const { spool } = await spoolIn(folder);
  const { name, schema } = await spool.put(outcomeOf(), never);
  t.equal(schema, 1);
  t.match(name, /-outcome-.*\.schema-1\.json$/);
  renameSync(join(folder, name), join(folder, name.replace('.schema-1', '')));
  const { spool: again } = await spoolIn(folder);
  t.match(again.first, { schema: 1, kind: 'outcome', grant: { attempt: 1 } });
  const [entry] = again.first ? [again.first] : [];
  t.match(entry && (await again.read(entry)), { kind: 'outcome' });
});

void tap.test('reports of a schema that this build does not speak stay, are passed over, and hold no lease', async (t) => {
  const folder = join(t.testdir(), 'spool');
  const { spool } = await spoolIn(folder);
  const written = [await spool.put(outcomeOf(), never), await spool.put(pageOf(10), never)];
  const [outcome = '', page = ''] = written.map(({ name }) => name);
  renameSync(join(folder, outcome), join(folder, outcome.replace('schema-1', 'schema-2')));
  renameSync(join(folder, page), join(folder, page.replace('layer-page', 'of-schema-two').replace('schema-1', 'schema-2')));
  const { spool: again, aside } = await spoolIn(folder);
  t.equal(again.first, null);
  t.match(again.unspoken, [
    { kind: 'outcome', schema: 2 },
    { kind: 'of-schema-two', schema: 2 },
  ]);
  t.strictSame([again.count, again.bytes, again.outcomeGrants], [2, spool.bytes, []]);
  let hasArrived = false;
  const arrival = again.arrival(never).then(() => (hasArrived = true));
  again.releaseHeld();
  await new Promise((resolve) => setImmediate(resolve));
  const next = await again.put(pageOf(10), never);
  await arrival;
  t.strictSame([hasArrived, again.first], [true, next], 'what this build writes goes past them');
  t.ok(next.sequence > 2);
  await again.remove(next);
  t.strictSame([again.first, files(folder).length, aside], [null, 2, []]);
});

void tap.test('a schema that the control plane does not speak is held back until the next session', async (t) => {
  const { spool } = await spoolIn(join(t.testdir(), 'spool'));
  const outcome = outcomeOf();
  const entries = [await spool.put(pageOf(10), never), await spool.put(outcome, never)];
  const waiting = t.rejects(spool.gone(entries, never), { code: 'protocol.schema-unsupported', message: /layer-page.*got schema 1/ });
  spool.hold(1);
  await waiting;
  t.strictSame([spool.first, spool.unspoken, spool.outcomeGrants], [null, entries, []], 'the work of the outcome is free');
  const arrival = spool.arrival(never);
  spool.releaseHeld();
  await arrival;
  t.strictSame([spool.first, spool.unspoken, spool.outcomeGrants], [entries[0], [], [outcome.grant]]);
});

void tap.test('a spool at its bound takes no work and drops nothing: a report waits for room, an outcome has a reserve', async (t) => {
  const folder = join(t.testdir(), 'spool');
  const { spool, full } = await spoolIn(folder, 10_000);
  await spool.put(pageOf(4_000), never);
  t.ok(spool.hasRoomForWork, 'below half of it');
  await spool.put(pageOf(4_000), never);
  t.notOk(spool.hasRoomForWork, 'above half');
  const late = spool.put(pageOf(4_000), AbortSignal.timeout(100));
  const refused = { code: 'spool.full', retryable: true, message: /spool.*got \d+ \+ \d+ bytes.*want at most 10000/ };
  await t.rejects(late, { ...refused, facts: { remedy: /TIDEWAITER_SPOOL_MIB_MAX/ } });
  t.equal(spool.count, 2, 'the two are still there');
  t.match(full, [refused], 'and it was told, once');
  await t.resolves(spool.put(outcomeOf(), never), 'an outcome is kept although all else is full');
  const waiting = spool.put(pageOf(4_000), never);
  const { first } = spool;
  if (!first) throw new Error('there is a report');
  await spool.remove(first);
  await t.resolves(waiting, 'room is made by an acknowledgement');
});

void tap.test('a report that cannot be read is set aside by name; the others are read', async (t) => {
  const folder = join(t.testdir(), 'spool');
  const { spool } = await spoolIn(folder);
  const [cut, foreign, good] = [
    await spool.put(pageOf(50), never),
    await spool.put(pageOf(50), never),
    await spool.put(outcomeOf(), never),
  ];
  truncateSync(join(folder, cut.name), 20);
  writeFileSync(join(folder, foreign.name), '{"kind":"of a newer version"}');
  const { spool: again, aside } = await spoolIn(folder);
  const read = () => again.read(again.first ?? good);
  for (const { name } of [cut, foreign])
    await t.rejects(read(), { code: 'spool.damaged', message: new RegExp(name), facts: { remedy: /set aside in .*scanned again/ } });
  t.match(await read(), { kind: 'outcome' });
  t.strictSame(
    aside.map(({ entry }) => entry.name),
    [cut.name, foreign.name],
  );
  t.equal(readFileSync(join(folder, 'set-aside', cut.name)).length, 20, 'what there is of it is kept');
  t.equal(again.count, 1);
});

void tap.test('files are set aside to a bound: the oldest go', async (t) => {
  const folder = join(t.testdir(), 'spool');
  const { spool } = await spoolIn(folder);
  const aside = join(folder, 'set-aside');
  for (let at = 0; at < 1_000; at++) writeFileSync(join(aside, `${String(at).padStart(15, '0')}-old`), '');
  const entry = await spool.put(pageOf(10), never);
  const why = new TidewaiterError('protocol.frame-invalid', { which: 'report' });
  await spool.setAside(entry, why);
  t.equal(readdirSync(aside).length, 1_000);
  t.notOk(readdirSync(aside).includes(`${'0'.padStart(15, '0')}-old`));
});

void tap.test('a disk that takes no more of a file is spool.full; what was written stays and small reports go on', (t) => {
  const folder = join(t.testdir(), 'spool');
  const writer = fileURLToPath(new URL('spool-writer.ts', import.meta.url));
  // An environment of its own (env -i): what the test runner adds to a child writes large files itself.
  // POSIX counts in blocks of 512 bytes, some shells in 1,024: the limit lies between 16 and 32 KiB (RLIMIT_FSIZE: write gives EFBIG).
  const script = `ulimit -f 32 && exec env -i "$0" --conditions=@tidewaiter/source "$1" "$2" 200000`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, process.execPath, writer, folder], { encoding: 'utf8', env: {} });
  t.equal(status, 0, stderr);
  t.match(JSON.parse(stdout), {
    code: 'spool.full',
    message: /spool.*got a full disk.*want room on the disk/,
    whileFull: false,
    after: true,
    count: 2,
  });
  t.equal(files(folder).length, 2, 'and no half report is left');
  t.end();
});

void tap.test('once a disk that was full has room again, work is taken again though nothing was written since', (t) => {
  const folder = join(t.testdir(), 'spool');
  const writer = fileURLToPath(new URL('spool-writer.ts', import.meta.url));
  const script = `ulimit -S -f 32 && exec env -i PATH="$PATH" "$0" --conditions=@tidewaiter/source "$1" "$2" 200000 room`;
  const env = { PATH: process.env['PATH'] };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, process.execPath, writer, folder], { encoding: 'utf8', env });
  t.equal(status, 0, stderr);
  t.match(JSON.parse(stdout), { code: 'spool.full', whileFull: false, after: true, count: 1 });
  t.equal(files(folder).length, 1, 'and nothing of the looking is left');
  t.end();
});

void tap.test('a folder that cannot be used stops the start and is named', async (t) => {
  const folder = t.testdir({ file: '' });
  await t.rejects(spoolIn(join(folder, 'file', 'spool')), {
    code: 'config.invalid',
    message: /file\/spool.*want a folder this user can use/,
  });
});

void tap.test('reports put at once keep the order of the calls', async (t) => {
  const { spool } = await spoolIn(join(t.testdir(), 'spool'));
  const sizes = Array.from({ length: 20 }, (_, at) => 100 + at);
  await Promise.all(sizes.map((size) => spool.put(pageOf(size), never)));
  const read: number[] = [];
  for (let { first } = spool; first; first = spool.first) {
    const report = await spool.read(first);
    if (report.kind === 'layer-page') read.push(report.paths?.hashes.length ?? 0);
    await spool.remove(first);
  }
  t.strictSame(
    read,
    read.toSorted((one, other) => one - other),
  );
  t.equal(read.length, 20);
});

void tap.test('a report that the protocol does not know is refused before it is on disk', async (t) => {
  const folder = join(t.testdir(), 'spool');
  const { spool } = await spoolIn(folder);
  await t.rejects(spool.put({ ...outcomeOf(), grant: { assignmentId: '', attempt: 0 } }, never), { code: 'protocol.frame-invalid' });
  t.strictSame(files(folder), []);
});

void tap.test('who waits for a report is woken by it, and by being told to stop', async (t) => {
  const { spool } = await spoolIn(join(t.testdir(), 'spool'));
  const stop = new AbortController();
  let woken = 0;
  const waiting = [spool.arrival(never), spool.arrival(stop.signal)].map((arrival) => arrival.then(() => woken++));
  stop.abort();
  await waiting[1];
  t.equal(woken, 1);
  await spool.put(outcomeOf(), never);
  await waiting[0];
  t.equal(woken, 2);
  t.equal(getEventListeners(never, 'abort').length, 0, 'nothing is left on a signal that lives as long as the process');
});
