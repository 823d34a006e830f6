import tap, { type Test } from 'tap';
import {
  createOciRegistry,
  createRegistryNetwork,
  type NetworkPolicy,
  type OciLogin,
  type RemoteRegistry,
} from '../../../src/registry/index.ts';
import { checkedRealm, parseChallenge } from '../../../src/registry/oci/challenge.ts';
import { OciClient } from '../../../src/registry/oci/client.ts';
import { OciConnection } from '../../../src/registry/oci/connection.ts';
import { CHALLENGE_CHARS_MAX, TOKEN_CHARS_MAX } from '../../../src/registry/oci/limits.ts';
import { fetchToken } from '../../../src/registry/oci/token.ts';
import { around, digestOf, everything, failure, imageOf, live, loopbackPolicy, read, serve } from '../servers.ts';
import { refuse, sendRange, tinyRegistry } from './tiny-registry.ts';

const login: OciLogin = { username: 'robot', password: 'pass:word' };
const basic = `Basic ${Buffer.from('robot:pass:word').toString('base64')}`;
const pull = (registry: RemoteRegistry) => registry.image('team/app', { tag: 'v1' }).root(live());

function registryAt(t: Test, host: string, user: OciLogin | null = null, policy: NetworkPolicy = loopbackPolicy): RemoteRegistry {
  const network = createRegistryNetwork(policy);
  t.teardown(() => network.close());
  return createOciRegistry({ host, login: user, network, around });
}

void tap.test('an image is pulled without a name: manifest by tag and digest, blobs byte for byte', async (t) => {
  const image = imageOf(100_000);
  const server = await tinyRegistry(t, { manifests: { v1: image.manifest }, blobs: image.blobs });
  const registry = registryAt(t, server.host);
  const source = registry.image('team/app', { tag: 'v1' });
  t.equal(source.reference, `${server.host}/team/app:v1`);
  const root = await source.root(live());
  t.match(root, { digest: digestOf(image.manifest), mediaType: 'application/vnd.oci.image.manifest.v1+json' });
  t.equal(server.seen.requests[0]?.headers['user-agent'], 'tidewaiter-sensor');
  t.match(server.seen.requests[0]?.headers.accept, /image\.index\.v1\+json.*manifest\.list/);
  t.ok(image.manifest.equals((await source.manifest(root.digest, live())).bytes));
  for (const blob of image.blobs) t.ok(blob.equals(await read(source.blob(digestOf(blob), blob.length, live()))));
  t.ok(server.seen.requests.every(({ headers }) => headers.authorization === undefined));
});

void tap.test('a Basic challenge is answered with the login, and only then; a wrong one is told', async (t) => {
  const image = imageOf(10);
  const server = await tinyRegistry(t, { manifests: { v1: image.manifest } }, (request, response) =>
    request.headers.authorization === basic ? false : refuse(response, 'Basic realm="x"'),
  );
  await pull(registryAt(t, server.host, login));
  t.same(
    server.seen.requests.map(({ headers }) => headers.authorization),
    [undefined, basic],
  );
  const wrong = await failure(pull(registryAt(t, server.host, { ...login, password: 'wrong' })));
  t.match(wrong, { code: 'registry.denied', message: /UNAUTHORIZED authentication required.*user name and password/ });
  t.match(await failure(pull(registryAt(t, server.host))), {
    code: 'registry.denied',
    message: /no user name.*TIDEWAITER_REGISTRY_USERNAME/,
  });
});

