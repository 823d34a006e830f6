import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { createConnection } from 'node:net';
import { errorCodes } from '@tidewaiter/shared/errors';
import { Compile } from 'typebox/compile';
import { Type } from 'typebox';
import t from 'tap';
import { permissions } from '../../src/api/index.ts';
import { folderFor } from '../folder.ts';
import { accountOf, digestOf, registryBody, startTestApp, type TestApp } from './harness.ts';

const roles = ['viewer', 'member', 'manager', 'owner'] as const;

const app: TestApp = await startTestApp(folderFor(t));
t.teardown(() => app.close());

async function tokenOf(role: string, owner = app.ownerToken): Promise<{ readonly id: string; readonly token: string }> {
  const { body } = await app.call('POST', '/api/v1/tokens', { token: owner, body: { name: role, role, expiresAt: null } });
  return { id: String(body['id']), token: String(body['token']) };
}

async function connect(account = accountOf()): Promise<{ readonly id: string; readonly webhookKey: string }> {
  const { body } = await app.call('POST', '/api/v1/registries', { body: registryBody(account) });
  const [registry, key] = [body['registry'] as { id: string }, body['webhookKey'] as { key: string }];
  return { id: registry.id, webhookKey: key.key };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let look = 0; !(await isSo()); look++) {
    if (look > 100) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

t.test('every route asks for exactly the role its row names', async (t) => {
  const tokens = Object.fromEntries(await Promise.all(roles.map(async (role) => [role, (await tokenOf(role)).token])));
  for (const [route, least] of Object.entries(permissions)) {
    const [method = '', path = ''] = route.split(' ');
    const url = path.replace(':digest', digestOf()).replace(/:\w+/g, '01900000-0000-7000-8000-000000000000');
    const nobody = await app.call(method, url, { token: null });
    t.not(nobody.body['detail'], `There is no such resource: ${method} ${url}`, `${route} is registered`);
    t.equal(nobody.body['code'] === 'auth.missing', least !== 'anyone', `${route} without a token: ${nobody.text}`);
    if (least === 'anyone') continue;
    for (const role of roles) {
      const { status } = await app.call(method, url, { token: tokens[role], ...(method === 'GET' ? {} : { body: {} }) });
      t.equal(status === 403, roles.indexOf(role) < roles.indexOf(least), `${route} as ${role}: ${status}`);
      t.not(status, 401, `${route} as ${role}`);
      t.ok(status < 500, `${route} as ${role}: ${status}`);
    }
  }
});

t.test('a member works on incidents and changes nothing else', async (t) => {
  const ofMembers = Object.entries(permissions).filter(([, least]) => least === 'member');
  t.ok(ofMembers.length > 0);
  for (const [route] of ofMembers) t.match(route, /^POST \/api\/v1\/incidents\//);
  for (const [route, least] of Object.entries(permissions))
    if (least === 'viewer') t.match(route, /^GET |\/test$/, 'a viewer reads, and tries expressions on what it may read');
});

t.test('a route that has no row in the table is never served', async (t) => {
  const { body } = await app.call('GET', '/api/v1/openapi.json', { token: null });
  const paths = body['paths'] as Record<string, Record<string, unknown>>;
  for (const [path, methods] of Object.entries(paths)) {
    if (path.startsWith('/docs')) continue;
    for (const method of Object.keys(methods)) {
      const route = `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
      t.ok(route in permissions, route);
    }
  }
});

t.test('the top of the URL sends a browser to the docs and tells a program where things are', async (t) => {
  const person = await fetch(`${app.url}/`, { headers: { accept: 'text/html,application/xhtml+xml' }, redirect: 'manual' });
  t.strictSame([person.status, person.headers.get('location')], [302, '/docs']);
  const program = await app.call('GET', '/', { token: null });
  t.equal(program.status, 200);
  for (const name of ['docs', 'openapi', 'health', 'ready'])
    t.equal((await app.call('GET', String(program.body[name]), { token: null })).status, 200, name);
  t.equal((await app.call('GET', `${String(program.body['api'])}/workspace`)).status, 200);
});

t.test('the API describes itself as OpenAPI 3.1 with names and renders it', async (t) => {
  const { body, status } = await app.call('GET', '/api/v1/openapi.json', { token: null });
  t.equal(status, 200);
  t.equal(body['openapi'], '3.1.0');
  const names = Object.keys((body['components'] as { schemas: object }).schemas);
  for (const name of ['Problem', 'Registry', 'Incident', 'Verdict', 'Scan']) t.ok(names.includes(name), name);
  t.notOk(
    names.some((name) => /^def-|^schema-/.test(name)),
    'no schema without a name',
  );
  t.match((await app.call('GET', '/docs/', { token: null })).text, /Swagger UI/);
});

const Problem = Compile(
  Type.Object(
    {
      type: Type.String({ pattern: '^https://tidewaiter\\.dev/errors#' }),
      title: Type.String(),
      status: Type.Integer(),
      code: Type.Enum(Object.keys(errorCodes)),
      detail: Type.String(),
      remedy: Type.Union([Type.String(), Type.Null()]),
      retryable: Type.Boolean(),
    },
    { additionalProperties: false },
  ),
);

t.test('every error is problem+json', async (t) => {
  const big = JSON.stringify({ url: 'x'.repeat(65_536) });
  const cases = [
    ['an unknown path', await app.call('GET', '/api/v1/nothing'), 404, 'resource.not-found'],
    ['an unknown method', await app.call('PUT', '/api/v1/registries'), 404, 'resource.not-found'],
    ['a broken URL', await app.call('GET', '/api/v1/registries/%E0%A4%A'), 400, 'request.invalid'],
    ['no JSON', await app.call('POST', '/api/v1/registries', { body: '{' }), 400, 'request.invalid'],
    [
      'an unknown member',
      await app.call('POST', '/api/v1/tokens', { body: { name: 'a', role: 'viewer', expiresAt: null, x: 1 } }),
      400,
      'request.invalid',
    ],
    ['a number as text', await app.call('POST', '/api/v1/enrolment-tokens', { body: { uses: '1' } }), 400, 'request.invalid'],
    [
      'another media type',
      await app.call('POST', '/api/v1/tokens', { body: 'a=b', headers: { 'content-type': 'text/plain' } }),
      400,
      'request.invalid',
    ],
    ['a body over the limit', await app.call('POST', '/api/v1/registries', { body: big }), 413, 'request.too-large'],
    ['a broken cursor', await app.call('GET', '/api/v1/registries?cursor=%2B%2B'), 400, 'request.invalid'],
    ['a page too long', await app.call('GET', '/api/v1/registries?limit=201'), 400, 'request.invalid'],
    ['no token', await app.call('GET', '/api/v1/registries', { token: null }), 401, 'auth.missing'],
    ['a token that is none', await app.call('GET', '/api/v1/registries', { token: 'x' }), 401, 'auth.invalid'],
    ['an unknown token', await app.call('GET', '/api/v1/registries', { token: `tw_${'A'.repeat(43)}` }), 401, 'auth.invalid'],
    [
      'a look-alike of ECR',
      await app.call('POST', '/api/v1/registries', {
        body: { ...registryBody('123456789012'), url: '123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.test' },
      }),
      400,
      'reference.invalid',
    ],
  ] as const;
  for (const [name, answer, status, code] of cases) {
    t.equal(answer.status, status, `${name}: ${answer.text}`);
    t.equal(answer.body['code'], code, name);
    t.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8', name);
    t.ok(Problem.Check(answer.body), `${name}: ${answer.text}`);
  }
});

/** A path as it stands, which fetch would put in order; and a method and headers as they are. */
async function rawCall(method: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  const { hostname, port } = new URL(app.url);
  const authorization = `Bearer ${app.ownerToken}`;
  const sent = httpRequest({ hostname, port, method, path, agent: false, headers: { authorization, ...headers } }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode, type: answer.headers['content-type'], text };
}

t.test('of odd paths, methods and headers every refusal says one status, in its head and in its body', async (t) => {
  const odd = [
    '..%2f',
    '..%5c',
    '%2e%2e%2f%2e%2e',
    '../..',
    '..%2f..%2fpackage.json',
    '%00',
    '%',
    '%ff',
    '%252e',
    '.hidden',
    'a//b',
    'x;y',
    'a?%',
  ];
  const folders = ['/docs/static/', '/docs/', '/api/v1/', '/api/v1/registries/', '/api/v1/verdicts/', '/exposed/.well-known/', '/'];
  const paths = [
    ...folders.flatMap((folder) => odd.map((name) => `${folder}${name}`)),
    `/docs/static/${'x'.repeat(300)}`,
    '//',
    '/api//v1',
  ];
  const asked = [
    ...['GET', 'POST', 'DELETE', 'TRACE'].flatMap((method) => paths.map((path) => ({ method, path, headers: {} }))),
    ...[{ range: 'bytes=9999999-' }, { 'if-match': '"none"' }, { 'content-type': 'no/such/type', 'content-length': '0' }].flatMap(
      (headers) => ['/docs/static/index.css', '/docs/static/..%2f', '/api/v1/nothing'].map((path) => ({ method: 'GET', path, headers })),
    ),
  ];
  let refused = 0;
  for (const { method, path, headers } of asked) {
    const { status = 0, type, text } = await rawCall(method, path, headers);
    if (status < 400) continue;
    refused += 1;
    const problem: unknown = JSON.parse(text);
    const isAgreed = Problem.Check(problem) && problem.status === status && type === 'application/problem+json; charset=utf-8';
    if (!isAgreed) t.fail(`${method} ${path} ${JSON.stringify(headers)}: ${status} ${text}`);
  }
  t.ok(refused > 300, `${refused} of ${asked.length} refused`);
});

t.test('a request without a body may name any media type; where a body is wanted, that is said', async (t) => {
  const types = ['application/json', 'application/x-www-form-urlencoded', 'no media type'];
  for (const type of types)
    for (const length of [{}, { 'content-length': '0' }]) {
      const { id } = await tokenOf('viewer');
      const ended = await rawCall('DELETE', `/api/v1/tokens/${id}`, { 'content-type': type, ...length });
      t.strictSame([ended.status, ended.text], [204, ''], type);
      const wanted = await rawCall('POST', '/api/v1/tokens', { 'content-type': type, 'content-length': '0' });
      t.match([wanted.status, JSON.parse(wanted.text)], [400, { code: 'request.invalid', detail: /body/ }]);
    }
  const { id } = await tokenOf('viewer');
  const refused = await app.call('DELETE', `/api/v1/tokens/${id}`, { body: '{' });
  t.match([refused.status, refused.body], [400, { code: 'request.invalid' }], 'a body that is there is read');
});

t.test('bytes that are no HTTP get a problem, too', async (t) => {
  const socket = createConnection(Number(new URL(app.url).port), '127.0.0.1');
  socket.end('hello?\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  t.match(text, /^HTTP\/1\.1 400 /);
  t.ok(Problem.Check(JSON.parse(text.split('\r\n\r\n')[1] ?? '')));
});

t.test('a body at the limit is read', async (t) => {
  const frame = JSON.stringify({ name: '', role: 'viewer', expiresAt: null });
  const body = JSON.stringify({ name: 'x'.repeat(65_536 - frame.length), role: 'viewer', expiresAt: null });
  t.equal(body.length, 65_536);
  const answer = await app.call('POST', '/api/v1/tokens', { body });
  t.match(answer.body['detail'], /body\/name/, 'it was parsed and fails its schema only');
});

t.test('a registry is connected from its URL', async (t) => {
  const account = accountOf();
  const made = await app.call('POST', '/api/v1/registries', { body: { ...registryBody(account), intervalSeconds: 1_800 } });
  t.equal(made.status, 201);
  const { body: workspace } = await app.call('GET', '/api/v1/workspace');
  t.match(made.body, {
    registry: { provider: 'ecr', account, region: 'eu-west-1', intervalSeconds: 1_800, perimeter: { mode: 'entire', automatic: true } },
    trust: { issuer: `${app.url}/exposed`, audience: 'sts.amazonaws.com', subject: `tidewaiter-account-id:${String(workspace['id'])}` },
    webhookKey: { key: /^twk_[0-9a-f]{32}_[\w-]{43}$/ },
  });
  const work = await app.call('GET', `/api/v1/assignments/${String(made.body['assignmentId'])}`);
  t.match(work.body, { kind: 'sync', state: 'pending', trigger: 'historical' });
  const again = await app.call('POST', '/api/v1/registries', { body: registryBody(account) });
  t.match(
    again.body,
    { code: 'storage.conflict', detail: new RegExp(`registry ${account}\\..* is connected already`) },
    'once a workspace',
  );
  const short = await app.call('POST', '/api/v1/registries', { body: { ...registryBody(accountOf()), intervalSeconds: 1_799 } });
  t.match(short.body['detail'], /intervalSeconds/);
  t.equal(short.status, 400);
});

t.test('what a request holds that its schema does not allow is said by name, with what is wanted', async (t) => {
  const registry = registryBody(accountOf());
  const token = { name: 'x', role: 'viewer', expiresAt: null };
  const cases: readonly (readonly [path: string, body: Record<string, unknown> | null, detail: RegExp])[] = [
    ['tokens', { name: 'x', role: 'viewer' }, /body\/expiresAt \(got nothing, want a value\)/],
    ['tokens', { ...token, role: 'king' }, /body\/role \(want one of owner, manager, member, viewer\)/],
    ['tokens', { ...token, expiresAt: 'tomorrow' }, /body\/expiresAt \(want a time of RFC 3339/],
    ['tokens', { ...token, rank: 1 }, /body\/rank \(got a name that there is not/],
    ['registries', { ...registry, access: { method: 'magic' } }, /body\/access\/method \(want one of web-identity, host-role, anonymous\)/],
    ['registries', { ...registry, access: { method: 'web-identity' } }, /body\/access\/roleArn \(got nothing, want a value\)/],
    ['registries', { ...registry, access: { method: 'host-role', roleArn: 'x' } }, /body\/access\/roleArn \(got a name that there is not/],
    ['registries', { ...registry, intervalSeconds: 'x' }, /body\/intervalSeconds \(want integer\)/],
    [`verdicts/sha256:${'0'.repeat(64)}?waitSeconds=61`, null, /querystring\/waitSeconds \(want <= 60\)/],
    ['incidents?statuss=x', null, /querystring\/statuss \(got a name that there is not/],
    [`incidents/${'a'.repeat(65)}`, null, /params\/id \(want at most 64 characters\)/],
    ['verdicts/sha256:x', null, /params\/digest \(want text of the pattern/],
  ];
  for (const [path, body, detail] of cases)
    t.match(
      await app.call(body ? 'POST' : 'GET', `/api/v1/${path}`, body ? { body } : {}),
      { status: 400, body: { code: 'request.invalid', detail, remedy: /\/docs/ } },
      path,
    );
});

t.test('every text, number and list of a request is taken at its bound and refused by name one beyond', async (t) => {
  const { id } = await connect();
  const nobody = '00000000-0000-7000-8000-000000000000';
  const x = (length: number): string => 'x'.repeat(length);
  const list = (length: number, item: string): string[] => Array.from({ length }, (_, at) => `${item}${at}`);
  const bounds: readonly (readonly [max: number, path: string, bodyOf: (size: number) => object, place: string])[] = [
    [128, 'tokens', (size) => ({ name: x(size), role: 'viewer', expiresAt: null }), 'body/name'],
    [512, 'registries', (size) => ({ ...registryBody(accountOf()), url: x(size) }), 'body/url'],
    [1_000, 'enrolment-tokens', (size) => ({ uses: size }), 'body/uses'],
    [2_592_000, 'enrolment-tokens', (size) => ({ expiresInSeconds: size }), 'body/expiresInSeconds'],
    [1_000, 'enrolment-tokens', (size) => ({ registryIds: list(size, 'r') }), 'body/registryIds'],
    [100, `registries/${id}/exclusions/test`, (size) => ({ paths: list(size, 'p') }), 'body/paths'],
    [4_096, `registries/${id}/exclusions/test`, (size) => ({ paths: [x(size)] }), 'body/paths/0'],
    [8_192, `incidents/${nobody}/notes`, (size) => ({ text: x(size) }), 'body/text'],
    [256, `incidents/${nobody}/assign`, (size) => ({ assignee: x(size) }), 'body/assignee'],
  ];
  for (const [max, path, bodyOf, place] of bounds)
    for (const size of [max, max + 1]) {
      const { status, text } = await app.call('POST', `/api/v1/${path}`, { body: bodyOf(size) });
      const isRefusedForIt = status === 400 && /\(want (at most|<=) \d/.test(text) && text.includes(`${place} (`);
      t.equal(isRefusedForIt, size > max, `${place} of ${size}: ${status} ${text.slice(0, 200)}`);
      t.not(status, 500);
    }
});

t.test('perimeter and interval can be changed, and a sync asked for', async (t) => {
  const { id } = await connect();
  const changed = await app.call('PATCH', `/api/v1/registries/${id}`, {
    body: { perimeter: { mode: 'specific' }, intervalSeconds: 3_600 },
  });
  t.match(changed.body, { perimeter: { mode: 'specific', automatic: false }, intervalSeconds: 3_600 });
  const next = Date.parse(String(changed.body['nextSyncAt'])) - Date.parse(String(changed.body['createdAt']));
  t.equal(next, 3_600_000, 'the next listing counts from the last');
  t.equal((await app.call('PATCH', `/api/v1/registries/${id}`, { body: {} })).status, 400);
  t.equal((await app.call('POST', `/api/v1/registries/${id}/sync`)).status, 202);
  t.equal((await app.call('GET', `/api/v1/registries/${id}/repositories`)).status, 200);
});

t.test('exclusions are the preset unless said otherwise, can be changed, counted and tried', async (t) => {
  const { id } = await connect();
  const preset = { presets: ['default'], expressions: [] };
  t.match((await app.call('GET', `/api/v1/registries/${id}`)).body, { exclusions: preset });
  const told = await app.call('GET', `/api/v1/registries/${id}/exclusions`);
  t.same(told.body, { exclusions: preset, counts: { findings: 0, pierced: 0, byExpression: {} }, settled: true });
  const exclusions = { presets: ['default'], expressions: ['/fixtures/'] };
  t.match((await app.call('PATCH', `/api/v1/registries/${id}`, { body: { exclusions } })).body, { exclusions });
  const paths = ['srv/node_modules/x', 'srv/fixtures/x', 'srv/x'];
  t.same((await app.call('POST', `/api/v1/registries/${id}/exclusions/test`, { body: { paths } })).body, {
    items: [
      { path: paths[0], excludedBy: ['/node_modules/'], hidesCertain: false },
      { path: paths[1], excludedBy: ['/fixtures/'], hidesCertain: true },
      { path: paths[2], excludedBy: [], hidesCertain: false },
    ],
  });
  const other = { paths, exclusions: { presets: [], expressions: ['x$'] } };
  t.match((await app.call('POST', `/api/v1/registries/${id}/exclusions/test`, { body: other })).body, { items: [{ excludedBy: ['x$'] }] });
  const bad = { presets: [], expressions: ['(a', '(?=b)'] };
  for (const [method, path, body] of [
    ['PATCH', `/api/v1/registries/${id}`, { exclusions: bad }],
    ['POST', '/api/v1/registries', { ...registryBody(accountOf()), exclusions: bad }],
    ['POST', `/api/v1/registries/${id}/exclusions/test`, { paths, exclusions: bad }],
  ] as const) {
    t.match(
      await app.call(method, path, { body }),
      { status: 400, body: { code: 'request.invalid', detail: /"\(a": .*"\(\?=b\)": / } },
      path,
    );
  }
  await t.resolves(until(async () => (await app.call('GET', `/api/v1/registries/${id}/exclusions`)).body['settled'] === true));
});

t.test('at most two webhook keys live at once', async (t) => {
  const { id } = await connect();
  const second = await app.call('POST', `/api/v1/registries/${id}/webhook-keys`);
  t.equal(second.status, 201);
  const third = await app.call('POST', `/api/v1/registries/${id}/webhook-keys`);
  t.equal(third.body['code'], 'resource.conflict');
  const { body } = await app.call('GET', `/api/v1/registries/${id}/webhook-keys`);
  t.notMatch(JSON.stringify(body), /twk_/, 'a key is shown once');
  const [first] = body['items'] as readonly { readonly id: string }[];
  t.equal((await app.call('DELETE', `/api/v1/registries/${id}/webhook-keys/${first?.id}`)).status, 204);
  t.equal((await app.call('POST', `/api/v1/registries/${id}/webhook-keys`)).status, 201);
});

t.test('tokens expire, are revoked, and are granted below owner only', async (t) => {
  const manager = await tokenOf('manager');
  const denied = await app.call('POST', '/api/v1/tokens', { token: manager.token, body: { name: 'x', role: 'owner', expiresAt: null } });
  t.equal(denied.body['code'], 'auth.forbidden', 'a manager makes no owner');
  const { body: all } = await app.call('GET', '/api/v1/tokens');
  const owner = (all['items'] as readonly { readonly id: string; readonly role: string }[]).find(({ role }) => role === 'owner');
  t.equal((await app.call('DELETE', `/api/v1/tokens/${owner?.id}`, { token: manager.token })).status, 403, 'nor revokes one');
  const viewer = await tokenOf('viewer', manager.token);
  t.equal((await app.call('GET', '/api/v1/registries', { token: viewer.token })).status, 200);
  t.equal((await app.call('DELETE', `/api/v1/tokens/${viewer.id}`, { token: manager.token })).status, 204);
  t.equal((await app.call('GET', '/api/v1/registries', { token: viewer.token })).body['code'], 'auth.invalid');
  const soon = new Date(app.now() + 60_000).toISOString();
  const { body } = await app.call('POST', '/api/v1/tokens', { body: { name: 'short', role: 'viewer', expiresAt: soon } });
  t.equal((await app.call('GET', '/api/v1/workspace', { token: String(body['token']) })).status, 200);
  app.advance(61_000);
  t.equal((await app.call('GET', '/api/v1/workspace', { token: String(body['token']) })).status, 401);
  const past = await app.call('POST', '/api/v1/tokens', { body: { name: 'x', role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' } });
  t.match(past.body['detail'], /expiresAt/);
});

t.test('the last owner token cannot be revoked', async (t) => {
  const { body } = await app.call('GET', '/api/v1/tokens?limit=200');
  const owners = (body['items'] as readonly { readonly id: string; readonly role: string }[]).filter(({ role }) => role === 'owner');
  const [first, ...others] = owners;
  for (const { id } of others) t.equal((await app.call('DELETE', `/api/v1/tokens/${id}`)).status, 204);
  const refused = await app.call('DELETE', `/api/v1/tokens/${first?.id}`);
  t.match([refused.status, refused.body], [409, { code: 'resource.conflict', remedy: /another owner token first/ }]);
  const next = await tokenOf('owner');
  t.equal((await app.call('DELETE', `/api/v1/tokens/${next.id}`)).status, 204);
});

t.test('lists page with opaque cursors', async (t) => {
  for (let index = 0; index < 3; index += 1) await connect();
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const { body } = await app.call('GET', `/api/v1/registries?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
    const items = body['items'] as readonly { readonly id: string }[];
    t.ok(items.length <= 2);
    seen.push(...items.map(({ id }) => id));
    cursor = body['nextCursor'] as string | null;
  } while (cursor !== null);
  t.equal(new Set(seen).size, seen.length);
  t.ok(seen.length >= 3);
});

t.test('enrolment tokens are shown once, run out and can be revoked', async (t) => {
  const { body } = await app.call('POST', '/api/v1/enrolment-tokens', { body: { uses: 1 } });
  t.match(body['token'], /^twe_/);
  const list = await app.call('GET', '/api/v1/enrolment-tokens');
  t.notMatch(list.text, /twe_/);
  t.equal((await app.call('DELETE', `/api/v1/enrolment-tokens/${String(body['id'])}`)).status, 204);
  const keys = {
    signingKey: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) },
    encryptionKey: { kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43) },
  };
  const refused = await app.call('POST', '/api/v1/sensors/enrol', { token: null, body: { token: body['token'], name: 'x', ...keys } });
  t.equal(refused.body['code'], 'enrolment.invalid');
  const withPrivate = { ...keys, signingKey: { ...keys.signingKey, d: 'A'.repeat(43) } };
  const leak = await app.call('POST', '/api/v1/sensors/enrol', { token: null, body: { token: 'x', name: 'x', ...withPrivate } });
  t.equal(leak.status, 400, 'a private key is refused');
  const foreign = await app.call('POST', '/api/v1/enrolment-tokens', { body: { registryIds: ['01900000-0000-7000-8000-000000000000'] } });
  t.match(foreign.body['detail'], /registryIds/);
});

t.test('what is done is written to the audit log', async (t) => {
  const actions = new Set<string>();
  let cursor: string | null = null;
  do {
    const { body } = await app.call('GET', `/api/v1/audit?limit=200${cursor === null ? '' : `&cursor=${cursor}`}`);
    for (const { action } of body['items'] as readonly { readonly action: string }[]) actions.add(action);
    cursor = body['nextCursor'] as string | null;
  } while (cursor !== null);
  for (const action of [
    'registry.create',
    'registry.update',
    'registry.sync',
    'webhook-key.create',
    'token.create',
    'token.revoke',
    'enrolment-token.create',
  ])
    t.ok(actions.has(action), action);
});

t.test('the log holds no token and no key', async (t) => {
  t.notMatch(app.log(), /tw[eh]?_[\w-]{43}/);
  t.match(app.log(), /"route":"\/api\/v1\/registries"/);
});

t.test('health says alive and ready', async (t) => {
  t.strictSame((await app.call('GET', '/livez', { token: null })).body, { status: 'ok' });
  t.strictSame((await app.call('GET', '/readyz', { token: null })).body, { status: 'ok' });
});
