import { emptyCoverage } from '@tidewaiter/shared/judgement';
import { randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import t from 'tap';
import { enrolSensor, SensorClient, testEngine } from '../dispatch/sensor-client.ts';
import { folderFor } from '../folder.ts';
import { accountOf, digestOf, pushEvent, registryBody, startTestApp } from './harness.ts';

/*
 * Two workspaces that share an account, an image digest and a layer. The second one is made by the command, as an operator does.
 */
const app = await startTestApp(folderFor(t));
t.teardown(() => app.close());
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const made = spawnSync(process.execPath, ['--conditions=@tidewaiter/source', main, 'workspace', 'create', 'second'], {
  env: { TIDEWAITER_DATABASE_URL: `sqlite:${app.databaseFile}` },
  encoding: 'utf8',
});
const other = JSON.parse(made.stdout) as { readonly workspaceId: string; readonly ownerToken: string };

const account = accountOf();
const digest = digestOf();
const layer = digestOf();
const tokens = { first: app.ownerToken, second: other.ownerToken } as const;
type Side = keyof typeof tokens;

async function side(name: Side) {
  const token = tokens[name];
  const { body } = await app.call('POST', '/api/v1/registries', { token, body: registryBody(account) });
  const key = (body['webhookKey'] as { key: string }).key;
  const sensor = await enrolSensor(app, token);
  const event = pushEvent({ account, repository: 'shop/web', digest, tag: 'latest', id: 'the-same-event' });
  const push = await app.call('POST', '/api/webhooks/ecr', { token: null, body: event, headers: { 'x-tidewaiter-key': key } });
  return { token, key, registryId: (body['registry'] as { id: string }).id, trust: body['trust'], sensor, push };
}

const [first, second] = [await side('first'), await side('second')];

async function scanAs({ sensor }: typeof first, fingerprint: string) {
  const client = await SensorClient.open(app, sensor, { concurrency: 4 });
  for (;;) {
    const offer = await client.next('offer');
    if (offer.body.kind !== 'scan') continue;
    const { grant } = await client.ask('accept', { assignmentId: offer.body.assignmentId }, 'accepted');
    const finding = {
      detector: 'test-key',
      confidence: 'certain' as const,
      fingerprints: [{ keyId: testEngine.fingerprintKeyId, value: fingerprint }],
      preview: 'AKIA…20',
      kind: 'env' as const,
      key: 'TOKEN',
      instruction: null,
    };
    const manifest = {
      kind: 'manifest' as const,
      grant,
      engine: testEngine,
      digest,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      shape: 'image' as const,
      platform: { os: 'linux', architecture: 'amd64' },
      children: [],
      layers: [{ digest: layer, sizeBytes: 1, diffId: null, instruction: null }],
      findings: [finding],
      coverage: emptyCoverage,
    };
    const summary = {
      digest: layer,
      blobBytes: 1,
      compression: 'none' as const,
      content: 'tar' as const,
      coverage: emptyCoverage,
      findings: 0,
    };
    await client.ask('report', { reportId: randomUUID(), schema: 1, report: manifest }, 'ack');
    const claimed = await client.ask('claim', { grant, engine: testEngine, digests: [layer] }, 'claimed');
    if (claimed.yours.length > 0)
      await client.ask(
        'report',
        { reportId: randomUUID(), schema: 1, report: { kind: 'layer-done', engine: testEngine, pages: 0, summary } },
        'ack',
      );
    await client.ask(
      'report',
      { reportId: randomUUID(), schema: 1, report: { kind: 'outcome', grant, state: 'succeeded', failure: null, unread: [], timings: {} } },
      'ack',
    );
    return { client, grant, claimed };
  }
}

t.test('the same account, event and digest are taken for each workspace on its own', async (t) => {
  t.match([first.push.status, first.push.body], [202, { outcome: 'queued' }]);
  t.match([second.push.status, second.push.body], [202, { outcome: 'queued' }]);
  t.not(first.registryId, second.registryId);
  t.notSame(first.trust, second.trust, 'each pins a subject of its own');
});

const fingerprints = { first: 'a'.repeat(64), second: 'b'.repeat(64) } as const;

t.test('a layer known to one workspace is not known to the other', async (t) => {
  const one = await scanAs(first, fingerprints.first);
  t.strictSame(one.claimed.yours, [layer]);
  t.equal((await app.call('GET', `/api/v1/verdicts/${digest}`, { token: second.token })).status, 202, 'nor is its verdict');
  const two = await scanAs(second, fingerprints.second);
  t.match(two.claimed, { known: [], yours: [layer], wait: [] });
  for (const { client } of [one, two]) client.terminate();
});

t.test('a grant of one workspace is worth nothing in the other', async (t) => {
  await app.call('POST', `/api/v1/registries/${first.registryId}/sync`, { token: first.token });
  // What the sensors were offered before and did not take may be offered again.
  app.advance(21_000);
  const holder = await SensorClient.open(app, first.sensor, { concurrency: 4 });
  const thief = await SensorClient.open(app, second.sensor, { concurrency: 4 });
  t.teardown(() => [holder, thief].forEach((client) => client.terminate()));
  const offer = await holder.next('offer');
  thief.send('accept', { assignmentId: offer.body.assignmentId });
  t.match(await thief.next('error'), { body: { code: 'assignment.taken' } });
  const { grant } = await holder.ask('accept', { assignmentId: offer.body.assignmentId }, 'accepted');
  thief.send('token-request', { grant });
  t.match(await thief.next('error'), { body: { code: 'assignment.stale' } });
  thief.send('claim', { grant, engine: testEngine, digests: [layer] });
  t.match(await thief.next('error'), { body: { code: 'assignment.stale' } });
  const progress = { phase: 'listing' as const, layersDone: 0, layersTotal: 0, bytesDone: 0, bytesTotal: 0 };
  t.match(await thief.ask('heartbeat', { leases: [{ grant, progress }] }, 'leases'), { verdicts: [{ verdict: 'cancel' }] });
  const outcome = { kind: 'outcome' as const, grant, state: 'failed' as const, failure: null, unread: [], timings: {} };
  await thief.ask('report', { reportId: randomUUID(), schema: 1, report: outcome }, 'ack');
  const page = {
    kind: 'catalog-page' as const,
    grant,
    page: 0,
    last: true,
    repositories: [{ name: 'planted/by-the-other', createdAt: null }],
    images: [],
  };
  await thief.ask('report', { reportId: randomUUID(), schema: 1, report: page }, 'ack');
  t.match((await app.call('GET', `/api/v1/assignments/${grant.assignmentId}`, { token: first.token })).body, { state: 'running' });
  for (const { token, registryId } of [first, second]) {
    const { text } = await app.call('GET', `/api/v1/registries/${registryId}/repositories`, { token });
    t.notMatch(text, /planted/);
  }
});

t.test('every list shows its own workspace only', async (t) => {
  const paths = ['registries', 'images', 'scans', 'assignments', 'incidents', 'sensors', 'enrolment-tokens', 'tokens', 'audit'];
  for (const path of paths) {
    const [mine, theirs] = await Promise.all(Object.values(tokens).map((token) => app.call('GET', `/api/v1/${path}?limit=200`, { token })));
    const ids = (answer: typeof mine): readonly string[] =>
      ((answer?.body['items'] ?? []) as readonly Record<string, string>[]).map((item) => item['id'] ?? item['repositoryId'] ?? '');
    t.ok(ids(mine).length > 0 && ids(theirs).length > 0, `${path} has items on both sides`);
    t.strictSame(
      ids(mine).filter((id) => ids(theirs).includes(id)),
      [],
      path,
    );
  }
  for (const [name, token] of Object.entries(tokens)) {
    const { text, body } = await app.call('GET', `/api/v1/incidents?digest=${digest}`, { token });
    t.equal((body['items'] as readonly unknown[]).length, 1, name);
    t.match(text, fingerprints[name as Side]);
  }
});

t.test('an id of another workspace is 404 on every route that takes one', async (t) => {
  const firstOf = async (path: string): Promise<string> => {
    const { body } = await app.call('GET', `/api/v1/${path}`, { token: first.token });
    return (body['items'] as readonly { readonly id: string }[])[0]?.id ?? '';
  };
  const [incident, assignment, enrolment, repository, token, key] = await Promise.all(
    [
      'incidents',
      'assignments',
      'enrolment-tokens',
      `registries/${first.registryId}/repositories`,
      'tokens',
      `registries/${first.registryId}/webhook-keys`,
    ].map(firstOf),
  );
  const routes: readonly (readonly [string, string, unknown?])[] = [
    ['GET', `registries/${first.registryId}`],
    ['PATCH', `registries/${first.registryId}`, { intervalSeconds: 1_800 }],
    ['POST', `registries/${first.registryId}/sync`],
    ['GET', `registries/${first.registryId}/trust`],
    ['GET', `registries/${first.registryId}/events`],
    ['GET', `registries/${first.registryId}/repositories`],
    ['GET', `registries/${first.registryId}/webhook-keys`],
    ['POST', `registries/${first.registryId}/webhook-keys`],
    ['DELETE', `registries/${first.registryId}/webhook-keys/${key}`],
    ['GET', `repositories/${repository}`],
    ['PATCH', `repositories/${repository}`, { watched: false }],
    ['POST', 'scans', { registryId: first.registryId }],
    ['POST', 'scans', { registryId: first.registryId, repository: 'shop/web', digest }],
    ['GET', `assignments/${assignment}`],
    ['POST', `assignments/${assignment}/cancel`],
    ['GET', `incidents/${incident}`],
    ['GET', `incidents/${incident}/occurrences`],
    ['GET', `incidents/${incident}/activity`],
    ['GET', `incidents/${incident}/notes`],
    ['POST', `incidents/${incident}/notes`, { text: 'x' }],
    ['POST', `incidents/${incident}/assign`, { assignee: 'x' }],
    ['POST', `incidents/${incident}/ignore`, { reason: 'low-risk' }],
    ['POST', `incidents/${incident}/resolve`],
    ['POST', `incidents/${incident}/reopen`],
    ['GET', `sensors/${first.sensor.sensorId}`],
    ['POST', `sensors/${first.sensor.sensorId}/revoke`, {}],
    ['DELETE', `enrolment-tokens/${enrolment}`],
    ['DELETE', `tokens/${token}`],
  ];
  for (const [method, path, body] of routes) {
    const answer = await app.call(method, `/api/v1/${path}`, { token: second.token, ...(body === undefined ? {} : { body }) });
    t.match([answer.status, answer.body], [404, { code: 'resource.not-found' }], `${method} ${path}: ${answer.text}`);
  }
  const filtered = await app.call('GET', `/api/v1/images?registryId=${first.registryId}`, { token: second.token });
  t.strictSame(filtered.body['items'], [], 'a filter by it finds nothing');
  const enrol = await app.call('POST', '/api/v1/enrolment-tokens', { token: second.token, body: { registryIds: [first.registryId] } });
  t.equal(enrol.status, 400, 'no sensor is enrolled for it');
  t.match(
    (await app.call('GET', `/api/v1/incidents/${incident}`, { token: first.token })).body,
    { status: 'triggered' },
    'nothing was changed',
  );
});

t.test('every answer fits what the API says of itself', async (t) => {
  const { body: api } = await app.call('GET', '/api/v1/openapi.json');
  const { schemas } = api['components'] as { readonly schemas: Record<string, unknown> };
  const known: Record<string, string> = { digest };
  for (const list of ['registries', 'incidents', 'assignments', 'sensors']) {
    const { body } = await app.call('GET', `/api/v1/${list}`);
    known[list] = (body['items'] as readonly { readonly id: string }[])[0]?.id ?? '';
  }
  const repositories = await app.call('GET', `/api/v1/registries/${known['registries']}/repositories`);
  known['repositories'] = (repositories.body['items'] as readonly { readonly id: string }[])[0]?.id ?? '';
  for (const [path, methods] of Object.entries(
    api['paths'] as Record<string, Record<string, { responses: Record<string, ResponseShape> }>>,
  )) {
    const described = methods['get']?.responses['200']?.content?.['application/json']?.schema;
    if (!described) continue;
    const url = path.replace(/([\w-]+)\/\{id\}/, (_all, list: string) => `${list}/${known[list]}`).replace('{digest}', digest);
    const answer = await app.call('GET', url);
    t.equal(answer.status, 200, url);
    const schema = Compile(inline(described, schemas) as TSchema);
    t.ok(schema.Check(answer.body), `${url}: ${JSON.stringify(schema.Errors(answer.body)[0])} ${answer.text}`);
  }
});

interface ResponseShape {
  readonly content?: Record<string, { readonly schema: unknown }>;
}

/** The schema with every reference replaced by what it names. */
function inline(schema: unknown, named: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(schema)) return schema.map((item) => inline(item, named));
  if (typeof schema !== 'object' || schema === null) return schema;
  const reference = (schema as { readonly $ref?: string }).$ref?.split('/').pop();
  if (reference !== undefined) return inline(named[reference], named);
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, inline(value, named)]));
}