void tap.test('a Bearer challenge gets a token for pulling this repository and nothing else; an expired one is renewed', async (t) => {
  const image = imageOf(10);
  const tokens: string[] = [];
  const service = await serve(t, (_request, response) => {
    tokens.push(`token-${tokens.length}`);
    response.end(JSON.stringify({ token: tokens.at(-1), expires_in: 60 }));
  });
  const server = await tinyRegistry(t, { manifests: { v1: image.manifest } }, (request, response) =>
    request.headers.authorization === `Bearer ${tokens.at(-1)}`
      ? false
      : refuse(
          response,
          `Bearer realm="${service.url}/token?a=1",service="reg",scope="repository:team/app:pull,push repository:other:pull"`,
        ),
  );
  const registry = registryAt(t, server.host, login);
  await pull(registry);
  t.equal(service.seen.requests[0]?.url, '/token?a=1&service=reg&scope=repository%3Ateam%2Fapp%3Apull');
  t.equal(service.seen.requests[0]?.headers.authorization, basic);
  await pull(registry);
  t.equal(tokens.length, 1, 'kept');
  tokens.push('the old one is no longer good');
  await pull(registry);
  t.equal(service.seen.requests.length, 2);
  await pull(registryAt(t, server.host));
  t.equal(service.seen.requests[2]?.headers.authorization, undefined, 'a guest has a token too');
});

void tap.test('a token service that refuses, or answers nonsense, is told', async (t) => {
  let answer: readonly [number, string] = [401, '{"errors":[{"code":"DENIED","message":"bad password"}]}'];
  const service = await serve(t, (_request, response) => response.writeHead(answer[0]).end(answer[1]));
  const server = await tinyRegistry(t, {}, (_request, response) => refuse(response, `Bearer realm="${service.url}/token"`));
  const registry = registryAt(t, server.host, login);
  t.match(await failure(pull(registry)), { code: 'registry.denied', message: /bad password/ });
  for (const body of [
    'no json',
    '{}',
    '{"token":"with space"}',
    '{"token":5}',
    '[]',
    JSON.stringify({ token: 'x'.repeat(TOKEN_CHARS_MAX + 1) }),
    ' '.repeat(70_000),
  ]) {
    answer = [200, body];
    t.match(await failure(pull(registry)), { code: 'registry.answer-invalid' }, body.slice(0, 30));
  }
  answer = [200, JSON.stringify({ token: 'x'.repeat(TOKEN_CHARS_MAX) })];
  const network = createRegistryNetwork(loopbackPolicy);
  t.teardown(() => network.close());
  const demand = { realm: new URL(`${service.url}/token`), service: '', scope: 'x', login: null };
  t.equal((await fetchToken(network, demand, live())).length, TOKEN_CHARS_MAX, 'the longest there may be');
  answer = [302, ''];
  t.match(await failure(pull(registry)), { code: 'registry.answer-invalid' }, 'and it is not followed');
});

void tap.test(
  'the password goes to no realm but the registry’s own or the one that is named for it: no other sees a connection',
  async (t) => {
    const trap = await serve(t, (_request, response) => response.end('{"token":"x"}'));
    let realm = '';
    const server = await tinyRegistry(t, {}, (_request, response) => refuse(response, `Bearer realm="${realm}",service="x"`));
    for (realm of [
      `https://${trap.host}/token`,
      'http://169.254.169.254/latest/meta-data/',
      'https://[fd00:ec2::254]/token',
      'http://user:pw@127.0.0.1/token',
      'https://evil.example.com/token',
      `//${trap.host}/token`,
      'file:///etc/passwd',
      '',
    ]) {
      const error = await failure(pull(registryAt(t, server.host, login)));
      t.equal(error.code, 'policy.refused', realm);
      t.notMatch(error.message, /pass:word/);
    }
    const strict = { ...loopbackPolicy, allowPlainLoopback: false };
    t.match(await failure(pull(registryAt(t, server.host, login, strict))), { code: 'policy.refused' });
    t.equal(trap.seen.connections, 0);
  },
);

void tap.test('which realms a registry may name', async (t) => {
  const policy: NetworkPolicy = { allowPlainLoopback: true, allowedHosts: [], tokenHosts: { 'reg.corp:5000': 'login.corp' } };
  const allowed = (registry: string, realm: string): boolean => {
    try {
      return checkedRealm(realm, new URL(registry), policy).href !== '';
    } catch {
      return false;
    }
  };
  t.ok(allowed('https://ghcr.io', 'https://ghcr.io/token'));
  t.ok(allowed('https://registry-1.docker.io', 'https://auth.docker.io/token'));
  t.ok(allowed('https://reg.corp:5000', 'https://login.corp/token'));
  t.notOk(allowed('https://reg.corp', 'https://login.corp/token'), 'the pair is for the whole host');
  t.notOk(allowed('https://reg.corp:5000', 'http://login.corp/token'));
  t.notOk(allowed('https://ghcr.io', 'http://ghcr.io/token'));
  t.notOk(allowed('https://ghcr.io', 'https://ghcr.io:444/token'));
  t.notOk(allowed('https://ghcr.io', 'https://ghcr.io.evil.com/token'));
  t.notOk(allowed('https://ghcr.io', 'http://127.0.0.1/token'), 'a public registry has no token service here');
  t.notOk(allowed('https://constructor', 'https://toString/token'));
});

