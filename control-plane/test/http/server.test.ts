import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { createHttpServer } from '../../src/http/index.ts';
import { createLog } from '../../src/telemetry/index.ts';

async function serverOf(t: Test, connectionsMax?: number) {
  const log = createLog('error', { write: () => undefined });
  const server = createHttpServer({ log, bodyBytesMax: 1_000, ...(connectionsMax === undefined ? {} : { connectionsMax }) });
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
  const port = await serverOf(t, 2);
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
