import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type Digest, parseDigest } from '@tidewaiter/shared/images';
import type { Test } from 'tap';

export interface TestServer {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  readonly url: string;
  /** Connections and requests it saw. */
  readonly seen: { connections: number; readonly requests: IncomingMessage[] };
}

/** A real server on loopback that ends with the test. */
export async function serve(t: Test, answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<TestServer> {
  const seen = { connections: 0, requests: [] as IncomingMessage[] };
  const server = createServer((request, response) => {
    seen.requests.push(request);
    answer(request, response);
  });
  server.on('connection', () => seen.connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host: `127.0.0.1:${address.port}`, url: `http://127.0.0.1:${address.port}`, seen };
}

export const digestOf = (bytes: Uint8Array | string): Digest => parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);

/** A listing of all repositories. */
export const everything = (): boolean => true;

/** An image of one random layer. */
export function imageOf(layerBytes: number): {
  readonly manifest: Buffer;
  readonly layer: Buffer;
  readonly config: Buffer;
  readonly blobs: Buffer[];
} {
  const layer = randomBytes(layerBytes);
  const config = Buffer.from(
    JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(layer), size: layer.length }],
    }),
  );
  return { manifest, layer, config, blobs: [config, layer] };
}

/** An index over manifests. */
export function indexOf(...manifests: readonly Buffer[]): Buffer {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const entries = manifests.map((bytes) => ({ mediaType, digest: digestOf(bytes), size: bytes.length }));
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: entries }));
}

export async function read(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** The TidewaiterError that the promise is rejected with; anything else fails the test. */
export async function failure(promise: Promise<unknown>): Promise<TidewaiterError> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof TidewaiterError) return error;
  throw error;
}

/** Waits for what another side still has to note; false when it has not within two seconds. */
export async function until(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 200 && !condition(); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  return condition();
}

export const live = (): AbortSignal => new AbortController().signal;

/** Quick tries and the true clock. */
export const around = { monotonic: () => performance.now(), chance: () => 0.01 };

export const loopbackPolicy = { allowPlainLoopback: true, allowedHosts: [], tokenHosts: {} };