void tap.test('challenges are read as they come, hostile ones in linear time', async (t) => {
  t.same(parseChallenge('Bearer realm="https://a/t",service="s, x",scope="q"'), {
    scheme: 'bearer',
    realm: 'https://a/t',
    service: 's, x',
  });
  t.same(parseChallenge('bearer realm=https://a/t , service=s'), { scheme: 'bearer', realm: 'https://a/t', service: 's' });
  t.same(parseChallenge('Basic realm="x", Bearer realm="https://a/t"'), { scheme: 'bearer', realm: 'https://a/t', service: '' });
  t.same(parseChallenge('Basic realm="x"'), { scheme: 'basic' });
  for (const text of [null, '', 'Negotiate', 'Digest realm="x"']) t.equal(parseChallenge(text), null);
  const last = 'Basic realm="x"';
  t.same(parseChallenge(last.padStart(CHALLENGE_CHARS_MAX)), { scheme: 'basic' });
  t.equal(parseChallenge(last.padStart(CHALLENGE_CHARS_MAX + 1)), null, 'what lies behind the bound is not read');
  const began = performance.now();
  for (const piece of ['bearer ', 'bearer a="', 'a=b,', 'bearer a=b , ', '"', ' ']) parseChallenge(piece.repeat(20_000));
  t.ok(performance.now() - began < 500);
});

void tap.test('a redirect of a blob is followed without the authorization, again from the registry after a cut', async (t) => {
  const { layer, manifest } = imageOf(3 << 20);
  let cuts = 2;
  const store = await serve(t, (request, response) => {
    if (cuts-- > 0) {
      response.writeHead(request.headers.range ? 206 : 200, {
        'content-range': `bytes ${/\d+/.exec(request.headers.range ?? '')?.[0]}-1/1`,
      });
      const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      response.write(layer.subarray(from, from + 100_000), () => response.destroy());
    } else sendRange(request, response, layer);
  });
  const server = await tinyRegistry(t, { manifests: { v1: manifest } }, (request, response) => {
    if (request.headers.authorization !== basic) return refuse(response, 'Basic realm="x"');
    if (request.url?.includes('/blobs/') !== true) return false;
    response.writeHead(307, { location: `${store.url}/blob?X-Amz-Signature=secret` }).end();
    return true;
  });
  const source = registryAt(t, server.host, login).image('team/app', { tag: 'v1' });
  t.ok(layer.equals(await read(source.blob(digestOf(layer), layer.length, live()))));
  t.equal(store.seen.requests.length, 3);
  t.ok(store.seen.requests.every(({ headers }) => headers.authorization === undefined));
});

void tap.test('redirects end after three, and lead to no forbidden address and no other scheme', async (t) => {
  const trap = await serve(t, (_request, response) => response.end('x'));
  let hops = 0;
  let hopsMax = Number.POSITIVE_INFINITY;
  let location = '';
  const { manifest } = imageOf(10);
  const server = await tinyRegistry(t, {}, (request, response) => {
    if (hops++ === hopsMax) {
      response.end(manifest);
      return true;
    }
    response.writeHead(302, { location: location === '' ? `${request.url}x` : location }).end();
    return true;
  });
  const registry = registryAt(t, server.host, login);
  t.match(await failure(pull(registry)), { code: 'registry.answer-invalid', message: /more than 3 redirects/ });
  t.equal(hops, 4);
  [hops, hopsMax] = [0, 3];
  t.equal((await pull(registry)).digest, digestOf(manifest), 'three are followed');
  hopsMax = Number.POSITIVE_INFINITY;
  const trapPort = trap.host.split(':')[1];
  for (location of [
    'http://169.254.169.254/latest/meta-data/iam?X-Amz-Signature=1',
    'https://169.254.170.2/v2/credentials',
    'https://[fd00:ec2::254]/',
    'https://10.0.0.1/',
    'http://example.com/',
    'file:///etc/passwd',
    `http://0.0.0.0:${trapPort}/`,
    `https://user:pw@127.0.0.1:${trapPort}/`,
  ]) {
    const error = await failure(pull(registry));
    t.equal(error.code, 'policy.refused', location);
    t.notMatch(error.message, /Signature|pw@/);
  }
  t.equal(trap.seen.connections, 0);
});

