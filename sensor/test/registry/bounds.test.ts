import { STSClient } from '@aws-sdk/client-sts';
import { ECRClient } from '@aws-sdk/client-ecr';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { AssignedRegistry } from '@tidewaiter/shared/protocol';
import tap, { type Test } from 'tap';
import { createCredentials } from '../../src/credentials/index.ts';
import {
  createEcrRegistry,
  createOciRegistry,
  createRegistryNetwork,
  keptRegistries,
  type RemoteRegistry,
} from '../../src/registry/index.ts';
import { EcrCalls } from '../../src/registry/ecr/calls.ts';
import { listEcr } from '../../src/registry/ecr/listing.ts';
import { Pace } from '../../src/registry/ecr/pace.ts';
import { pause } from '../../src/registry/network/resume.ts';
import { OciConnection } from '../../src/registry/oci/connection.ts';
import { refuse, tinyRegistry } from './oci/tiny-registry.ts';
import { stopTimers, turns } from '../stopped-timers.ts';
import { around, digestOf, everything, failure, imageOf, live, loopbackPolicy, read, serve } from './servers.ts';

const hour = live();

function networkFor(t: Test) {
  const network = createRegistryNetwork(loopbackPolicy);
  t.teardown(() => network.close());
  return network;
}

/** How many pages a listing had. */
async function countPages(registry: Pick<RemoteRegistry, 'list'>): Promise<number> {
  const pages = registry.list(everything, hour)[Symbol.asyncIterator]();
  let count = 0;
  while ((await pages.next()).done !== true) count++;
  return count;
}

void tap.test('an OCI list of a thousand pages is read, one that goes on is not', async (t) => {
  let pages = 0;
  const server = await serve(t, (request, response) => {
    const page = Number(/last=(\d+)/.exec(request.url ?? '')?.[1] ?? 1);
    const link = page < pages ? { link: `</v2/_catalog?n=1000&last=${page + 1}>; rel="next"` } : {};
    response.writeHead(200, link).end('{"repositories":[]}');
  });
  const registry = createOciRegistry({ host: server.host, login: null, network: networkFor(t), around });
  pages = 1_000;
  t.equal(await countPages(registry), 1_000);
  pages++;
  t.match(await failure(countPages(registry)), { code: 'registry.answer-invalid', message: /do not end, want at most 1000/ });
});

void tap.test('a layer is called gone only when ECR could be asked whether it is archived', async (t) => {
  let answer = 'ThrottlingException';
  const server = await serve(t, (request, response) => {
    const isUrl = String(request.headers['x-amz-target']).endsWith('GetDownloadUrlForLayer');
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ __type: isUrl ? 'LayersNotFoundException' : answer }));
  });
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const client = new ECRClient({ region: 'eu-west-1', endpoint: server.url, credentials, maxAttempts: 1 });
  t.teardown(() => client.destroy());
  const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
  const registry = createEcrRegistry({ host, account: '123456789012', region: 'eu-west-1', client, network: networkFor(t), around });
  const blob = () => failure(read(registry.image('app', { tag: 'v1' }).blob(digestOf('x'), 1, hour)));
  t.match(await blob(), { code: 'layer.download-failed', retryable: true, message: /slow down/ });
  answer = 'AccessDeniedException';
  t.match(await blob(), { code: 'image.gone' });
});

void tap.test('a page of an OCI list is read up to a MiB; one byte more is too much', async (t) => {
  let bytes = 0;
  const server = await serve(t, (_request, response) => response.end('{"repositories":[]}'.padEnd(bytes)));
  const registry = createOciRegistry({ host: server.host, login: null, network: networkFor(t), around });
  bytes = 1 << 20;
  t.equal(await countPages(registry), 1);
  bytes++;
  t.match(await failure(countPages(registry)), { code: 'registry.answer-invalid', message: /got too much/ });
});

void tap.test('a thousand authorizations of one registry are kept; of one more the oldest is asked for again', async (t) => {
  const basic = `Basic ${Buffer.from('robot:word').toString('base64')}`;
  let challenges = 0;
  const server = await serve(t, (request, response) => {
    if (request.headers.authorization === basic) response.end('{}');
    else {
      challenges++;
      refuse(response, 'Basic realm="x"');
    }
  });
  const connection = new OciConnection(server.host, { username: 'robot', password: 'word' }, networkFor(t));
  const get = async (scope: number): Promise<void> => (await connection.get('x', `repository:r${scope}:pull`, {}, hour)).discard();
  for (let scope = 0; scope < 1_000; scope++) await get(scope);
  t.equal(challenges, 1_000);
  await get(0);
  t.equal(challenges, 1_000, 'a thousand are kept');
  await get(1_000);
  await get(1);
  t.equal(challenges, 1_001, 'the second oldest, too');
  await get(0);
  t.equal(challenges, 1_002, 'the oldest went');
});

