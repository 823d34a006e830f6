import t from 'tap';
import { accountOf, registryBody, startTestApp } from '../test/api/harness.ts';
import { enrolSensor, SensorClient } from '../test/dispatch/sensor-client.ts';
import { startMinio } from './minio.ts';

/*
 * The only other implementation of AssumeRoleWithWebIdentity that can be run: MinIO reads the issuer's discovery document and keys over
 * HTTP and verifies the token by code that is not ours.
 */
t.setTimeout(180_000);
const folder = t.testdir({ plane: {}, minio: {} });
const app = await startTestApp(`${folder}/plane`);
t.teardown(() => app.close());
const issuer = `${app.url}/exposed`;
const minio = await startMinio(t, issuer, `${folder}/minio`);
const made = await app.call('POST', '/api/v1/registries', { body: registryBody(accountOf()) });
const { id: registryId } = made.body['registry'] as { readonly id: string };
const { subject } = made.body['trust'] as { readonly subject: string };

/** A token as a sensor gets it: under a lease of this registry. */
async function mint(): Promise<string> {
  const client = await SensorClient.open(app, await enrolSensor(app, app.ownerToken));
  const queued = await app.call('POST', `/api/v1/registries/${registryId}/sync`);
  const { grant } = await client.ask('accept', { assignmentId: String(queued.body['assignmentId']) }, 'accepted');
  const { token } = await client.ask('token-request', { grant }, 'token');
  const outcome = { kind: 'outcome' as const, grant, state: 'succeeded' as const, failure: null, unread: [], timings: {} };
  await client.ask('report', { reportId: crypto.randomUUID(), schema: 1, report: outcome }, 'ack');
  client.terminate();
  return token;
}

async function assume(token: string, roleArn = minio.roleArn): Promise<{ readonly status: number; readonly text: string }> {
  const form = { Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: roleArn, DurationSeconds: '3600' };
  const response = await fetch(minio.url, { method: 'POST', body: new URLSearchParams({ ...form, WebIdentityToken: token }) });
  return { status: response.status, text: await response.text() };
}

t.test('MinIO takes the issuer’s token and gives credentials for its subject', async (t) => {
  const { status, text } = await assume(await mint());
  t.equal(status, 200, text);
  t.match(text, /<AccessKeyId>[^<]+<\/AccessKeyId>/);
  t.match(text, /<SessionToken>[^<]+<\/SessionToken>/);
  t.match(text, `<SubjectFromWebIdentityToken>${subject}</SubjectFromWebIdentityToken>`);
});

t.test('MinIO refuses it changed, and once it is over', async (t) => {
  const [head, claims = '', signature = ''] = (await mint()).split('.');
  const payload = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: 'tidewaiter-account-id:another' };
  const changed = await assume(`${head}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.${signature}`);
  t.equal(changed.status, 400, changed.text);
  app.advance(-400_000);
  const old = await mint();
  app.advance(400_000);
  const over = await assume(old);
  t.match(over, { status: 400, text: /expired/i });
});
