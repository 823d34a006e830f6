import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { createHttpServer, type HttpServerOptions } from '../../src/http/index.ts';
import { createLog } from '../../src/telemetry/index.ts';

async function serverOf(t: Test, bounds: Pick<HttpServerOptions, 'connectionsMax' | 'requestTimeoutMs'> = {}) {
  const log = createLog('error', { write: () => undefined });
  const server = createHttpServer({ log, bodyBytesMax: 1_000, ...bounds });
  server.post('/things', () => ({}));
  server.get('/things/:name', (request) => ({ name: (request.params as { readonly name: string }).name }));
  await server.listen({ host: '127.0.0.1', port: 0 });
  t.teardown(() => server.close());
  return (server.server.address() as AddressInfo).port;
}

t.test('a part of a path is as long as its bound; a longer one is no path of ours', async (t) => {
  const url = `http://127.0.0.1:${await serverOf(t)}/things`;
  const answers = await Promise.all([256, 257].map((length) => fetch(`${url}/${'x'.repeat(length)}`)));
  t.match(await answers[0]?.json(), { name: 'x'.repeat(256) });
  t.notOk(answers[1]?.ok);
  t.match(await answers[1]?.json(), { code: String, status: answers[1]?.status });
});

t.test('a server holds as many connections as its bound says; one that closes makes room', async (t) => {
  const port = await serverOf(t, { connectionsMax: 2 });
  const opened: Socket[] = [];
  t.teardown(() => {
    for (const socket of opened) socket.destroy();
  });
  const statusOf = async (socket: Socket): Promise<string | null> => {
    opened.push(socket.on('error', () => undefined));
    socket.write('GET /things/a HTTP/1.1\r\nhost: x\r\n\r\n');
    const [first] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [Buffer | boolean];
    return first instanceof Buffer ? first.toString('latin1', 9, 12) : null;
  };
  const one = connect(port, '127.0.0.1');
  t.equal(await statusOf(one), '200');
  t.equal(await statusOf(connect(port, '127.0.0.1')), '200');
  t.equal(await statusOf(connect(port, '127.0.0.1')), null, 'dropped without a word');
  one.destroy();
  let status: string | null = null;
  for (let tries = 0; status === null && tries < 100; tries++) status = await statusOf(connect(port, '127.0.0.1'));
  t.equal(status, '200');
});

/** Sends some bytes and waits for what comes back until the socket is closed. */
async function answerTo(port: number, sent: string): Promise<{ readonly text: string; readonly tookMs: number }> {
  const begun = performance.now();
  const socket = connect(port, '127.0.0.1');
  if (sent !== '') socket.write(sent);
  const text = await textOf(socket);
  return { text, tookMs: performance.now() - begun };
}

t.test('a request that is not there whole in time is told so and cut, wherever it stopped', async (t) => {
  const port = await serverOf(t, { requestTimeoutMs: 1_500 });
  const started = [
    '',
    'GET /things/a HTTP/1.1\r\nhost: x\r\nx-slow: ',
    'POST /things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n{',
  ];
  const answers = await Promise.all(started.map((sent) => answerTo(port, sent)));
  for (const { text, tookMs } of answers) {
    t.match(text, /^HTTP\/1\.1 408 .*"code":"request\.timeout"/s);
    t.ok(tookMs > 1_400 && tookMs < 5_000, `${Math.round(tookMs)} ms`);
  }
});

t.test('headers of 16 KiB are read, larger ones refused by name', async (t) => {
  const port = await serverOf(t);
  const frame = 'GET /things/a HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-long: \r\n\r\n';
  const sized = (bytes: number): string => frame.replace('x-long: ', `x-long: ${'x'.repeat(bytes - frame.length)}`);
  t.match((await answerTo(port, sized(16_300))).text, /^HTTP\/1\.1 200 /);
  t.match((await answerTo(port, sized(16_500))).text, /^HTTP\/1\.1 413 .*request headers.*16384 bytes/s);
});

t.test('a connection stays open for longer than a load balancer keeps it idle, so that the balancer closes first', async (t) => {
  const answer = await fetch(`http://127.0.0.1:${await serverOf(t)}/things/a`);
  const [, seconds] = /timeout=(\d+)/.exec(answer.headers.get('keep-alive') ?? '') ?? [];
  t.ok(Number(seconds) > 60, `${seconds} s`);
});
