import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Digest } from '@tidewaiter/shared/images';
import t, { type Test } from 'tap';
import { WebSocket, WebSocketServer } from 'ws';
import { openSpool } from '../../src/reports/index.ts';
import { connect } from '../../src/session/connect.ts';
import { FrameSocket } from '../../src/session/frame-socket.ts';
import { openSocket } from '../../src/session/index.ts';
import { Link } from '../../src/session/link.ts';
import { ReportSender } from '../../src/session/report-sender.ts';
import { ReportSink } from '../../src/session/report-sink.ts';
import { createLog } from '../../src/telemetry/index.ts';
import { outcomeOf } from '../reports/reports.ts';
import { stopTimers, turns, turnsUntil } from '../stopped-timers.ts';
import { sensorFor, spooled } from './fixtures.ts';

t.setTimeout(300_000);

const live = new AbortController().signal;
const monotonic = (): number => performance.now();
const log = createLog('silent', { write: () => undefined });

const spoolFor = (t: Test, onSetAside: (why: TidewaiterError) => void = () => undefined) =>
  openSpool({
    folder: join(t.testdir({}), 'spool'),
    bytesMax: 1 << 20,
    newId: () => randomUUID(),
    onSetAside: (_entry, why) => onSetAside(why),
    onFull: () => undefined,
  });

const connectTo = (port: number) =>
  connect({
    controlPlaneUrl: `http://127.0.0.1:${port}`,
    assertion: 'a',
    openSocket,
    nowMs: () => Date.now(),
    monotonic,
    newId: () => randomUUID(),
    log,
    signal: live,
  });

/** The port of a server on loopback that ends with the test. */
async function listening(t: Test, server: ReturnType<typeof createServer> | ReturnType<typeof createHttpServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

t.test('the pause between two claims is as the control plane says, from 200 ms to a minute', async (t) => {
  let retryAfterMs = 0;
  const digest: Digest = `sha256:${'a'.repeat(64)}`;
  const control = { ask: async () => ({ known: [], yours: [], wait: [digest], retryAfterMs }) } as Pick<Link, 'ask'>;
  const engine = { engineVersion: '1', ruleSetHash: 'a'.repeat(64), limitsHash: 'b'.repeat(64), fingerprintKeyId: 'c'.repeat(16) };
  const grant = { assignmentId: randomUUID(), attempt: 1 };
  const sink = new ReportSink({ grant, engine, spool: await spoolFor(t), control, signal: live, onProgress: () => undefined });
  const pauses = [];
  for (retryAfterMs of [0, 199, 200, 201, 59_999, 60_000, 60_001, 1e9]) pauses.push((await sink.claim([digest])).retryAfterMs);
  t.strictSame(pauses, [200, 200, 200, 201, 59_999, 60_000, 60_000, 60_000]);
});

t.test('a report that meets an unexpected error is sent eight times, and then set aside', async (t) => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  t.teardown(() => server.close());
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [[peer]] = (await Promise.all([once(server, 'connection'), once(client, 'open')])) as [[WebSocket], unknown];
  const failure = { code: 'internal', detail: 'no', remedy: null, retryable: false };
  let sent = 0;
  peer.on('message', (data: Buffer) => {
    sent++;
    const { id } = JSON.parse(data.toString()) as { id: string };
    peer.send(JSON.stringify({ v: 1, type: 'error', id: randomUUID(), replyTo: id, body: failure }));
  });
  const aside: TidewaiterError[] = [];
  const spool = await spoolFor(t, (why) => aside.push(why));
  await spool.put(outcomeOf(), live);
  const link = new Link();
  const socket = new FrameSocket(client, { newId: randomUUID, log, monotonic });
  const timers = stopTimers(t);
  link.attach(socket);
  const over = new AbortController();
  const running = new ReportSender(spool, link, log, () => undefined).run(over.signal);
  for (let tries = 1; tries <= 8; tries++) {
    await turnsUntil(() => sent >= tries);
    await turns(50);
    t.equal(sent, tries);
    if (tries < 8) t.equal(spool.count, 1);
    timers.pass(30_000);
  }
  await turnsUntil(() => aside.length > 0);
  t.match(aside, [{ code: 'internal' }]);
  t.equal(spool.count, 0);
  over.abort();
  await running;
  socket.terminate();
  t.equal(sent, 8);
});

