import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { type Cloud, type CloudOptions, startCloud } from '@tidewaiter/dev-cloud/cloud';
import tap, { type Test } from 'tap';
import { createEcrClient, createEcrRegistry, createRegistryNetwork, type RemoteRegistry } from '../../../src/registry/index.ts';
import { around, digestOf, everything, failure, imageOf, indexOf, live, loopbackPolicy, read, serve, until } from '../servers.ts';

const ACCOUNT = '123456789012';
const REGION = 'eu-west-1';
const HOST = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
const MIB = 1 << 20;
const noKeys = async () => ({ accessKeyId: 'x', secretAccessKey: 'x' });

interface Setting {
  readonly cloud: Cloud;
  readonly registry: RemoteRegistry;
}

const allow = (Action: string | string[]): unknown => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });

function registryOf(
  t: Test,
  endpoint: string,
  credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string }>,
): RemoteRegistry {
  const network = createRegistryNetwork(loopbackPolicy);
  t.teardown(() => network.close());
  const client = new ECRClient({ region: REGION, endpoint, credentials, maxAttempts: 6, retryMode: 'standard' });
  return createEcrRegistry({ host: HOST, account: ACCOUNT, region: REGION, client, network, around });
}

async function setUp(t: Test, options: CloudOptions = {}, actions: string | string[] = 'ecr:*'): Promise<Setting> {
  const cloud = await startCloud(options);
  t.teardown(() => cloud.close());
  const keys = cloud.createAccessKey({ user: 'sensor', policies: [allow(actions)] });
  await cloud.createRepository({ name: 'app' });
  return { cloud, registry: registryOf(t, cloud.urls.ecr, async () => keys) };
}

void tap.test('an image is pulled by tag and by digest: index, manifests, config and layers, byte for byte', async (t) => {
  const { cloud, registry } = await setUp(t);
  const [one, two] = [imageOf(3 * MIB), imageOf(1000)];
  await cloud.putImage({ repository: 'app', ...one });
  await cloud.putImage({ repository: 'app', ...two });
  const index = indexOf(one.manifest, two.manifest);
  await cloud.putImage({ repository: 'app', tag: 'v1', manifest: index, mediaType: 'application/vnd.oci.image.index.v1+json' });
  const byTag = registry.image('app', { tag: 'v1' });
  t.equal(byTag.reference, `${HOST}/app:v1`);
  const root = await byTag.root(live());
  t.match(root, { digest: digestOf(index), mediaType: 'application/vnd.oci.image.index.v1+json' });
  t.ok(index.equals(root.bytes));
  const byDigest = registry.image('app', { digest: digestOf(index) });
  t.equal(byDigest.reference, `${HOST}/app@${digestOf(index)}`);
  t.same(await byDigest.root(live()), root);
  const child = await byDigest.manifest(digestOf(two.manifest), live());
  t.ok(two.manifest.equals(child.bytes));
  for (const blob of [...one.blobs, ...two.blobs]) {
    t.ok(blob.equals(await read(byDigest.blob(digestOf(blob), blob.length, live()))));
  }
  await byDigest.close();
});

void tap.test('a download that is cut is taken up where it was: no byte twice, none missing', async (t) => {
  const { cloud, registry } = await setUp(t);
  const { layer, ...image } = imageOf(5 * MIB);
  await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  const source = registry.image('app', { tag: 'v1' });
  cloud.setFault({ kind: 'cut', afterBytes: MIB + 7, count: 1 });
  cloud.setFault({ kind: 'cut', afterBytes: 3, count: 1 });
  cloud.setFault({ kind: 'cut', afterBytes: 2 * MIB, count: 1 });
  t.ok(layer.equals(await read(source.blob(digestOf(layer), layer.length, live()))));
  t.same(cloud.faults(), [], 'three cuts');
  t.equal(cloud.requests().filter(({ operation }) => operation === 'GetDownloadUrlForLayer').length, 1, 'the URL still holds');
});

void tap.test('a download that never gets on ends after five tries; one that gets on may be cut as often as it likes', async (t) => {
  const { cloud, registry } = await setUp(t);
  const { layer, ...image } = imageOf(9 * MIB);
  await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  const source = registry.image('app', { tag: 'v1' });
  const downloads = () => cloud.requests().filter(({ operation }) => operation === 'GetObject').length;
  cloud.setFault({ kind: 'cut', afterBytes: 10 });
  const error = await failure(read(source.blob(digestOf(layer), layer.length, live())));
  t.match(error, { code: 'layer.download-failed', retryable: true, message: new RegExp(`50 of ${layer.length} bytes`) });
  t.ok(await until(() => downloads() === 5));
  cloud.clearFaults();
  cloud.setFault({ kind: 'cut', afterBytes: MIB });
  t.ok(layer.equals(await read(source.blob(digestOf(layer), layer.length, live()))));
  t.ok(await until(() => downloads() === 5 + 9));
});

