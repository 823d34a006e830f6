import { GetDownloadUrlForLayerCommand } from '@aws-sdk/client-ecr';
import type { Cloud, CloudOptions } from '@tidewaiter/dev-cloud/cloud';
import tap, { type Test } from 'tap';
import { adminEcr, cloudFor } from '../clients.ts';
import { record, sha256, smallImage } from '../fixtures.ts';

interface Setting {
  readonly cloud: Cloud;
  readonly layer: Buffer;
  readonly digest: string;
  readonly url: () => Promise<string>;
}

async function setUp(t: Test, options: CloudOptions = {}, layerBytes = 10_000): Promise<Setting> {
  const cloud = await cloudFor(t, options);
  await cloud.createRepository({ name: 'app' });
  const image = smallImage('a', layerBytes);
  await cloud.putImage({ repository: 'app', tag: 'v1', ...image });
  const ecr = adminEcr(cloud);
  const digest = sha256(image.layer);
  const url = async () =>
    (await ecr.send(new GetDownloadUrlForLayerCommand({ repositoryName: 'app', layerDigest: digest }))).downloadUrl ?? '';
  return { cloud, layer: image.layer, digest, url };
}

async function get(url: string, range?: string): Promise<{ status: number; headers: Headers; body: Buffer }> {
  const response = await fetch(url, range === undefined ? {} : { headers: { range } });
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

void tap.test('a pre-signed URL serves the whole layer and any range of it', async (t) => {
  const { layer, url } = await setUp(t);
  const signed = await url();
  const whole = await get(signed);
  t.same([whole.status, whole.headers.get('accept-ranges')], [200, 'bytes']);
  t.ok(whole.body.equals(layer));
  const size = layer.length;
  const cases: [string, number, Buffer][] = [
    ['bytes=0-0', 206, layer.subarray(0, 1)],
    ['bytes=100-199', 206, layer.subarray(100, 200)],
    ['bytes=100-', 206, layer.subarray(100)],
    ['bytes=-5', 206, layer.subarray(size - 5)],
    [`bytes=${size - 1}-${size + 50}`, 206, layer.subarray(size - 1)],
    ['bytes=5-1', 200, layer],
    ['nonsense', 200, layer],
  ];
  for (const [range, status, body] of cases) {
    const part = await get(signed, range);
    t.equal(part.status, status, range);
    t.ok(part.body.equals(body), range);
  }
  t.equal((await get(signed, 'bytes=100-199')).headers.get('content-range'), `bytes 100-199/${size}`);
  t.equal((await fetch(signed, { method: 'HEAD' })).status, 403, 'the method is signed');
  t.match(await get(signed, `bytes=${size}-`), { status: 416, body: /InvalidRange/ });
});

void tap.test('an empty layer is served as one', async (t) => {
  const { cloud } = await setUp(t);
  const empty = Buffer.alloc(0);
  const image = smallImage('b');
  const layers = [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: sha256(empty), size: 0 }];
  const manifest = Buffer.from(JSON.stringify({ ...record(JSON.parse(image.manifest.toString())), layers }));
  await cloud.putImage({ repository: 'app', tag: 'empty', manifest, mediaType: image.mediaType, blobs: [...image.blobs, empty] });
  const command = new GetDownloadUrlForLayerCommand({ repositoryName: 'app', layerDigest: sha256(empty) });
  const { downloadUrl = '' } = await adminEcr(cloud).send(command);
  t.match(await get(downloadUrl), { status: 200, body: empty });
  t.equal((await get(downloadUrl, 'bytes=0-')).status, 416);
});

void tap.test('a URL that is changed, unsigned, or too old is refused', async (t) => {
  const { cloud, url } = await setUp(t, { layerUrlSeconds: 600 });
  const signed = await url();
  t.match(await get(signed.replace(/Signature=./, 'Signature=g')), { status: 403, body: /SignatureDoesNotMatch/ });
  t.match(await get(signed.replace('Expires=600', 'Expires=6000')), { status: 403, body: /SignatureDoesNotMatch/ });
  t.match(await get(signed.split('?')[0] ?? ''), { status: 403, body: /AccessDenied/ });
  cloud.setClockOffset(590_000);
  t.equal((await get(signed)).status, 200);
  cloud.setClockOffset(610_000);
  t.match(await get(signed), { status: 403, body: /Request has expired/ });
});

void tap.test('faults: an expired URL, a flipped byte, a cut, a slow and a refused download; each as often as set', async (t) => {
  const { cloud, layer, digest, url } = await setUp(t);
  cloud.setFault({ kind: 'expiredUrl', repository: 'app', count: 1 });
  t.equal((await get(await url())).status, 403);
  const signed = await url();
  t.equal((await get(signed)).status, 200, 'the second URL is good');

  cloud.setFault({ kind: 'wrongDigest', digest, count: 1 });
  const wrong = (await get(signed)).body;
  t.equal(wrong.length, layer.length);
  t.equal(wrong.filter((byte, at) => byte !== layer[at]).length, 1, 'one byte differs');

  cloud.setFault({ kind: 'cut', afterBytes: 1234, count: 1 });
  const response = await fetch(signed);
  let received = 0;
  await t.rejects(async () => {
    for await (const chunk of response.body ?? []) received += chunk.length;
  });
  t.equal(received, 1234);

  cloud.setFault({ kind: 'throttle', digest, count: 1 });
  t.match(await get(signed), { status: 503, body: /SlowDown/ });

  cloud.setFault({ kind: 'slow', digest, bytesPerSecond: layer.length * 4, count: 1 });
  const began = performance.now();
  await get(signed);
  t.ok(performance.now() - began > 200, 'four layers a second take a quarter of one');
  t.same(cloud.faults(), []);
  t.ok((await get(signed)).body.equals(layer), 'used up, nothing is wrong any more');
  cloud.setFault({ kind: 'wrongDigest', digest: sha256('another') });
  t.ok((await get(signed)).body.equals(layer), 'a fault of another digest does not fit');
});