t.test('a refusal is read to its bound; one byte more, and it is nobody’s', async (t) => {
  let bytes = 0;
  const server = createHttpServer().on('upgrade', (_request, socket) => {
    const text = JSON.stringify({ code: 'sensor.revoked', detail: '' });
    const body = text.replace('""', `"${'x'.repeat(bytes - text.length)}"`);
    socket.end(
      `HTTP/1.1 403 No\r\ncontent-type: application/problem+json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
  const port = await listening(t, server);
  bytes = 65_536;
  await t.rejects(connectTo(port), { code: 'sensor.revoked' });
  bytes++;
  await t.rejects(connectTo(port), { code: 'control-plane.unreachable', message: /HTTP 403/ });
});

t.test('a refusal that trickles is left after fifteen seconds', async (t) => {
  let closed = false;
  const server = createHttpServer().on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined).on('close', () => (closed = true));
    socket.write('HTTP/1.1 403 No\r\ncontent-type: application/problem+json\r\ncontent-length: 1000\r\n\r\n{');
    const timer = setInterval(() => socket.write(' '), 5);
    socket.on('close', () => clearInterval(timer));
  });
  const port = await listening(t, server);
  const timers = stopTimers(t);
  let ended = false;
  const refused = t.rejects(connectTo(port), { code: 'control-plane.unreachable', message: /HTTP 403/ }).then(() => (ended = true));
  await new Promise((resolve) => server.once('upgrade', resolve));
  const wait = async (): Promise<void> => {
    const end = performance.now() + 300;
    while (performance.now() < end) await turns(1);
  };
  await wait();
  timers.pass(14_999);
  await wait();
  t.strictSame([ended, closed], [false, false]);
  timers.pass(1);
  await refused;
  await wait();
  t.equal(closed, true);
});

t.test('a control plane that accepts the connection and says nothing is left after fifteen seconds', async (t) => {
  const port = await listening(
    t,
    createServer((socket) => socket.on('error', () => undefined)),
  );
  const at = performance.now();
  await t.rejects(connectTo(port), { code: 'control-plane.unreachable' });
  const tookMs = performance.now() - at;
  t.ok(tookMs > 14_500 && tookMs < 20_000, `${tookMs} ms`);
});

t.test('a control plane sends its sensor away for ten minutes at most; a goodbye waits five seconds for reports to be taken', async (t) => {
  const { plane, sensor, folder } = await sensorFor(t);
  const { peer } = await plane.welcomed();
  for (const retryAfterMs of [599_999, 600_000, 600_001, 1e12]) peer.send('drain', { retryAfterMs });
  await sensor.says(/(?:"retryAfterMs":\d+[^]*){4}/);
  t.strictSame(
    [...sensor.log().matchAll(/"retryAfterMs":(\d+)/g)].map(([, ms]) => Number(ms)),
    [599_999, 600_000, 600_000, 600_000],
  );
  const other = await sensorFor(t);
  const { peer: silent } = await other.plane.welcomed();
  silent.acks = false;
  const registry = { id: 'r', provider: 'oci', host: 'x.example', account: null, region: null, access: { method: 'anonymous' } } as const;
  await silent.assign({ kind: 'test', registry });
  await silent.take('report');
  const at = performance.now();
  other.sensor.child.kill('SIGTERM');
  t.equal(await other.sensor.ended, 0);
  const tookMs = performance.now() - at;
  t.ok(tookMs >= 4_900 && tookMs < 9_000, `${tookMs} ms`);
  t.match(other.sensor.log(), /reports stay in the spool/);
  t.ok(await silent.take('goodbye'));
  t.equal(spooled(other.folder).length, 1);
  t.strictSame(spooled(folder), []);
});