void tap.test('a URL whose time is over is asked for again, before and in the middle of a layer', async (t) => {
  const { cloud, registry } = await setUp(t, { layerUrlSeconds: 60 });
  const { layer, ...image } = imageOf(3 * MIB);
  await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  const source = registry.image('app', { tag: 'v1' });
  const urls = () => cloud.requests().filter(({ operation }) => operation === 'GetDownloadUrlForLayer').length;
  cloud.setFault({ kind: 'expiredUrl', count: 2 });
  t.ok(layer.equals(await read(source.blob(digestOf(layer), layer.length, live()))));
  t.equal(urls(), 3);
  cloud.setFault({ kind: 'cut', afterBytes: MIB, count: 1 });
  const parts: Uint8Array[] = [];
  for await (const chunk of source.blob(digestOf(layer), layer.length, live())) {
    cloud.setClockOffset(200_000);
    parts.push(chunk);
  }
  t.ok(layer.equals(Buffer.concat(parts)));
  t.equal(urls(), 5, 'asked for again in the middle');
});

void tap.test('a store that refuses for good, and a wrong byte, are told: the one here, the other to whoever hashes', async (t) => {
  const { cloud, registry } = await setUp(t);
  const { layer, ...image } = imageOf(1000);
  await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  const source = registry.image('app', { tag: 'v1' });
  cloud.setFault({ kind: 'expiredUrl' });
  const error = await failure(read(source.blob(digestOf(layer), layer.length, live())));
  t.match(error, { code: 'layer.download-failed', message: /status 403 of the layer store/ });
  t.notMatch(JSON.stringify([error.message, error.facts, String(error.stack)]), /X-Amz|Signature/, 'and the signature stands nowhere');
  cloud.clearFaults();
  cloud.setFault({ kind: 'wrongDigest', count: 1 });
  const wrong = await read(source.blob(digestOf(layer), layer.length, live()));
  t.equal(wrong.length, layer.length);
  t.not(digestOf(wrong), digestOf(layer));
});

void tap.test('a blob that is larger than its manifest says ends there; a smaller one ends with what there is', async (t) => {
  const { cloud, registry } = await setUp(t);
  const { layer, ...image } = imageOf(1000);
  await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  const source = registry.image('app', { tag: 'v1' });
  t.match(await failure(read(source.blob(digestOf(layer), 999, live()))), { code: 'layer.size-mismatch' });
  t.equal((await read(source.blob(digestOf(layer), 1001, live()))).length, 1000, 'the reader compares the size');
});

void tap.test('throttling and faults of ECR pass unseen while they are short', async (t) => {
  const { cloud, registry } = await setUp(t);
  const { layer, ...image } = imageOf(1000);
  await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  const source = registry.image('app', { tag: 'v1' });
  cloud.setFault({ kind: 'throttle', operation: 'BatchGetImage', count: 2 });
  t.ok(await source.root(live()));
  cloud.setFault({ kind: 'serverError', operation: 'GetDownloadUrlForLayer', count: 1 });
  cloud.setFault({ kind: 'throttle', operation: 'GetObject', count: 1 });
  t.ok(layer.equals(await read(source.blob(digestOf(layer), layer.length, live()))));
});

