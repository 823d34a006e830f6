import { createHash } from 'node:crypto';
import { type Cloud, startCloud } from '@tidewaiter/dev-cloud/cloud';
import { generateKeyPair, SignJWT } from 'jose';
import t from 'tap';
import { enrolSensor, SensorClient } from '../dispatch/sensor-client.ts';
import { folderFor } from '../folder.ts';
import { startTestApp } from '../api/harness.ts';

/* The control plane against the development cloud: STS believes the issuer, EventBridge delivers to the webhook. */
const cloud: Cloud = await startCloud();
const app = await startTestApp(folderFor(t));
t.teardown(async () => {
  await app.close();
  await cloud.close();
});

const account = '123456789012';
const made = await app.call('POST', '/api/v1/registries', {
  body: {
    url: `${account}.dkr.ecr.eu-west-1.amazonaws.com`,
    access: { method: 'web-identity', roleArn: `arn:aws:iam::${account}:role/TidewaiterECRScanning` },
    perimeter: { mode: 'entire' },
  },
});
const trust = made.body['trust'] as { readonly issuer: string; readonly audience: string; readonly subject: string };

/** The role that an operator makes of the trust facts. */
function roleFor(name: string, subject: string): string {
  const host = trust.issuer.replace(/^https?:\/\//, '');
  const { arn } = cloud.createOidcProvider({ url: trust.issuer, clientIds: [trust.audience] });
  const condition = { StringEquals: { [`${host}:aud`]: trust.audience, [`${host}:sub`]: subject } };
  const statement = { Effect: 'Allow', Principal: { Federated: arn }, Action: 'sts:AssumeRoleWithWebIdentity', Condition: condition };
  return cloud.createRole({ name, trustPolicy: { Version: '2012-10-17', Statement: [statement] } }).arn;
}

async function assume(roleArn: string, token: string): Promise<{ readonly status: number; readonly text: string }> {
  const form = {
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: 'sensor',
    WebIdentityToken: token,
  };
  const response = await fetch(cloud.urls.sts, { method: 'POST', body: new URLSearchParams(form) });
  return { status: response.status, text: await response.text() };
}

async function mint(): Promise<string> {
  const sensor = await enrolSensor(app, app.ownerToken);
  const client = await SensorClient.open(app, sensor);
  const queued = await app.call('POST', `/api/v1/registries/${(made.body['registry'] as { id: string }).id}/sync`);
  const { grant } = await client.ask('accept', { assignmentId: String(queued.body['assignmentId']) }, 'accepted');
  const { token } = await client.ask('token-request', { grant }, 'token');
  const outcome = { kind: 'outcome' as const, grant, state: 'succeeded' as const, failure: null, unread: [], timings: {} };
  await client.ask('report', { reportId: 'r', schema: 1, report: outcome }, 'ack');
  client.terminate();
  return token;
}

t.test('STS exchanges a token under a trust policy made of the facts the API gives', async (t) => {
  const token = await mint();
  const answer = await assume(roleFor('TidewaiterECRScanning', trust.subject), token);
  t.match(answer, { status: 200, text: /<AccessKeyId>/ });
  const foreign = await assume(roleFor('OfAnotherWorkspace', 'tidewaiter-account-id:another'), token);
  t.match(foreign, { status: 403, text: /AccessDenied/ }, 'a role that pins another workspace refuses it');
  cloud.setClockOffset(600_000);
  t.match(
    await assume(roleFor('TidewaiterECRScanning', trust.subject), token),
    { status: 400, text: /ExpiredToken/ },
    'five minutes later it is worthless',
  );
});

t.test('a token of the same claims under another key is refused', async (t) => {
  const token = await mint();
  const [, payload = ''] = token.split('.');
  const { privateKey } = await generateKeyPair('RS256');
  const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { readonly kid: string };
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: header.kid }).sign(privateKey);
  t.match(await assume(roleFor('TidewaiterECRScanning', trust.subject), forged), { status: 400, text: /InvalidIdentityToken/ });
});

t.test('a push in ECR is an assignment a moment later; a wrong key ends as a dead letter and is counted', async (t) => {
  await cloud.createRepository({ name: 'shop/web' });
  const key = (made.body['webhookKey'] as { key: string }).key;
  cloud.createRule({ name: 'push', url: `${app.url}/api/webhooks/ecr`, header: { name: 'x-tidewaiter-key', value: key } });
  const config = Buffer.from('{}');
  const descriptor = (mediaType: string, blob: Buffer) => ({
    mediaType,
    digest: `sha256:${createHash('sha256').update(blob).digest('hex')}`,
    size: blob.length,
  });
  const layer = Buffer.from('not read here');
  const manifest = (annotation: string) =>
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: descriptor('application/vnd.oci.image.config.v1+json', config),
        layers: [descriptor('application/vnd.oci.image.layer.v1.tar', layer)],
        annotations: { annotation },
      }),
    );
  const push = (annotation: string) =>
    cloud.putImage({ repository: 'shop/web', tag: annotation, manifest: manifest(annotation), blobs: [config, layer] });
  const { digest } = await push('first');
  await until(
    async () => ((await app.call('GET', `/api/v1/assignments?digest=${digest}`)).body['items'] as readonly unknown[]).length === 1,
  );
  cloud.deleteRule('push');
  cloud.createRule({ name: 'wrong', url: `${app.url}/api/webhooks/ecr`, header: { name: 'x-tidewaiter-key', value: `${key}x` } });
  await push('second');
  await until(async () => cloud.deadLetters().length === 1);
  const events = await app.call('GET', `/api/v1/registries/${(made.body['registry'] as { id: string }).id}/events`);
  t.match(events.body, { counts: { queued: 1 }, rejected: { count: 1 } });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it never came');
}
