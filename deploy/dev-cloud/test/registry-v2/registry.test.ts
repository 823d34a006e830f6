import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { type Cloud, startCloud } from '@tidewaiter/dev-cloud/cloud';
import tap, { type Test } from 'tap';
import { allowAll, artifactOf, sha256, smallImage } from '../fixtures.ts';

interface Client {
  readonly cloud: Cloud;
  readonly url: string;
  call(
    method: string,
    path: string,
    init?: { headers?: Record<string, string>; body?: Buffer },
  ): Promise<{ status: number; headers: Headers; text: string }>;
}

async function setUp(t: Test): Promise<Client> {
  const cloud = await startCloud();
  t.teardown(() => cloud.close());
  const { registryUrl: url } = await cloud.createRepository({ name: 'app' });
  const { accessKeyId, secretAccessKey } = cloud.createAccessKey({ user: 'pusher', policies: [allowAll] });
  const ecr = new ECRClient({ region: 'eu-west-1', endpoint: cloud.urls.ecr, credentials: { accessKeyId, secretAccessKey } });
  const token = (await ecr.send(new GetAuthorizationTokenCommand({}))).authorizationData?.[0];
  t.equal(token?.proxyEndpoint, url);
  const authorization = `Basic ${token?.authorizationToken}`;
  const call: Client['call'] = async (method, path, init = {}) => {
    const body = init.body === undefined ? {} : { body: Uint8Array.from(init.body) };
    const response = await fetch(`${url}${path}`, { method, redirect: 'manual', headers: { authorization, ...init.headers }, ...body });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { cloud, url, call };
}

async function pushBlob(client: Client, blob: Buffer, repository = 'app'): Promise<number> {
  return (await client.call('POST', `/v2/${repository}/blobs/uploads/?digest=${sha256(blob)}`, { body: blob })).status;
}

void tap.test('blobs are uploaded whole, in chunks, and by mount', async (t) => {
  const client = await setUp(t);
  const { layer, blobs } = smallImage('a');
  t.equal((await client.call('HEAD', `/v2/app/blobs/${sha256(layer)}`)).status, 404);
  t.equal(await pushBlob(client, blobs[0] ?? layer), 201);

  const begun = await client.call('POST', '/v2/app/blobs/uploads/');
  t.equal(begun.status, 202);
  const location = begun.headers.get('location') ?? '';
  const first = await client.call('PATCH', location, { headers: { 'content-range': '0-99' }, body: layer.subarray(0, 100) });
  t.same([first.status, first.headers.get('range')], [202, '0-99']);
  const gap = await client.call('PATCH', location, { headers: { 'content-range': '150-199' }, body: layer.subarray(150, 200) });
  t.match([gap.status, gap.text], [416, /the upload has 100 bytes, the chunk begins at 150/]);
  t.equal((await client.call('GET', location)).headers.get('range'), '0-99');
  t.equal((await client.call('PUT', `${location}?digest=${sha256(layer)}`, { body: layer.subarray(100) })).status, 201);
  const head = await client.call('HEAD', `/v2/app/blobs/${sha256(layer)}`);
  t.same([head.status, head.headers.get('content-length')], [200, String(layer.length)]);

  await client.cloud.createRepository({ name: 'other' });
  const mounted = await client.call('POST', `/v2/other/blobs/uploads/?mount=${sha256(layer)}&from=app`);
  t.equal(mounted.status, 201);
  t.equal((await client.call('HEAD', `/v2/other/blobs/${sha256(layer)}`)).status, 200);
  const cancelled = (await client.call('POST', '/v2/app/blobs/uploads/')).headers.get('location') ?? '';
  t.equal((await client.call('DELETE', cancelled)).status, 204);
  t.equal((await client.call('GET', cancelled)).status, 404);
});

void tap.test('an upload whose bytes have another digest is refused', async (t) => {
  const client = await setUp(t);
  const begun = await client.call('POST', '/v2/app/blobs/uploads/');
  const done = await client.call('PUT', `${begun.headers.get('location')}?digest=${sha256('x')}`, { body: Buffer.from('y') });
  t.match([done.status, done.text], [400, /DIGEST_INVALID/]);
  t.match((await client.call('PUT', `${begun.headers.get('location')}?digest=${sha256('x')}`)).text, /BLOB_UPLOAD_UNKNOWN/);
});

void tap.test('a layer is not served but redirected to, pre-signed', async (t) => {
  const client = await setUp(t);
  const image = smallImage('a');
  await client.cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  const got = await client.call('GET', `/v2/app/blobs/${sha256(image.layer)}`);
  t.equal(got.status, 307);
  const location = got.headers.get('location') ?? '';
  t.ok(location.startsWith(client.cloud.urls.layers), 'another origin');
  const refused = await fetch(location, { headers: { authorization: 'Basic eDp5' } });
  t.match([refused.status, await refused.text()], [400, /Only one auth mechanism allowed/], 'a client that keeps its credential is caught');
  t.same(Buffer.from(await (await fetch(location)).arrayBuffer()), image.layer);
});

void tap.test('manifests are put by tag and digest once their layers are there', async (t) => {
  const client = await setUp(t);
  const image = smallImage('a');
  const headers = { 'content-type': image.mediaType };
  const early = await client.call('PUT', '/v2/app/manifests/v1', { headers, body: image.manifest });
  t.match([early.status, early.text], [404, /BLOB_UNKNOWN/]);
  for (const blob of image.blobs) await pushBlob(client, blob);
  const wrong = await client.call('PUT', `/v2/app/manifests/${sha256('x')}`, { headers, body: image.manifest });
  t.match([wrong.status, wrong.text], [400, /does not match the computed digest/]);
  t.equal((await client.call('PUT', '/v2/app/manifests/v1', { headers, body: image.manifest })).status, 201);
  const got = await client.call('GET', '/v2/app/manifests/v1', { headers: { accept: image.mediaType } });
  t.same([got.text, got.headers.get('docker-content-digest')], [image.manifest.toString(), sha256(image.manifest)]);
  const unacceptable = await client.call('GET', '/v2/app/manifests/v1', {
    headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
  });
  t.match([unacceptable.status, unacceptable.text], [404, /has media type .* but client accepts/]);
  t.match((await client.call('GET', '/v2/app/manifests/v9')).text, /MANIFEST_UNKNOWN/);
  t.match((await client.call('GET', '/v2/nope/manifests/v1')).text, /NAME_UNKNOWN/);
});

void tap.test('an immutable tag does not move', async (t) => {
  const client = await setUp(t);
  await client.cloud.createRepository({ name: 'fixed', tagMutability: 'IMMUTABLE' });
  const [first, second] = [smallImage('a'), smallImage('b')];
  await client.cloud.putImage({ repository: 'fixed', tag: 'v1', ...first });
  for (const blob of second.blobs) await pushBlob(client, blob, 'fixed');
  const again = await client.call('PUT', '/v2/fixed/manifests/v1', {
    headers: { 'content-type': second.mediaType },
    body: second.manifest,
  });
  t.match([again.status, again.text], [400, /TAG_INVALID.*cannot be overwritten because the tag is immutable/]);
});

void tap.test('tags are listed in pages of at most a thousand', async (t) => {
  const client = await setUp(t);
  for (const tag of ['a', 'b', 'c']) await client.cloud.putImage({ repository: 'app', tag, ...smallImage(tag) });
  const page = await client.call('GET', '/v2/app/tags/list?n=2');
  t.same(JSON.parse(page.text), { name: 'app', tags: ['a', 'b'] });
  const next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
  t.same(JSON.parse((await client.call('GET', next)).text), { name: 'app', tags: ['c'] });
  t.equal((await client.call('GET', '/v2/app/tags/list?n=1000')).status, 200);
  const many = await client.call('GET', '/v2/app/tags/list?n=1001');
  t.match([many.status, many.text], [405, /Member must have value less than or equal to 1000/]);
});

void tap.test('a password that is wrong or twelve hours old is refused', async (t) => {
  const client = await setUp(t);
  const wrong = await client.call('GET', '/v2/', { headers: { authorization: 'Basic QVdTOng=' } });
  t.equal(wrong.status, 401);
  t.match(wrong.headers.get('www-authenticate'), /^Basic realm="http:\/\/127\.0\.0\.1:\d+\/",service="ecr.amazonaws.com"$/);
  client.cloud.setClockOffset(12 * 3600 * 1000 - 60_000);
  t.equal((await client.call('GET', '/v2/')).status, 200);
  client.cloud.setClockOffset(12 * 3600 * 1000 + 60_000);
  const old = await client.call('GET', '/v2/');
  t.match([old.status, old.text], [403, /Your authorization token has expired. Reauthenticate and try again./]);
});

void tap.test('referrers are listed by subject and type', async (t) => {
  const client = await setUp(t);
  const image = smallImage('a');
  await client.cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  for (const type of ['application/vnd.example.sbom', 'application/vnd.example.signature']) {
    await client.cloud.putImage({ repository: 'app', ...artifactOf(image, type) });
  }
  const all = await client.call('GET', `/v2/app/referrers/${sha256(image.manifest)}`);
  t.match(JSON.parse(all.text), {
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [{ digest: String }, { digest: String }],
  });
  const some = await client.call('GET', `/v2/app/referrers/${sha256(image.manifest)}?artifactType=application/vnd.example.sbom`);
  t.match(JSON.parse(some.text), { manifests: [{ artifactType: 'application/vnd.example.sbom' }] });
  t.equal(some.headers.get('oci-filters-applied'), 'artifactType');
  t.match(await client.call('DELETE', '/v2/app/manifests/v1'), { status: 405, text: /UNSUPPORTED/ }, 'ECR deletes by its API only');
});

void tap.test('a registry of an account is another than that of the next', async (t) => {
  const client = await setUp(t);
  const { registryUrl } = await client.cloud.createRepository({ name: 'app', accountId: '222222222222' });
  t.not(registryUrl, client.url);
  await client.cloud.putImage({ repository: 'app', accountId: '222222222222', tag: 'v1', ...smallImage('theirs') });
  t.match((await client.call('GET', '/v2/app/manifests/v1')).text, /MANIFEST_UNKNOWN/);
});
