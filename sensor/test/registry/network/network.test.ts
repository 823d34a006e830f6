import tap from 'tap';
import { createRegistryNetwork } from '../../../src/registry/index.ts';
import { classOf } from '../../../src/registry/network/addresses.ts';
import { NetworkGuard, type NetworkPolicy, regionOfLayerBucket } from '../../../src/registry/network/policy.ts';
import { bodyFrom, rangeFrom, resumed } from '../../../src/registry/network/resume.ts';
import { around, failure, live, loopbackPolicy, read, serve, until } from '../servers.ts';

const strict: NetworkPolicy = { allowPlainLoopback: false, allowedHosts: [], tokenHosts: {} };

function allows(policy: Partial<NetworkPolicy>, hostname: string, address: string, port = ''): boolean {
  try {
    new NetworkGuard({ ...strict, ...policy }).checkAddress(hostname, port, address);
    return true;
  } catch {
    return false;
  }
}

void tap.test('every address is known for what it is, an IPv4 one inside IPv6 too', async (t) => {
  const wanted = {
    public: ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808', '2002:808:808::1'],
    private: [
      '10.0.0.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '100.64.0.1',
      'fc00::1',
      'fd12:3456::1',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
    ],
    loopback: [
      '127.0.0.1',
      '127.255.255.254',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::127.0.0.1',
      '2002:7f00:1::',
      '64:ff9b::7f00:1',
    ],
    local: [
      '169.254.169.254',
      '169.254.170.2',
      '169.254.170.23',
      'fe80::1',
      'fd00:ec2::254',
      'fd00:ec2::23',
      '::ffff:a9fe:a9fe',
      '64:ff9b::a9fe:a9fe',
    ],
    never: ['0.0.0.0', '0.1.2.3', '::', '224.0.0.1', '255.255.255.255', 'ff02::1', '::ffff:0.0.0.0'],
  };
  for (const [kind, addresses] of Object.entries(wanted)) for (const address of addresses) t.equal(classOf(address), kind, address);
});

void tap.test('private addresses are for named hosts, named ranges and AWS; loopback and metadata for named ranges only', async (t) => {
  t.ok(allows({}, 'ghcr.io', '140.82.112.34'));
  t.notOk(allows({}, 'registry.corp', '10.0.0.5'));
  t.ok(allows({ allowedHosts: ['registry.corp'] }, 'registry.corp', '10.0.0.5'));
  t.ok(allows({ allowedHosts: ['registry.corp:5000'] }, 'registry.corp', '10.0.0.5', '5000'));
  t.notOk(allows({ allowedHosts: ['registry.corp:5000'] }, 'registry.corp', '10.0.0.5', '5001'));
  t.ok(allows({ allowedHosts: ['10.0.0.0/8'] }, 'registry.corp', '10.0.0.5'));
  t.notOk(allows({ allowedHosts: ['10.1.0.0/16'] }, 'registry.corp', '10.0.0.5'));
  t.ok(allows({}, '123456789012.dkr.ecr.eu-west-1.amazonaws.com', '10.0.0.5'), 'a VPC endpoint');
  t.ok(allows({}, 'prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com', '10.0.0.5'));
  t.notOk(allows({}, 'prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com.evil.com', '10.0.0.5'));
  for (const address of ['127.0.0.1', '169.254.169.254', 'fd00:ec2::254']) {
    t.notOk(allows({ allowedHosts: ['registry.corp'] }, 'registry.corp', address), address);
    t.notOk(allows({ allowPlainLoopback: true }, 'registry.corp', address), `${address} by a name that is not this machine's`);
    t.notOk(allows({}, '123456789012.dkr.ecr.eu-west-1.amazonaws.com', address), address);
  }
  t.ok(allows({ allowedHosts: ['169.254.0.0/16'] }, 'registry.corp', '169.254.1.1'), 'by a range of the operator');
  t.notOk(allows({ allowedHosts: ['0.0.0.0/0'] }, 'registry.corp', '0.0.0.0'), 'unspecified never');
  t.ok(allows({ allowPlainLoopback: true }, 'localhost', '::1'));
  t.throws(() => new NetworkGuard({ ...strict, allowedHosts: ['10.0.0.0/33'] }), { code: 'config.invalid' });
});

void tap.test('the layer bucket of a region is known by its whole name', async (t) => {
  t.equal(regionOfLayerBucket('prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com'), 'eu-west-1');
  t.equal(regionOfLayerBucket('prod-cn-north-1-starport-layer-bucket.s3.cn-north-1.amazonaws.com.cn'), 'cn-north-1');
  t.equal(regionOfLayerBucket('prod-eu-west-1-starport-layer-bucket.s3.dualstack.eu-west-1.amazonaws.com'), 'eu-west-1');
  for (const name of [
    'prod-eu-west-1-starport-layer-bucket.s3.us-east-1.amazonaws.com',
    'x-prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com',
    'prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com.evil.com',
    'mine.s3.eu-west-1.amazonaws.com',
    '',
  ])
    t.equal(regionOfLayerBucket(name), null, name);
});