void tap.test('what is gone, archived, forbidden or without keys has its own code', async (t) => {
  const { cloud, registry } = await setUp(t, {}, ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability']);
  const { layer, ...image } = imageOf(1000);
  const { digest } = await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  const source = registry.image('app', { tag: 'v1' });
  const blob = () => read(source.blob(digestOf(layer), layer.length, live()));
  cloud.setImageStatus({ repository: 'app', imageTag: 'v1', status: 'ARCHIVED' });
  t.match(await failure(source.root(live())), { code: 'image.archived' });
  t.match(await failure(blob()), { code: 'image.archived' });
  cloud.setImageStatus({ repository: 'app', imageTag: 'v1', status: 'ACTIVE' });
  cloud.deleteImage({ repository: 'app', imageDigest: digest });
  t.match(await failure(source.root(live())), { code: 'image.gone', message: /ImageNotFound/ });
  t.match(await failure(blob()), { code: 'image.gone', message: /LayerInaccessibleException/ });
  t.match(await failure(registry.image('nope', { tag: 'v1' }).root(live())), {
    code: 'image.gone',
    message: /RepositoryNotFoundException/,
  });
  const denied = await failure(read(listing(registry)));
  t.match(denied, {
    code: 'registry.denied',
    retryable: false,
    message: /not authorized to perform: ecr:DescribeRepositories.*identity policy/,
  });
  const stranger = registryOf(t, cloud.urls.ecr, async () => ({ accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' }));
  t.match(await failure(stranger.image('app', { tag: 'v1' }).root(live())), { code: 'credentials.denied' });
  await cloud.close();
  t.match(await failure(source.root(live())), { code: 'registry.unreachable', retryable: true });
});

/** A listing as bytes, so that it can be read like a blob. */
async function* listing(registry: RemoteRegistry): AsyncIterable<Uint8Array> {
  for await (const page of registry.list(everything, live())) yield Buffer.from(JSON.stringify(page));
}

void tap.test('what the credentials say passes through the SDK untouched; who cancels is cancelled', async (t) => {
  const { cloud, registry } = await setUp(t);
  const { layer, ...image } = imageOf(3 * MIB);
  await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  const denied = await failure(registry.image('nope', { tag: 'v1' }).root(live()));
  const thrower = registryOf(t, cloud.urls.ecr, () => Promise.reject(denied));
  t.equal(await failure(thrower.image('app', { tag: 'v1' }).root(live())), denied);
  t.match(await failure(registry.image('app', { tag: 'v1' }).root(AbortSignal.abort())), { code: 'cancelled' });
  const cancel = new AbortController();
  cloud.setFault({ kind: 'slow', bytesPerSecond: MIB });
  const reading = failure(read(registry.image('app', { tag: 'v1' }).blob(digestOf(layer), layer.length, cancel.signal)));
  setTimeout(() => cancel.abort(), 50);
  t.match(await reading, { code: 'cancelled' });
});

void tap.test('manifests are believed by their digest alone', async (t) => {
  const { cloud, registry } = await setUp(t);
  const digest = digestOf('what it is not');
  await cloud.putImage({ repository: 'app', tag: 'bad', manifest: Buffer.from('{"schemaVersion":2}'), unchecked: { digest } });
  for (const target of [{ digest }, { tag: 'bad' }]) {
    t.match(await failure(registry.image('app', target).root(live())), { code: 'manifest.digest-mismatch', facts: { want: digest } });
  }
});

void tap.test('a listing names every image once, archived and untagged too, and skips what is deleted meanwhile', async (t) => {
  const { cloud, registry } = await setUp(t);
  await cloud.createRepository({ name: 'empty' });
  await cloud.createRepository({ name: 'short-lived' });
  const images = Array.from({ length: 30 }, (_, at) => imageOf(100 + at));
  for (const [at, image] of images.entries()) await cloud.putImage({ repository: 'app', ...image, ...(at < 5 ? { tag: `v${at}` } : {}) });
  cloud.setImageStatus({ repository: 'app', imageTag: 'v4', status: 'ARCHIVED' });
  const pages = [];
  for await (const page of registry.list(everything, live())) {
    if (pages.length === 0) cloud.deleteRepository({ repository: 'short-lived' });
    pages.push(page);
  }
  t.same(
    pages.flatMap(({ repositories }) => repositories.map(({ name }) => name)),
    ['app', 'empty', 'short-lived'],
  );
  const listed = pages.flatMap((page) => page.images);
  t.same(listed.map(({ digest }) => digest).sort(), images.map(({ manifest }) => digestOf(manifest)).sort());
  const archived = listed.find(({ tags }) => tags.includes('v4'));
  t.match(archived, { repository: 'app', status: 'archived', mediaType: /manifest/, sizeBytes: Number, pushedAt: /^\d{4}-.*Z$/ });
  t.equal(listed.filter(({ tags }) => tags.length === 0).length, 25);
});

void tap.test('a listing keeps pages within a frame, and ends a list that goes in circles', async (t) => {
  const tags = Array.from({ length: 1000 }, (_, at) => `${at}`.padStart(300, 'x'));
  const details = Array.from({ length: 5 }, (_, at) => ({ imageDigest: digestOf(`${at}`), imageTags: tags }));
  const server = await serve(t, (request, response) => {
    const isImages = request.headers['x-amz-target']?.toString().endsWith('DescribeImages');
    const answer = isImages ? { imageDetails: details } : { repositories: [{ repositoryName: 'a' }], nextToken: 'again' };
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
  });
  const registry = registryOf(t, server.url, noKeys);
  const pages: string[] = [];
  const reading = (async () => {
    for await (const page of registry.list(everything, live())) pages.push(JSON.stringify(page));
  })();
  t.match(await failure(reading), { code: 'registry.answer-invalid', message: /do not end/ });
  t.equal(
    pages.filter((page) => page.includes('imageDigest') || page.includes('"digest"')).length,
    10,
    'one large image a page, of two lists',
  );
  t.ok(pages.every((page) => page.length < 524_288 + 200));
});

void tap.test('a download URL that leads anywhere but the layer bucket is not opened', async (t) => {
  const elsewhere = await serve(t, (_request, response) => response.end('x'));
  let downloadUrl = '';
  const server = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ downloadUrl }));
  });
  const bucket = `prod-${REGION}-starport-layer-bucket.s3.${REGION}.amazonaws.com`;
  const network = createRegistryNetwork({ ...loopbackPolicy, allowPlainLoopback: false });
  t.teardown(() => network.close());
  const client = new ECRClient({ region: REGION, endpoint: server.url, credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
  const strict = createEcrRegistry({ host: HOST, account: ACCOUNT, region: REGION, client, network, around });
  const urls = [
    `${elsewhere.url}/?X-Amz-Signature=abc`,
    'https://169.254.169.254/latest/?X-Amz-Signature=abc',
    `http://${bucket}/?X-Amz-Signature=abc`,
    `https://${bucket}:8443/?X-Amz-Signature=abc`,
    `https://${bucket}.example.com/?X-Amz-Signature=abc`,
    `https://user@${bucket}/?X-Amz-Signature=abc`,
    `https://prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com/?X-Amz-Signature=abc`,
    'nonsense',
  ];
  for (const url of urls) {
    downloadUrl = url;
    const error = await failure(read(strict.image('app', { tag: 'v1' }).blob(digestOf('x'), 1, live())));
    t.equal(error.code, 'policy.refused', url);
    t.notMatch(error.message, /Signature/);
  }
  t.equal(elsewhere.seen.connections, 0);
  const open = registryOf(t, server.url, noKeys);
  downloadUrl = 'http://192.0.2.1/?X-Amz-Signature=abc';
  t.match(await failure(read(open.image('app', { tag: 'v1' }).blob(digestOf('x'), 1, live()))), { code: 'policy.refused' });
});

void tap.test('a layer store that redirects is not followed', async (t) => {
  const target = await serve(t, (_request, response) => response.end('x'));
  const store = await serve(t, (_request, response) => response.writeHead(302, { location: target.url }).end());
  const api = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ downloadUrl: `${store.url}/layer` }));
  });
  const registry = registryOf(t, api.url, noKeys);
  const error = await failure(read(registry.image('app', { tag: 'v1' }).blob(digestOf('x'), 1, live())));
  t.match(error, { code: 'layer.download-failed', message: /status 302/ });
  t.equal(target.seen.connections, 0);
});

