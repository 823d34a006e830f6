import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { FRAME_BYTES_MAX, type Frame, failureOf, type ManifestReport } from '@tidewaiter/shared/protocol';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { emptyCoverage, type LayerFinding } from '@tidewaiter/shared/findings';
import t, { type Test } from 'tap';
import { WebSocket, WebSocketServer } from 'ws';
import { IdentityFile, lockState } from '../../src/enrolment/index.ts';
import { CatalogPages } from '../../src/session/catalog-pages.ts';
import { reportSkew } from '../../src/session/clock-skew.ts';
import { Enrolments } from '../../src/session/enrolments.ts';
import { errorOfFailure } from '../../src/session/failures.ts';
import { FrameSocket, type FrameSocketOptions } from '../../src/session/frame-socket.ts';
import { LEASE_MS_RANGE, LOGGED_ERRORS_MAX, OUTGOING_BYTES_MAX, RENEW_MS_RANGE, REQUESTS_MAX, within } from '../../src/session/limits.ts';
import { pause, ReconnectWindows } from '../../src/session/reconnect.ts';
import { fitManifest, fitSummary, pagesOfFindings, REPORT_BYTES_MAX, sizeOf } from '../../src/session/report-size.ts';
import { createLog } from '../../src/telemetry/index.ts';

const monotonic = (): number => performance.now();

function logTo(lines: string[]) {
  return createLog('debug', { write: (line) => void lines.push(line) });
}

/** A frame socket and its other end. */
async function pair(
  t: Test,
  options: Partial<FrameSocketOptions> = {},
): Promise<{ socket: FrameSocket; client: WebSocket; peer: WebSocket; lines: string[] }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, autoPong: options.silenceMsMax === undefined });
  await once(server, 'listening');
  const lines: string[] = [];
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { allowSynchronousEvents: false });
  const socket = new FrameSocket(client, { newId: randomUUID, log: logTo(lines), monotonic, ...options });
  const [[peer]] = (await Promise.all([once(server, 'connection'), once(client, 'open')])) as [[WebSocket], unknown];
  t.teardown(() => {
    socket.terminate();
    for (const one of server.clients) one.terminate();
    server.close();
  });
  return { socket, client, peer, lines };
}

t.test('a socket on which nothing comes is cut, one that is pinged is not', async (t) => {
  const { socket, peer, lines } = await pair(t, { silenceMsMax: 1_200 });
  const pings = setInterval(() => peer.ping(), 300);
  await pause(2_000, new AbortController().signal);
  t.equal(socket.isOpen, true);
  clearInterval(pings);
  const at = performance.now();
  await socket.closed;
  t.ok(performance.now() - at < 2_500);
  t.match(lines.join(''), /fell silent/);
});

t.test('a question without an answer ends the socket, for nobody knows what became of it', async (t) => {
  const { socket } = await pair(t, { replyMsMax: 200 });
  await t.rejects(socket.ask('accept', { assignmentId: 'a' }, 'accepted'), { code: 'protocol.timeout' });
  await socket.closed;
  await t.rejects(socket.ask('accept', { assignmentId: 'a' }, 'accepted'), { code: 'control-plane.unreachable' });
});

t.test('a reply of another type than was asked for ends the socket', async (t) => {
  const { socket, peer } = await pair(t);
  peer.once('message', (data) => {
    const { id } = JSON.parse((data as Buffer).toString()) as { id: string };
    peer.send(JSON.stringify({ v: 1, type: 'ack', id: 'x', replyTo: id, body: {} }));
  });
  await t.rejects(socket.ask('accept', { assignmentId: 'a' }, 'accepted'), { code: 'protocol.out-of-order' });
  t.match(await socket.closed, { code: 1008 });
});