void tap.test('manifests are bounded and believed by their digest alone', async (t) => {
  const { manifest } = imageOf(10);
  const large = Buffer.alloc((4 << 20) + 1, ' ');
  const exact = Buffer.alloc(4 << 20, ' ');
  const server = await tinyRegistry(t, { manifests: { v1: manifest, large, exact } }, (request, response) => {
    if (!/lies|manifests\/sha256:0/.test(request.url ?? '')) return false;
    response.writeHead(200, { 'docker-content-digest': digestOf('another') }).end(manifest);
    return true;
  });
  const registry = registryAt(t, server.host);
  const root = (tag: string) => registry.image('team/app', { tag }).root(live());
  t.match(await failure(root('large')), { code: 'manifest.too-large' });
  t.equal((await root('exact')).digest, digestOf(exact));
  t.match(await failure(root('lies')), { code: 'manifest.digest-mismatch' });
  const digest = `sha256:${'0'.repeat(64)}` as const;
  t.match(await failure(registry.image('team/app', { digest }).root(live())), {
    code: 'manifest.digest-mismatch',
    facts: { want: digest },
  });
});

void tap.test('answers have their codes; what may pass is tried again', async (t) => {
  const { manifest } = imageOf(10);
  const answers: (readonly [number, Record<string, string>])[] = [];
  const server = await tinyRegistry(t, { manifests: { v1: manifest } }, (_request, response) => {
    const next = answers.shift();
    if (next) response.writeHead(next[0], next[1]).end('<html>');
    return next !== undefined;
  });
  const registry = registryAt(t, server.host);
  answers.push([429, { 'retry-after': '0' }], [503, {}], [500, {}]);
  t.ok(await pull(registry));
  answers.push([500, {}], [500, {}], [500, {}], [502, {}]);
  t.match(await failure(pull(registry)), { code: 'registry.unreachable', message: /status 502/ });
  for (const [status, code] of [
    [403, 'registry.denied'],
    [404, 'image.gone'],
    [401, 'registry.denied'],
    [418, 'registry.answer-invalid'],
  ] as const) {
    answers.push([status, {}]);
    t.equal((await failure(pull(registry))).code, code);
  }
  answers.push([429, {}], [429, {}], [429, {}], [429, { 'retry-after': '7' }]);
  t.match(await failure(pull(registry)), { code: 'registry.throttled', facts: { retryAfterMs: 7_000 } });
  t.match(await failure(registry.image('team/other', { tag: 'v1' }).root(live())), {
    code: 'image.gone',
    message: /NAME_UNKNOWN nothing here/,
  });
});

void tap.test('a server that ignores Range is borne; one that sends another range is not', async (t) => {
  const { layer } = imageOf(500_000);
  let requests = 0;
  let wrong = false;
  const server = await tinyRegistry(t, {}, (_request, response) => {
    if (requests++ === 0) {
      response.writeHead(200);
      response.write(layer.subarray(0, 100_000), () => response.destroy());
    } else if (wrong) response.writeHead(206, { 'content-range': 'bytes 7-8/9' }).end('xx');
    else response.end(layer);
    return true;
  });
  const source = registryAt(t, server.host).image('team/app', { tag: 'v1' });
  t.ok(layer.equals(await read(source.blob(digestOf(layer), layer.length, live()))));
  [requests, wrong] = [0, true];
  t.match(await failure(read(source.blob(digestOf(layer), layer.length, live()))), {
    code: 'registry.answer-invalid',
    message: /bytes 7-8/,
  });
});