void tap.test('calls of one registry wait for their turn, all work together', async (t) => {
  const { cloud, registry } = await setUp(t);
  const { layer, ...image } = imageOf(10);
  await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  const began = performance.now();
  await Promise.all(Array.from({ length: 50 }, () => registry.image('app', { tag: 'v1' }).root(live())));
  t.ok(performance.now() - began > 450, '40 at once, then 20 a second');
  t.ok(layer);
});

void tap.test('a call that hangs is given up by the SDK, not only complained of', async (t) => {
  const server = await serve(t, () => undefined);
  process.env['AWS_ENDPOINT_URL_ECR'] = server.url;
  t.teardown(() => delete process.env['AWS_ENDPOINT_URL_ECR']);
  const client = createEcrClient({ host: HOST, region: REGION, credentials: noKeys });
  await t.rejects(client.send(new DescribeRepositoriesCommand({}), { requestTimeout: 50, abortSignal: AbortSignal.timeout(5_000) }), {
    name: 'TimeoutError',
  });
  t.equal(server.seen.requests.length, 6, 'after six tries, at the endpoint of the SDK’s own variable');
});

void tap.test('the form of the host decides the endpoint, and nothing else of it', async (t) => {
  const flags = async (host: string) => {
    const { config } = createEcrClient({ host, region: REGION, credentials: noKeys });
    return [await config.useFipsEndpoint(), await config.useDualstackEndpoint(), await config.region()];
  };
  t.same(await flags(HOST), [false, false, REGION]);
  t.same(await flags(`${ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com`), [true, false, REGION]);
  t.same(await flags(`${ACCOUNT}.dkr-ecr.eu-west-1.on.aws`), [false, true, REGION]);
});