t.test('a peer that does not read is cut before what waits for it fills the memory', async (t) => {
  const { socket, peer } = await pair(t);
  peer.pause();
  const hashes = 'A'.repeat(1_000_000);
  const report = { kind: 'layer-page', digest: `sha256:${'c'.repeat(64)}`, engine, page: 0, paths: { kind: 'files', hashes } } as const;
  let sent = 0;
  try {
    for (; sent < 100; sent++) {
      socket.send('report', { reportId: 'r', schema: 1, report });
      await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (error) {
    t.match(error, { code: 'control-plane.unreachable', message: /does not read/ });
  }
  t.ok(sent < 100);
});

t.test('a control plane that does not read and sends what it must not costs its socket, not the process', async (t) => {
  const { socket, client, peer, lines } = await pair(t);
  peer.pause();
  const room = (): number => OUTGOING_BYTES_MAX - client.bufferedAmount;
  const fill = (characters: number): string => socket.send('goodbye', { reason: 'x'.repeat(characters) });
  while (room() > 100_000) for (let frames = 0; frames < 100; frames++) fill(200);
  // Less than the frame takes that would say what was wrong.
  while (room() > 200) fill(1);
  const fatal: unknown[] = [];
  const uncaught = (error: unknown): void => void fatal.push(error);
  process.once('uncaughtException', uncaught);
  peer.send('no frame');
  await socket.closed;
  process.removeListener('uncaughtException', uncaught);
  t.strictSame(fatal, []);
  t.match(lines.join(''), /sent what it must not/);
});

t.test('a frame of the largest size is read and sent, one byte more is neither', async (t) => {
  const { socket, peer } = await pair(t);
  const got: Frame[] = [];
  socket.listen((frame) => void got.push(frame));
  const frame = (bytes: number): string => {
    const text = JSON.stringify({ v: 1, type: 'drain', id: 'd', body: { retryAfterMs: 1, more: '' } });
    return text.replace('""', `"${'x'.repeat(bytes - text.length)}"`);
  };
  peer.send(frame(FRAME_BYTES_MAX));
  while (got.length === 0) await pause(10, new AbortController().signal);
  t.match(got, [{ type: 'drain' }]);
  const report = (hashes: string) => ({
    reportId: 'r',
    schema: 1,
    report: { kind: 'layer-page' as const, digest: `sha256:${'c'.repeat(64)}`, engine, page: 0, paths: { kind: 'files' as const, hashes } },
  });
  const envelope = JSON.stringify({ v: 1, type: 'report', id: randomUUID(), body: report('') }).length;
  const arrived = once(peer, 'message') as Promise<[Buffer]>;
  socket.send('report', report('A'.repeat(FRAME_BYTES_MAX - envelope)));
  t.equal((await arrived)[0].length, FRAME_BYTES_MAX);
  t.throws(() => socket.send('report', report('A'.repeat(FRAME_BYTES_MAX - envelope + 1))), { code: 'protocol.frame-too-large' });
  peer.send(frame(FRAME_BYTES_MAX + 1));
  t.match(await socket.closed, { code: 1008, reason: 'protocol.frame-too-large' });
  t.equal(got.length, 1);
});

t.test('errors of one socket are logged to a bound', async (t) => {
  const { socket, peer, lines } = await pair(t);
  const error = { code: 'internal', detail: 'no', remedy: null, retryable: false };
  for (let at = 0; at < LOGGED_ERRORS_MAX + 5; at++) peer.send(JSON.stringify({ v: 1, type: 'error', id: `e${at}`, body: error }));
  peer.close();
  await socket.closed;
  t.equal(lines.filter((line) => line.includes('reports an error')).length, LOGGED_ERRORS_MAX);
});

t.test('questions in flight are bounded', async (t) => {
  const { socket } = await pair(t);
  const asked = Array.from({ length: REQUESTS_MAX }, () => socket.ask('accept', { assignmentId: 'a' }, 'accepted'));
  await t.rejects(socket.ask('accept', { assignmentId: 'a' }, 'accepted'), { code: 'overloaded' });
  socket.terminate();
  for (const one of await Promise.allSettled(asked)) t.equal(one.status, 'rejected');
});

const engine = { fingerprintKeyId: '0123456789abcdef', engineVersion: 't', ruleSetHash: 'a'.repeat(64), limitsHash: 'b'.repeat(64) };

t.test('a token that a broken connection kept from being used is used by the next try, one that was used is not', async (t) => {
  const file = new IdentityFile(t.testdir({}));
  let posts = 0;
  const enrolments = new Enrolments({
    controlPlaneUrl: 'https://plane',
    token: 'a-token',
    tokenFile: null,
    name: 'sensor',
    file,
    post: async () => {
      if (++posts === 1) throw new Error('cut');
      const body = Readable.from([Buffer.from('{"sensorId":"s","workspaceId":"w"}')]);
      return { statusCode: 201, headers: {}, body };
    },
    log: logTo([]),
    nowMs: () => Date.now(),
    monotonic,
    random: () => 0,
    stop: new AbortController().signal,
  });
  t.equal(await enrolments.again(), null);
  t.match(await enrolments.again(), { sensorId: 's' });
  t.equal(await enrolments.again(), null);
  t.equal(posts, 2);
});

t.test('an identity that cannot be written says so and leaves no part of itself', async (t) => {
  const folder = t.testdir({ 'identity.json': {} });
  const key = { kty: 'OKP', x: '', d: '' } as const;
  const identity = {
    controlPlaneUrl: 'https://plane',
    sensorId: 's',
    workspaceId: 'w',
    signingKey: { ...key, crv: 'Ed25519' },
    encryptionKey: { ...key, crv: 'X25519' },
  } as const;
  await t.rejects(new IdentityFile(folder).write(identity), { code: 'config.invalid', message: /identity\.json.*new enrolment token/ });
  t.strictSame(await readdir(folder), ['identity.json']);
  await t.rejects(new IdentityFile(join(folder, 'none')).write(identity), { code: 'config.invalid', message: /ENOENT/ });
});

t.test('a state folder that cannot be locked is not said to be another sensor’s', async (t) => {
  const folder = t.testdir({ state: {} });
  await t.rejects(lockState(join(folder, 'none')), { code: 'config.invalid', message: /ENOENT.*Make the folder/ });
  await mkdir(join(folder, 'own'));
  const unlock = await lockState(join(folder, 'own'));
  await t.rejects(lockState(join(folder, 'own')), { code: 'config.conflict', message: /another sensor uses/ });
  unlock();
  // A process that has used up its open files.
  const program = `
    import { openSync } from 'node:fs';
    import { lockState } from ${JSON.stringify(new URL('../../src/enrolment/index.ts', import.meta.url).href)};
    try { for (;;) openSync('/dev/null'); } catch {}
    await lockState(${JSON.stringify(join(folder, 'state'))}).catch(({ code, message }) => console.log(code, message));`;
  const command = `ulimit -n 128; exec "$0" --input-type=module -e "$1"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', command, process.execPath, program], { cwd: import.meta.dirname });
  t.match(stdout, /^config\.invalid .*cannot be locked \(.*EMFILE/);
});

t.test('reconnects once in each window, windows doubling to 64 s, and small again after success', async (t) => {
  const stopped = new AbortController();
  const draws: number[] = [];
  const windows = new ReconnectWindows(() => {
    draws.push(0);
    return 0;
  }, monotonic);
  const at = performance.now();
  const rest = await windows.next(stopped.signal);
  t.ok(performance.now() - at < 500, 'the first try of a process is made at once');
  t.equal(draws.length, 0);
  await rest(0);
  const waited = performance.now() - at;
  t.ok(waited > 950 && waited < 1_300, `the rest of the window of 1 s is slept out (${Math.round(waited)} ms)`);
  await (await windows.next(stopped.signal))(0);
  t.ok(performance.now() - at > 2_900, 'the second window has 2 s');
  windows.succeeded();
  const third = performance.now();
  await (await windows.next(stopped.signal))(0);
  t.ok(performance.now() - third < 1_300, 'after a good connection it has 1 s again');
  const honoured = performance.now();
  windows.succeeded();
  await (await windows.next(stopped.signal))(1_500);
  t.ok(performance.now() - honoured >= 1_490, 'a longer pause that the server asks for is kept');
});

t.test('a fleet that lost its control plane comes back evenly spread', async (t) => {
  const stopped = new AbortController();
  const moments: number[] = [];
  const sensor = async (): Promise<void> => {
    const windows = new ReconnectWindows(Math.random, monotonic);
    await (await windows.next(stopped.signal))(0);
    const lostAt = performance.now();
    await windows.next(stopped.signal);
    moments.push(performance.now() - lostAt);
  };
  await Promise.all(Array.from({ length: 1_000 }, sensor));
  // The second window is 2 s long; a tenth of it should see about a hundred.
  const bins = Array.from({ length: 10 }, (_, at) => moments.filter((ms) => Math.floor(ms / 200) === at).length);
  t.ok(Math.max(...bins) <= 200, `at most twice the even share: ${bins.join(' ')}`);
  t.ok(Math.min(...bins.slice(0, 9)) > 20, bins.join(' '));
});

const finding = (pathLength: number, parents: number): LayerFinding => ({
  detector: 'github-pat',
  confidence: 'certain',
  fingerprints: [{ keyId: '0123456789abcdef', value: 'd'.repeat(64) }],
  preview: 'ghp_…40',
  path: '\u0001'.repeat(pathLength),
  pathHash: 'e'.repeat(16),
  parentHashes: Array.from({ length: parents }, () => 'f'.repeat(16)),
  line: 1,
  column: 1,
  offset: 0,
  superseded: false,
  inFile: true,
});

t.test('pages of findings fit by count and by bytes, and hold each finding once', (t) => {
  t.strictSame(pagesOfFindings([]), []);
  t.strictSame(
    pagesOfFindings(Array.from({ length: 201 }, () => finding(1, 1))).map((page) => page.length),
    [100, 100, 1],
  );
  const large = pagesOfFindings(Array.from({ length: 300 }, () => finding(4_096, 256)));
  t.equal(
    large.reduce((sum, page) => sum + page.length, 0),
    300,
  );
  for (const page of large) t.ok(sizeOf(page) < REPORT_BYTES_MAX);
  t.end();
});

function manifest(instruction: string, keys: string): ManifestReport {
  const digest = `sha256:${'c'.repeat(64)}`;
  const gaps = Array.from({ length: 100 }, () => ({ reason: 'truncated' as const, path: '\u0001'.repeat(4_096), bytes: 1 }));
  return {
    kind: 'manifest',
    grant: { assignmentId: 'a', attempt: 1 },
    engine,
    digest,
    mediaType: 'x',
    shape: 'image',
    platform: null,
    children: [],
    layers: Array.from({ length: 1_000 }, () => ({ digest, sizeBytes: 1, diffId: digest, instruction })),
    findings: Array.from({ length: 1_000 }, () => ({
      detector: 'github-pat',
      confidence: 'certain' as const,
      fingerprints: [{ keyId: '0123456789abcdef', value: 'd'.repeat(64) }],
      preview: 'p',
      kind: 'env' as const,
      key: keys,
      instruction,
    })),
    coverage: { ...emptyCoverage, gaps, complete: false },
  };
}

t.test('the largest manifest report fits a frame: texts for people are shortened, findings and layers never', (t) => {
  const small = { ...manifest('RUN x', 'K'), coverage: emptyCoverage };
  t.strictSame(fitManifest(small), small, 'what fits is left alone');
  const fitted = fitManifest(manifest('\u0001'.repeat(1_024), '\u0001'.repeat(1_024)));
  t.ok(sizeOf(fitted) < FRAME_BYTES_MAX);
  t.strictSame([fitted.layers.length, fitted.findings.length, fitted.coverage.gaps.length], [1_000, 1_000, 100]);
  t.equal(fitted.findings[0]?.key.length, 40);
  const { coverage } = manifest('', '');
  const summary = { digest: `sha256:${'c'.repeat(64)}`, blobBytes: 1, compression: 'gzip', content: 'tar', coverage, findings: 0 } as const;
  t.ok(sizeOf(fitSummary(summary)) < FRAME_BYTES_MAX);
  t.end();
});

t.test('a listing of any size goes out in pages that fit, the last one marked', async (t) => {
  const pages: {
    readonly page: number;
    readonly last: boolean;
    readonly images: readonly unknown[];
    readonly repositories: readonly unknown[];
  }[] = [];
  const listing = new CatalogPages({ assignmentId: 'a', attempt: 1 }, (page) => {
    t.ok(sizeOf(page) < FRAME_BYTES_MAX);
    pages.push(page);
    return Promise.resolve();
  });
  const repository = (at: number) => ({ name: `r${at}`, createdAt: null });
  const image = (tags: number) => ({
    repository: 'r',
    digest: `sha256:${'c'.repeat(64)}`,
    tags: Array.from({ length: tags }, (_, at) => `${at}`.padEnd(128, 'x')),
    mediaType: null,
    sizeBytes: null,
    pushedAt: null,
    status: 'active' as const,
  });
  await listing.add({ repositories: Array.from({ length: 1_001 }, (_, at) => repository(at)), images: [] });
  for (let at = 0; at < 20; at++) await listing.add({ repositories: [], images: [image(1_000)] });
  await listing.end();
  t.equal(
    pages.reduce((sum, page) => sum + page.repositories.length, 0),
    1_001,
  );
  t.equal(
    pages.reduce((sum, page) => sum + page.images.length, 0),
    20,
  );
  t.strictSame(
    pages.map(({ page }) => page),
    pages.map((_, at) => at),
  );
  t.strictSame(
    pages.map(({ last }) => last),
    pages.map((_, at) => at === pages.length - 1),
  );
});

t.test('intervals that welcome sets are taken within their range, ends included, and no others', (t) => {
  for (const [least, most] of [LEASE_MS_RANGE, RENEW_MS_RANGE]) {
    const taken = [least - 1, least, most, most + 1, Number.NaN].map((value) => within(value, [least, most], 7));
    t.strictSame(taken, [7, least, most, 7, 7]);
  }
  t.end();
});

t.test('a clock that is off is said before AWS refuses its signatures', (t) => {
  const lines: string[] = [];
  const server = '2026-01-01T00:00:00.000Z';
  const at = Date.parse(server);
  reportSkew(server, at + 59_000, logTo(lines));
  reportSkew('', at, logTo(lines));
  t.strictSame(lines, []);
  reportSkew(server, at - 61_000, logTo(lines));
  t.match(lines.pop(), /"level":40.*"skewMs":-61000/);
  reportSkew('Thu, 01 Jan 2026 00:00:00 GMT', at + 301_000, logTo(lines));
  t.match(lines.pop(), /"level":50.*"skewMs":301000.*InvalidSignatureException/);
  t.end();
});

t.test('a failure keeps its meaning over the wire, and an unknown one its retryability', (t) => {
  const failure = { code: 'assignment.taken', detail: 'other', remedy: 'wait', retryable: false };
  t.match(errorOfFailure(failure, 'x'), { code: 'assignment.taken', facts: { remedy: 'wait' } });
  t.match(errorOfFailure({ ...failure, code: 'of.tomorrow', retryable: true }, 'x'), {
    code: 'control-plane.unreachable',
    retryable: true,
  });
  t.match(errorOfFailure({ ...failure, code: 'toString' }, 'x'), { code: 'internal' });
  const error = new TidewaiterError('sensor.revoked', { which: 'sensor 7', remedy: 'Enrol it anew.' });
  t.equal(errorOfFailure(failureOf(error), 'answer').message, 'The sensor was revoked: answer (got sensor 7). Enrol it anew.');
  t.match(failureOf(new Error('a secret inside')), { code: 'internal', retryable: false });
  t.notMatch(failureOf(new Error('a secret inside')).detail, 'a secret inside');
  t.end();
});
