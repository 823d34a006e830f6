import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { random } from '../test/api/harness.ts';

const program = fileURLToPath(new URL('../../.interop/minio', import.meta.url));
const READY_MS_MAX = 60_000;

export interface Minio {
  readonly url: string;
  /** The role that trusts the issuer, as MinIO names it. */
  readonly roleArn: string;
}

/** MinIO as a relying party of `issuer`, with a role that every token of it may take. */
export async function startMinio(t: Test, issuer: string, folder: string): Promise<Minio> {
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run interop:install`);
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(program, ['server', '--address', address, folder], {
    env: {
      HOME: folder,
      MINIO_ROOT_USER: 'interop',
      MINIO_ROOT_PASSWORD: Buffer.from(random(24)).toString('hex'),
      MINIO_BROWSER: 'off',
      MINIO_IDENTITY_OPENID_CONFIG_URL: `${issuer}/.well-known/openid-configuration`,
      MINIO_IDENTITY_OPENID_CLIENT_ID: 'sts.amazonaws.com',
      MINIO_IDENTITY_OPENID_ROLE_POLICY: 'readonly',
    },
  });
  t.teardown(() => child.kill('SIGKILL'));
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)));
  const end = performance.now() + READY_MS_MAX;
  for (;;) {
    const roleArn = /arn:minio:iam:::role\/\S+/.exec(log)?.[0];
    const answers = await fetch(`http://${address}/minio/health/live`).catch(() => null);
    if (roleArn !== undefined && answers?.ok) return { url: `http://${address}`, roleArn };
    if (child.exitCode !== null || performance.now() > end) throw new Error(`MinIO did not start:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** MinIO cannot be told to take a port of the system's choice and say which. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
