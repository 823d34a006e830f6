import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type App, startApp } from '../../src/app.ts';
import { readControlPlaneConfig } from '../../src/config/index.ts';
import { createLog } from '../../src/telemetry/index.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // The body of a test's own request, looked into by the test.
  readonly body: Record<string, unknown>;
  readonly text: string;
}

export interface Call {
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestApp {
  readonly url: string;
  readonly databaseFile: string;
  readonly ownerToken: string;
  readonly log: () => string;
  readonly advance: (ms: number) => void;
  readonly now: () => number;
  readonly call: (method: string, path: string, call?: Call) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

/** A whole control plane on loopback with a SQLite file of its own; the test may move its clock forward. */
export async function startTestApp(
  folder: string,
  env: Readonly<Record<string, string>> = {},
  showOwnerToken: ((token: string) => void) | null = null,
): Promise<TestApp> {
  const ownerToken = `tw_${randomBytes(32).toString('base64url')}`;
  const databaseFile = join(folder, 'tidewaiter.db');
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  let aheadMs = 0;
  const now = (): number => Date.now() + aheadMs;
  const config = readControlPlaneConfig({
    TIDEWAITER_DATABASE_URL: `sqlite:${databaseFile}`,
    TIDEWAITER_LISTEN_PORT: '0',
    TIDEWAITER_DEVELOPMENT_URLS: 'true',
    TIDEWAITER_OWNER_TOKEN: ownerToken,
    TIDEWAITER_LOG_LEVEL: 'debug',
    ...env,
  });
  const app: App = await startApp(config, {
    now,
    monotonic: () => performance.now(),
    random,
    log: createLog(config.logLevel, sink),
    showOwnerToken,
  });
  return {
    url: app.url,
    databaseFile,
    ownerToken,
    log: () => lines.join(''),
    advance: (ms) => {
      aheadMs += ms;
    },
    now,
    call: callerOf(app.url, ownerToken),
    close: () => app.close(),
  };
}

/** Calls the API at `url`, as the owner unless told otherwise. */
export function callerOf(url: string, ownerToken: string): TestApp['call'] {
  return (method, path, call = {}) => request(`${url}${path}`, method, { token: ownerToken, ...call });
}

async function request(url: string, method: string, { token, body, headers }: Call): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return { status: response.status, headers: response.headers, text, body: isJson && text !== '' ? JSON.parse(text) : {} };
}

export const digestOf = (): string => `sha256:${randomBytes(32).toString('hex')}`;
export const accountOf = (): string => String(100_000_000_000 + Math.floor(Math.random() * 800_000_000_000));

/** What a registry is connected from. */
export function registryBody(account: string, mode: 'specific' | 'entire' = 'entire') {
  return {
    url: `${account}.dkr.ecr.eu-west-1.amazonaws.com`,
    access: { method: 'web-identity', roleArn: `arn:aws:iam::${account}:role/TidewaiterECRScanning` },
    perimeter: { mode },
  };
}

/** An EventBridge event of a push, as ECR makes it. */
export function pushEvent(facts: {
  readonly account: string;
  readonly repository: string;
  readonly digest: string;
  readonly tag?: string;
  readonly id?: string;
  readonly region?: string;
}) {
  return {
    version: '0',
    id: facts.id ?? crypto.randomUUID(),
    'detail-type': 'ECR Image Action',
    source: 'aws.ecr',
    account: facts.account,
    time: '2026-01-16T01:54:34Z',
    region: facts.region ?? 'eu-west-1',
    resources: [],
    detail: {
      result: 'SUCCESS',
      'repository-name': facts.repository,
      'image-digest': facts.digest,
      'action-type': 'PUSH',
      ...(facts.tag === undefined ? {} : { 'image-tag': facts.tag }),
      'manifest-media-type': 'application/vnd.oci.image.manifest.v1+json',
    },
  };
}