t.test('a delivery with a wrong key is counted by the workspace whose key it names, by nobody else', async (t) => {
  const rejected = async ({ token, registryId }: typeof first) => {
    const { body } = await app.call('GET', `/api/v1/registries/${registryId}/events`, { token });
    return [body['rejected'], body['rejectedByClaim']].map((one) => (one as { count: number }).count);
  };
  const deliver = async (key: string) => {
    const event = pushEvent({ account, repository: 'shop/web', digest: digestOf(), tag: 'latest' });
    const answer = await app.call('POST', '/api/webhooks/ecr', { token: null, body: event, headers: { 'x-tidewaiter-key': key } });
    t.match([answer.status, answer.body], [401, { code: 'webhook.key-invalid' }]);
  };
  await deliver(`${first.key}x`);
  t.strictSame(
    [await rejected(first), await rejected(second)],
    [
      [1, 0],
      [0, 0],
    ],
  );
  const keys = `/api/v1/registries/${second.registryId}/webhook-keys`;
  const { body } = await app.call('GET', keys, { token: second.token });
  for (const { id } of body['items'] as readonly { readonly id: string }[])
    t.equal((await app.call('DELETE', `${keys}/${id}`, { token: second.token })).status, 204);
  await deliver(second.key);
  await deliver(second.key);
  t.strictSame(
    [await rejected(first), await rejected(second)],
    [
      [1, 0],
      [2, 0],
    ],
    'a key that ended is still its registry\u2019s',
  );
  await deliver(`twk_${'0'.repeat(32)}_${first.key.slice(37)}`);
  t.strictSame(
    [await rejected(first), await rejected(second)],
    [
      [1, 1],
      [2, 1],
    ],
    'what names no key belongs to no workspace: it is shown apart, by the account it claims',
  );
});