void tap.test('a token service is listened to for 64 KiB, and a registry’s own words for 500 characters', async (t) => {
  let bytes = 0;
  const service = await serve(t, (_request, response) => response.end('{"token":"abc"}'.padEnd(bytes)));
  const { manifest } = imageOf(10);
  const server = await tinyRegistry(t, { manifests: { v1: manifest } }, (request, response) =>
    request.headers.authorization === 'Bearer abc' ? false : refuse(response, `Bearer realm="${service.url}/token"`),
  );
  const pull = () =>
    createOciRegistry({ host: server.host, login: null, network: networkFor(t), around })
      .image('team/app', { tag: 'v1' })
      .root(hour);
  bytes = 65_536;
  t.ok(await pull());
  bytes++;
  t.match(await failure(pull()), { code: 'registry.answer-invalid' });
  const wordy = await serve(t, (_request, response) =>
    response.writeHead(403).end(JSON.stringify({ errors: [{ code: 'DENIED', message: 'x'.repeat(1_000) }] })),
  );
  const registry = createOciRegistry({ host: wordy.host, login: null, network: networkFor(t), around });
  const { facts } = await failure(registry.image('team/app', { tag: 'v1' }).root(hour));
  t.equal(facts.got?.length, 500);
  t.match(facts.got, /^status 403: DENIED x+$/);
});

void tap.test('a download waits as long as its server asks, half a minute at most', async (t) => {
  const timers = stopTimers(t);
  for (const [asked, waits] of [
    [29_999, 29_999],
    [30_000, 30_000],
    [30_001, 30_000],
    [86_400_000, 30_000],
  ] as const) {
    let over = false;
    const error = new TidewaiterError('registry.throttled', { which: 'x', retryAfterMs: asked });
    const waiting = pause(error, 1, () => 0, hour).then(() => (over = true));
    timers.pass(waits - 1);
    await turns();
    t.equal(over, false, `${asked}`);
    timers.pass(1);
    await waiting;
  }
});

void tap.test('an ECR list is read to the bound of its pages, and not beyond', async (t) => {
  let pages = 3;
  const server = await serve(t, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { nextToken = '1' } = JSON.parse(Buffer.concat(parts).toString()) as { nextToken?: string };
      const next = Number(nextToken) < pages ? { nextToken: `${Number(nextToken) + 1}` } : {};
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ repositories: [{ repositoryName: '' }], ...next }));
    });
  });
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const client = new ECRClient({ region: 'eu-west-1', endpoint: server.url, credentials });
  const calls = new EcrCalls(client, '123456789012', new Pace(1_000, 1_000, () => performance.now()));
  const list = { list: (allows: (name: string) => boolean, signal: AbortSignal) => listEcr(calls, allows, signal, 3) };
  t.equal(await countPages(list), 3);
  pages = 4;
  t.match(await failure(countPages(list)), { code: 'registry.answer-invalid', message: /do not end, want at most 3/ });
});

void tap.test('a thousand registries stay open; of one more the oldest is opened again', async (t) => {
  const opened: string[] = [];
  const network = networkFor(t);
  const open = keptRegistries(({ host }: AssignedRegistry) => {
    opened.push(host);
    return createOciRegistry({ host, login: null, network, around });
  });
  const registry = (at: number) =>
    open({ id: `${at}`, provider: 'oci', host: `r${at}.example`, account: null, region: null, access: { method: 'anonymous' } }, null);
  const [first, second] = [registry(0), registry(1)];
  for (let at = 2; at < 1_000; at++) registry(at);
  t.equal(registry(0), first);
  registry(1_000);
  t.equal(registry(1), second);
  t.equal(opened.length, 1_001);
  t.not(registry(0), first);
});

void tap.test('a thousand sessions are kept; of one more the oldest is made again', async (t) => {
  const made: string[] = [];
  const client = new STSClient({ region: 'eu-west-1' });
  const credentials = createCredentials({
    sensorId: 'sensor',
    now: () => Date.now(),
    monotonic: () => performance.now(),
    chance: () => 0,
    createStsClient: (region) => {
      made.push(region);
      return client;
    },
    createHostCredentials: () => async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }),
  });
  const access = { method: 'web-identity', roleArn: 'arn:aws:iam::123456789012:role/R' } as const;
  const noToken = async (): Promise<string> => {
    throw new TidewaiterError('assignment.stale', { which: 'token' });
  };
  const connect = (at: number) => failure(credentials.connect({ id: `${at}`, region: `r${at}`, access }, noToken, hour));
  for (let at = 0; at < 1_000; at++) await connect(at);
  await connect(0);
  t.equal(made.length, 1_000);
  await connect(1_000);
  await connect(1);
  t.equal(made.length, 1_001);
  await connect(0);
  t.strictSame(made.slice(1_000), ['r1000', 'r0']);
});