void tap.test('an address that is refused sees no connection, whether it is written or resolved', async (t) => {
  const server = await serve(t, (_request, response) => response.end('x'));
  const network = createRegistryNetwork(strict);
  t.teardown(() => network.close());
  const port = server.host.split(':')[1];
  const get = (url: string) => failure(network.get(new URL(url), {}, live()));
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', '0.0.0.0'])
    t.match(await get(`https://${host}:${port}/`), { code: 'policy.refused', retryable: false }, host);
  for (const url of [`http://127.0.0.1:${port}/`, 'http://example.com/', 'https://user:pw@example.com/', 'ftp://example.com/'])
    t.match(await get(url), { code: 'policy.refused' }, url);
  t.match(await get('https://:pw@example.com/'), { facts: { got: 'a URL with user info' } });
  t.equal(server.seen.connections, 0);
});

void tap.test('on loopback, allowed, plain http works; what is not there is unreachable; an end is an end', async (t) => {
  const server = await serve(t, (_request, response) => response.end('hello'));
  const network = createRegistryNetwork(loopbackPolicy);
  const answer = await network.get(new URL(server.url), {}, live());
  t.equal((await read(answer.body)).toString(), 'hello');
  t.match(await failure(network.get(new URL('http://127.0.0.1:1/?X-Amz-Signature=1'), {}, live())), {
    code: 'registry.unreachable',
    message: /^[^?]*ECONNREFUSED[^?]*$/,
  });
  t.match(await failure(network.get(new URL(server.url), {}, AbortSignal.abort())), { code: 'cancelled' });
  await network.close();
  t.match(await failure(network.get(new URL(server.url), {}, live())), { code: 'registry.unreachable' });
});

void tap.test('a connection that is too slow is cut and taken up again; the time of a slow reader does not count', async (t) => {
  const bytes = Buffer.alloc(3 << 20, 'x');
  let answers = 0;
  const server = await serve(t, (request, response) => {
    const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
    response.writeHead(request.headers.range === undefined ? 200 : 206, { 'content-range': `bytes ${from}-` });
    // The first and the second connection stall: one before its head is of use, one in the middle.
    if (answers++ < 2) response.write(bytes.subarray(from, from + 1_000));
    else response.end(bytes.subarray(from));
  });
  const network = createRegistryNetwork(loopbackPolicy);
  t.teardown(() => network.close());
  const open = async (from: number, signal: AbortSignal) =>
    bodyFrom(await network.get(new URL(server.url), rangeFrom(from), signal), from, 'blob');
  const patience = { openMs: 5_000, progressMs: 100 };
  let received = 0;
  for await (const chunk of resumed({ which: 'blob', sizeBytes: bytes.length, open, around, patience }, live())) {
    received += chunk.length;
    if (received < 200_000) await new Promise((resolve) => setTimeout(resolve, 150));
  }
  t.same([received, answers], [bytes.length, 3]);
  const never = { ...patience, openMs: 30 };
  const stuck = (_from: number, signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      const end = () => reject(new Error('aborted'));
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
    });
  const error = await failure(read(resumed({ which: 'blob', sizeBytes: 1, open: stuck, around, patience: never }, live())));
  t.match(error, { code: 'layer.download-failed', retryable: true });
  const cancelled = failure(read(resumed({ which: 'blob', sizeBytes: 1, open: stuck, around }, AbortSignal.abort())));
  t.match(await cancelled, { code: 'cancelled' });
});

void tap.test('a body of another range than was asked for is refused, and its connection is not held', async (t) => {
  let isClosed = false;
  const server = await serve(t, (_request, response) => {
    response.writeHead(206, { 'content-range': 'bytes 7-' });
    const timer = setInterval(() => response.write('x'.repeat(1 << 16)), 5);
    response.on('close', () => {
      clearInterval(timer);
      isClosed = true;
    });
  });
  const network = createRegistryNetwork(loopbackPolicy);
  t.teardown(() => network.close());
  const answer = await network.get(new URL(server.url), rangeFrom(5), live());
  const body = async () => bodyFrom(answer, 5, 'blob');
  t.match(await failure(body()), { code: 'registry.answer-invalid', message: /got bytes 7-, want bytes 5-/ });
  t.ok(await until(() => isClosed));
});

void tap.test('what nobody wants to read is left after a second, or when it is long', async (t) => {
  const server = await serve(t, (_request, response) => {
    response.writeHead(404);
    const timer = setInterval(() => response.write('x'), 5);
    response.on('close', () => clearInterval(timer));
  });
  const network = createRegistryNetwork(loopbackPolicy);
  t.teardown(() => network.close());
  const answer = await network.get(new URL(server.url), {}, live());
  const began = performance.now();
  await answer.discard();
  t.ok(performance.now() - began < 3_000);
});