void tap.test('a registry is listed by its catalog and tags, page by page', async (t) => {
  const [one, two] = [imageOf(10), imageOf(11)];
  const server = await tinyRegistry(t, { manifests: { a: one.manifest, b: one.manifest, c: two.manifest } }, (request, response) => {
    const url = request.url ?? '';
    if (url === '/v2/_catalog?n=1000')
      response.writeHead(200, { link: '</v2/_catalog?n=1000&last=team%2Fapp>; rel="next"' }).end('{"repositories":["team/app"]}');
    else if (url.startsWith('/v2/_catalog?')) response.end('{"repositories":["team/empty"]}');
    else if (url.startsWith('/v2/team/app/tags/list')) response.end('{"tags":["a","b","c","gone","../../x"]}');
    else if (url.startsWith('/v2/team/empty/tags/list')) response.end('{"tags":null}');
    else return false;
    return true;
  });
  const pages = [];
  for await (const page of registryAt(t, server.host).list(everything, live())) pages.push(page);
  t.same(
    pages.flatMap(({ repositories }) => repositories.map(({ name }) => name)),
    ['team/app', 'team/empty'],
  );
  t.match(
    pages.flatMap(({ images }) => images),
    [
      { repository: 'team/app', digest: digestOf(one.manifest), tags: ['a', 'b'], status: 'active' },
      { digest: digestOf(two.manifest), tags: ['c'] },
    ],
  );
  const asked = server.seen.requests.length;
  const some = [];
  for await (const page of registryAt(t, server.host).list((name) => name === 'team/empty', live())) some.push(page);
  t.same(some, [
    { repositories: [], images: [] },
    { repositories: [{ name: 'team/empty', createdAt: null }], images: [] },
  ]);
  const urls = server.seen.requests.slice(asked).map(({ url }) => url);
  t.notOk(
    urls.some((url) => url?.includes('team/app/')),
    'nothing is asked about a repository that is not allowed',
  );
  const circle = await tinyRegistry(t, {}, (_request, response) => {
    response.writeHead(200, { link: '</v2/_catalog?n=1000>; rel="next"' }).end('{"repositories":[]}');
    return true;
  });
  const endless = registryAt(t, circle.host).list(everything, live())[Symbol.asyncIterator]();
  t.equal((await endless.next()).done, false);
  t.match(await failure(endless.next()), { code: 'registry.answer-invalid', message: /do not end/ });
});

void tap.test('an image is listed with a thousand tags; one more does not end the listing', async (t) => {
  const { manifest } = imageOf(10);
  const tags = Array.from({ length: 1_001 }, (_, at) => `v${at}`);
  const manifests = Object.fromEntries(tags.map((tag) => [tag, manifest]));
  const server = await tinyRegistry(t, { manifests }, (request, response) => {
    const url = request.url ?? '';
    if (url.startsWith('/v2/_catalog')) response.end('{"repositories":["team/app"]}');
    else if (url.startsWith('/v2/team/app/tags/list')) response.end(JSON.stringify({ tags }));
    else return false;
    return true;
  });
  const images = [];
  for await (const page of registryAt(t, server.host).list(everything, live())) images.push(...page.images);
  t.equal(images.length, 1);
  t.strictSame(images[0]?.tags, tags.slice(0, 1_000), 'as many as a catalog page may hold of one image');
});

void tap.test('a manifest that trickles for ever is left at its time, and may be tried again later', async (t) => {
  const server = await tinyRegistry(t, {}, (_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 5);
    response.on('close', () => clearInterval(timer));
    return true;
  });
  const network = createRegistryNetwork(loopbackPolicy);
  t.teardown(() => network.close());
  const client = new OciClient(new OciConnection(server.host, null, network), around, 100);
  const error = await failure(client.manifest('team/app', { tag: 'v1' }, live()));
  t.match(error, { code: 'registry.unreachable', retryable: true, message: /timeout/ });
  t.match(await failure(client.manifest('team/app', { tag: 'v1' }, AbortSignal.abort())), { code: 'cancelled' });
});
