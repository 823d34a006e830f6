import { renameSync } from 'node:fs';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { allowInsecureRequests, discovery } from 'openid-client';
import t from 'tap';
import { dueSteps } from '../../src/issuer/rotation.ts';
import { seal, unseal } from '../../src/issuer/seal.ts';
import type { IssuerKey } from '../../src/storage/index.ts';
import { folderFor } from '../folder.ts';
import { accountOf, random, registryBody, startTestApp } from '../api/harness.ts';
import { enrolSensor, SensorClient } from '../dispatch/sensor-client.ts';

const HOUR_MS = 3_600_000;

t.test('discovery holds exactly what IAM asks for, and is served as static bytes', async (t) => {
  const app = await startTestApp(folderFor(t));
  t.teardown(() => app.close());
  const path = '/exposed/.well-known/openid-configuration';
  const answer = await app.call('GET', path, { token: null });
  const issuer = `${app.url}/exposed`;
  t.strictSame(answer.body, {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti'],
  });
  t.equal(answer.headers.get('cache-control'), 'public, max-age=300');
  const etag = answer.headers.get('etag') ?? '';
  t.match(etag, /^"[\w-]{43}"$/);
  t.equal((await app.call('GET', path, { token: null, headers: { 'if-none-match': etag } })).status, 304);
  const head = await app.call('HEAD', path, { token: null });
  t.match([head.status, head.text, head.headers.get('etag')], [200, '', etag]);
  const { body } = await app.call('GET', '/exposed/.well-known/jwks.json', { token: null });
  const keys = body['keys'] as readonly Record<string, unknown>[];
  t.equal(keys.length, 1);
  t.strictSame(Object.keys(keys[0] ?? {}).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
  t.match(keys[0], { kty: 'RSA', use: 'sig', alg: 'RS256', e: 'AQAB', n: /^[\w-]{342}$/ });
});

t.test('a token is accepted by independent clients and written to the audit log', async (t) => {
  const app = await startTestApp(folderFor(t));
  t.teardown(() => app.close());
  const account = accountOf();
  const registry = await app.call('POST', '/api/v1/registries', { body: registryBody(account) });
  const sensor = await enrolSensor(app, app.ownerToken);
  const client = await SensorClient.open(app, sensor);
  const offer = await client.next('offer');
  const { grant } = await client.ask('accept', { assignmentId: offer.body.assignmentId }, 'accepted');
  const { token, expiresAt } = await client.ask('token-request', { grant }, 'token');
  client.close();

  const issuer = `${app.url}/exposed`;
  const keySet = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(token, keySet, { issuer, audience: 'sts.amazonaws.com', algorithms: ['RS256'] });
  t.equal(payload.sub, `tidewaiter-account-id:${sensor.workspaceId}`);
  for (const name of ['iat', 'exp', 'nbf'] as const) t.ok(Number.isInteger(payload[name]), name);
  t.equal(Number(payload.exp) - Number(payload.iat), 300);
  t.equal(Date.parse(expiresAt), Number(payload.exp) * 1000);
  t.ok(token.length < 2_048);

  const configuration = await discovery(new URL(issuer), 'sts.amazonaws.com', undefined, undefined, { execute: [allowInsecureRequests] });
  const metadata = configuration.serverMetadata();
  t.match(metadata, { issuer, jwks_uri: `${issuer}/.well-known/jwks.json` });
  const discovered = createRemoteJWKSet(new URL(metadata.jwks_uri ?? ''));
  const wanted = {
    issuer: metadata.issuer,
    audience: 'sts.amazonaws.com',
    algorithms: metadata.id_token_signing_alg_values_supported ?? [],
  };
  t.strictSame((await jwtVerify(token, discovered, wanted)).payload, payload, 'by discovery alone it is the same');

  const [head, claims = '', signature = ''] = token.split('.');
  const grown = Buffer.from(JSON.stringify({ ...payload, sub: 'tidewaiter-account-id:another' })).toString('base64url');
  const refusals: readonly (readonly [string, string, object, string])[] = [
    ['other claims under its signature', `${head}.${grown}.${signature}`, {}, 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
    ['no signature', `${head}.${claims}.`, {}, 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
    ['another audience', token, { audience: 'another.example' }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['another issuer', token, { issuer: app.url }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['its last second', token, { currentDate: new Date(Number(payload.exp) * 1_000) }, 'ERR_JWT_EXPIRED'],
    ['before its time', token, { currentDate: new Date((Number(payload.nbf) - 1) * 1_000) }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
  ];
  for (const [what, given, change, code] of refusals)
    await t.rejects(jwtVerify(given, discovered, { ...wanted, ...change }), { code }, what);

  const { body } = await app.call('GET', '/api/v1/audit?limit=200');
  const row = (body['items'] as readonly { readonly action: string }[]).find(({ action }) => action === 'web-identity.mint');
  t.match(row, {
    actor: `sensor:${sensor.sensorId}`,
    subject: (registry.body['registry'] as { id: string }).id,
    details: { tokenId: payload.jti },
  });
  t.notMatch(app.log(), token.split('.')[2] ?? token, 'the log does not hold it');
});

t.test('the private key lies sealed in the database and opens only under its key and kid', async (t) => {
  const [key, other] = [random(32), random(32)];
  const sealed = seal(key, 'kid-1', 'a private key', random);
  t.equal(unseal(key, 'kid-1', sealed), 'a private key');
  t.throws(() => unseal(other, 'kid-1', sealed), { code: 'config.invalid', message: /TIDEWAITER_KEY_ENCRYPTION_KEY/ });
  t.throws(() => unseal(key, 'kid-2', sealed), { code: 'config.invalid' });
  t.throws(() => unseal(key, 'kid-1', `${sealed.slice(0, -4)}AAAA`), { code: 'config.invalid' });
  t.not(seal(key, 'kid-1', 'a private key', random), sealed, 'never twice the same');
});

t.test('an installation started with another key encryption key says which variable is wrong', async (t) => {
  const folder = folderFor(t);
  await (await startTestApp(folder)).close();
  renameSync(`${folder}/key-encryption-key`, `${folder}/lost`);
  await t.rejects(startTestApp(folder), { code: 'config.invalid', message: /TIDEWAITER_KEY_ENCRYPTION_KEY/ });
});

t.test('discovery and key set are served while the database is away', async (t) => {
  const folder = folderFor(t);
  const app = await startTestApp(folder);
  t.teardown(() => app.close());
  const before = (await app.call('GET', '/exposed/.well-known/jwks.json', { token: null })).text;
  const { default: BetterSqlite } = await import('better-sqlite3');
  const other = new BetterSqlite(app.databaseFile);
  other.exec('begin exclusive');
  const started = Date.now();
  t.equal((await app.call('GET', '/exposed/.well-known/jwks.json', { token: null })).text, before);
  t.ok(Date.now() - started < 1_000);
  other.exec('rollback');
  other.close();
});

const keyOf = (state: IssuerKey['state'], times: Partial<IssuerKey>): IssuerKey => ({
  kid: `${state}-key`,
  publicJwk: {},
  sealedPrivateKey: '',
  state,
  createdAt: 0,
  activatedAt: null,
  retiredAt: null,
  ...times,
});

t.test('a key is published a day before it signs and a day after', async (t) => {
  const day = 24 * HOUR_MS;
  t.strictSame(dueSteps([], 0), [{ kind: 'create', state: 'active' }], 'a new installation signs at once');
  const young = keyOf('active', { activatedAt: 0 });
  t.strictSame(dueSteps([young], 88 * day), []);
  t.strictSame(dueSteps([young], 89 * day), [{ kind: 'create', state: 'pending' }]);
  t.strictSame(dueSteps([young], 0, true), [{ kind: 'create', state: 'pending' }], 'forced');
  const pending = keyOf('pending', { createdAt: 89 * day });
  t.strictSame(dueSteps([young, pending], 90 * day - 1), [], 'not before its day is over');
  t.strictSame(dueSteps([young, pending], 90 * day, false), [
    { kind: 'update', kid: 'active-key', from: 'active', to: 'retiring' },
    { kind: 'update', kid: 'pending-key', from: 'pending', to: 'active' },
  ]);
  t.strictSame(
    dueSteps([pending], 89 * day),
    [{ kind: 'update', kid: 'pending-key', from: 'pending', to: 'active' }],
    'after a crash in between',
  );
  const retired = keyOf('retiring', { retiredAt: 90 * day });
  const active = keyOf('active', { activatedAt: 90 * day });
  t.strictSame(dueSteps([active, retired], 91 * day), []);
  t.strictSame(dueSteps([active, retired], 91 * day + 300_000), [{ kind: 'update', kid: 'retiring-key', from: 'retiring', to: 'removed' }]);
});

t.test('a rotation never fails an exchange: every token verifies against the key set of its time', async (t) => {
  const { Issuer } = await import('../../src/issuer/index.ts');
  const { openStore } = await import('../../src/storage/index.ts');
  let nowMs = Date.now();
  const now = (): number => nowMs;
  const store = await openStore('sqlite::memory:', { now, monotonic: () => performance.now() });
  t.teardown(() => store.close());
  const options = {
    store,
    issuerUrl: () => 'https://issuer.example/exposed',
    keyEncryptionKey: random(32),
    now,
    random,
    newId: () => crypto.randomUUID(),
  };
  const [one, two] = [new Issuer(options), new Issuer(options)];
  await Promise.all([one.refresh(), two.refresh()]);
  const kids = (issuer: typeof one): readonly string[] =>
    JSON.parse(String(issuer.keySet()?.body)).keys.map((key: { kid: string }) => key.kid);
  await one.refresh();
  await two.refresh();
  t.equal(kids(one).length, 1, 'replicas agree on the first key');
  t.strictSame(kids(two), kids(one));
  const [first] = kids(one);
  await one.refresh(true);
  await two.refresh();
  t.equal(kids(two).length, 2, 'the next key is published before it signs');
  nowMs += 24 * HOUR_MS;
  await one.refresh();
  t.equal(kids(one).length, 2, 'the former key is still published');
  t.ok(kids(one).includes(first ?? ''));
  nowMs += 24 * HOUR_MS + 300_000;
  await one.refresh();
  t.equal(kids(one).length, 1);
  t.notOk(kids(one).includes(first ?? ''));
});

t.test('without a public URL there is no issuer, and web identity says what to set', async (t) => {
  const app = await startTestApp(folderFor(t), { TIDEWAITER_DEVELOPMENT_URLS: 'false' });
  t.teardown(() => app.close());
  t.equal((await app.call('GET', '/exposed/.well-known/openid-configuration', { token: null })).status, 404);
  const refused = await app.call('POST', '/api/v1/registries', { body: registryBody(accountOf()) });
  t.equal(refused.body['code'], 'resource.conflict');
  t.match(refused.body['remedy'], /TIDEWAITER_PUBLIC_URL/);
});
