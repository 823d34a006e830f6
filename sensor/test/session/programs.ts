import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Cloud, type CloudOptions, startCloud } from '@tidewaiter/dev-cloud/cloud';
import { buildImage, type BuiltImage, type SampleEntry } from '@tidewaiter/dev-cloud/images';
import type { Test } from 'tap';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';
export const HOST = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/TidewaiterECRScanning`;

const sensorMain = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const controlPlaneMain = fileURLToPath(new URL('../../../control-plane/src/main.ts', import.meta.url));

/** A program of ours in a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  readonly log: () => string;
  readonly ended: Promise<number | null>;
  /** Waits until its log matches. */
  says(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
}

type Env = Readonly<Record<string, string>>;

function start(t: Test, main: string, args: readonly string[], env: Env): Program {
  const child = spawn(process.execPath, ['--conditions=@tidewaiter/source', main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += String(chunk)));
  child.stderr.on('data', (chunk) => (text += String(chunk)));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  // Waited for: its folder is removed next, and must not grow meanwhile.
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let isOver = false;
  void ended.then(() => (isOver = true));
  const says = async (pattern: RegExp, timeoutMs = 60_000): Promise<RegExpExecArray> => {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const match = pattern.exec(text);
      if (match) return match;
      if (isOver || performance.now() > end) throw new Error(`${main} never said ${pattern}:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { child, log: () => text, ended, says };
}

/** A folder that is removed after the programs that were started later have ended; `t.testdir()` is removed before any teardown runs. */
export function folderFor(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidewaiter-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A fingerprint key file in `folder`. */
export function keyFile(folder: string): string {
  const file = join(folder, 'fingerprint.key');
  writeFileSync(file, randomBytes(32), { mode: 0o600 });
  return file;
}

export interface SensorSetup {
  readonly folder: string;
  readonly controlPlaneUrl: string;
  readonly token?: string;
  readonly policy?: unknown;
  readonly env?: Env;
}

/** What allows the sensor the development cloud's registry. */
export const testPolicy = { accounts: [ACCOUNT], regions: [REGION], roles: [ROLE] };

export function startSensor(t: Test, { folder, controlPlaneUrl, token, policy = testPolicy, env = {} }: SensorSetup): Program {
  mkdirSync(folder, { recursive: true });
  const policyFile = join(folder, 'policy.json');
  writeFileSync(policyFile, JSON.stringify(policy));
  return start(t, sensorMain, ['run'], {
    TIDEWAITER_CONTROL_PLANE_URL: controlPlaneUrl,
    TIDEWAITER_ALLOW_PLAIN_LOOPBACK: 'true',
    TIDEWAITER_STATE_DIR: join(folder, 'state'),
    TIDEWAITER_FINGERPRINT_KEY_FILE: join(folder, 'fingerprint.key'),
    TIDEWAITER_POLICY_FILE: policyFile,
    TIDEWAITER_LOG_LEVEL: 'debug',
    TIDEWAITER_SCAN_WORKERS: '1',
    TIDEWAITER_DRAIN_SECONDS: '5',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...(token === undefined ? {} : { TIDEWAITER_ENROLMENT_TOKEN: token }),
    ...env,
  });
}

export async function cloudFor(t: Test, options: CloudOptions = {}): Promise<Cloud> {
  const cloud = await startCloud(options);
  t.teardown(() => cloud.close());
  return cloud;
}

export interface ControlPlane {
  readonly program: Program;
  readonly url: string;
  readonly folder: string;
  call(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
  /** The same database on the same port, in a new process. */
  restart(t: Test): Promise<ControlPlane>;
}

/** The real control plane in a process of its own. */
export async function startControlPlane(
  t: Test,
  folder: string,
  port = '0',
  ownerToken = `tw_${randomBytes(32).toString('base64url')}`,
): Promise<ControlPlane> {
  mkdirSync(folder, { recursive: true });
  const program = start(t, controlPlaneMain, ['serve'], {
    TIDEWAITER_DATABASE_URL: `sqlite:${join(folder, 'tidewaiter.db')}`,
    TIDEWAITER_LISTEN_PORT: port,
    TIDEWAITER_DEVELOPMENT_URLS: 'true',
    TIDEWAITER_OWNER_TOKEN: ownerToken,
  });
  const url = (await program.says(/"url":"(http:[^"]+)"/))[1] ?? '';
  const call: ControlPlane['call'] = async (method, path, body) => {
    const headers = { authorization: `Bearer ${ownerToken}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const answer = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  };
  return { program, url, folder, call, restart: (again) => startControlPlane(again, folder, new URL(url).port, ownerToken) };
}

/** Lets the control plane's identity assume the scanning role in the cloud. */
export function trust(cloud: Cloud, controlPlaneUrl: string, workspaceId: string): void {
  const issuer = `${controlPlaneUrl}/exposed`;
  const provider = issuer.replace(/^https?:\/\//, '');
  const { arn } = cloud.createOidcProvider({ url: issuer });
  const condition = {
    StringEquals: { [`${provider}:aud`]: 'sts.amazonaws.com', [`${provider}:sub`]: `tidewaiter-account-id:${workspaceId}` },
  };
  const statement = { Effect: 'Allow', Principal: { Federated: arn }, Action: 'sts:AssumeRoleWithWebIdentity', Condition: condition };
  const read = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:DescribeImages', 'ecr:DescribeRepositories'];
  cloud.createRole({
    name: 'TidewaiterECRScanning',
    trustPolicy: { Version: '2012-10-17', Statement: [statement] },
    policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: read, Resource: '*' }] }],
  });
}

export function sampleImage(layers: readonly (readonly SampleEntry[])[]): Promise<BuiltImage> {
  return buildImage([
    {
      platform: { os: 'linux', architecture: 'amd64' },
      layers: layers.map((entries, at) => ({ entries, compression: 'gzip', createdBy: `RUN step ${at}` })),
    },
  ]);
}

export async function push(cloud: Cloud, repository: string, image: BuiltImage, tag = 'latest'): Promise<string> {
  const blobs = image.blobs.map(({ bytes }) => bytes);
  for (const { bytes, mediaType } of image.children) await cloud.putImage({ repository, manifest: bytes, mediaType, blobs });
  const { digest } = await cloud.putImage({ repository, tag, manifest: image.root.bytes, mediaType: image.root.mediaType, blobs });
  return digest;
}

/** Polls until `look` gives something. */
export async function until<T>(look: () => Promise<T | null | false>, timeoutMs = 20_000): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    if (performance.now() > end) throw new Error('it did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
