import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SignJWT } from 'jose';
import type { Test } from 'tap';

export interface TestServer {
  readonly url: string;
  close(): Promise<void>;
}

/** A real server on a loopback port of the system's choice. */
export async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<TestServer> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, close };
}

/** An OIDC issuer; its documents and keys can be changed between calls. */
export class Issuer {
  readonly server: TestServer;
  readonly path: string;
  discovery: Record<string, unknown> = {};
  keys: { kid: string; privateKey: KeyObject; publicKey: KeyObject }[] = [];
  discoveryStatus = 200;
  discoveryDelayMs = 0;
  fetches = { discovery: 0, jwks: 0 };

  private constructor(server: TestServer, path: string) {
    this.server = server;
    this.path = path;
    this.discovery = {
      issuer: this.url,
      jwks_uri: `${this.url}/.well-known/jwks.json`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
    this.rotate('first');
  }

  get url(): string {
    return `${this.server.url}${this.path}`;
  }

  static async start(path = '/exposed'): Promise<Issuer> {
    const holder: { issuer?: Issuer } = {};
    const server = await serve((request, response) => holder.issuer?.answer(request, response));
    holder.issuer = new Issuer(server, path);
    return holder.issuer;
  }

  /** Replaces every key with a new one. */
  rotate(kid: string): void {
    this.keys = [{ kid, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) }];
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.url?.endsWith('/openid-configuration') === true) {
      this.fetches.discovery += 1;
      setTimeout(() => response.writeHead(this.discoveryStatus).end(JSON.stringify(this.discovery)), this.discoveryDelayMs);
      return;
    }
    this.fetches.jwks += 1;
    const keys = this.keys.map(({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }));
    response.end(JSON.stringify({ keys }));
  }

  /** A signed token; `claims` override, undefined removes. */
  async token(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: this.url, sub: 'tidewaiter-account-id:1', aud: 'sts.amazonaws.com', iat: now, exp: now + 300, ...claims };
    const key = this.keys[0];
    if (key === undefined) throw new Error('the issuer has no key');
    return new SignJWT(JSON.parse(JSON.stringify(all)))
      .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT', ...header })
      .sign(key.privateKey);
  }
}

export function sha256(data: Buffer | string): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}

/** A little image: its blobs and manifest; `seed` makes tells it apart. */
export function smallImage(seed: string, layerBytes = 1000): { manifest: Buffer; mediaType: string; blobs: Buffer[]; layer: Buffer } {
  // Random, so that the layer is about as large as asked, and gzipped, so that pushers take it as it is.
  const tar = Buffer.concat([Buffer.from(seed), randomBytes(layerBytes)]);
  const layer = gzipSync(tar);
  const config = Buffer.from(
    JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [sha256(tar)] } }),
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(config), size: config.length },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: sha256(layer), size: layer.length }],
    }),
  );
  return { manifest, mediaType, blobs: [config, layer], layer };
}

/** An OCI index over manifests. */
export function indexOf(...manifests: Buffer[]): { manifest: Buffer; mediaType: string } {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const entries = manifests.map((bytes) => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: sha256(bytes),
    size: bytes.length,
    platform: { os: 'linux', architecture: 'amd64' },
  }));
  return { manifest: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests: entries })), mediaType };
}

/** A verb of the admin API; throws with the answer's error. */
export async function callAdmin(base: string, method: string, verb: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${base}/_cloud/${verb}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return record(JSON.parse(text));
}

/** A JSON object, or the test fails. */
export function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error(`no object: ${String(value)}`);
  return { ...value };
}

/** A webhook that keeps what it received; `answer` decides how each request is answered. */
export class Webhook {
  readonly received: {
    readonly at: number;
    readonly headers: Record<string, unknown>;
    readonly event: Record<string, unknown>;
    readonly detail: Record<string, unknown>;
  }[] = [];
  answer: (count: number, response: ServerResponse) => void = (_, response) => response.writeHead(202).end();
  #server: TestServer | undefined;

  get url(): string {
    return this.#server?.url ?? '';
  }

  static async start(): Promise<Webhook> {
    const webhook = new Webhook();
    webhook.#server = await serve((request, response) => void webhook.#receive(request, response));
    return webhook;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const event = record(JSON.parse(Buffer.concat(parts).toString()));
    this.received.push({ at: Date.now(), headers: request.headers, event, detail: record(event['detail']) });
    this.answer(this.received.length, response);
  }
}

/** Waits until a condition holds, at most twenty seconds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2000; tries++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the condition did not come true within 20 s');
}

/** An identity policy for what a test is not about. */
export const allowAll = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** Writes an OCI layout whose one image is `root`. */
export async function writeLayout(
  folder: string,
  root: { readonly manifest: Buffer; readonly mediaType: string },
  blobs: readonly Buffer[],
): Promise<void> {
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true });
  for (const bytes of [root.manifest, ...blobs]) await writeFile(join(folder, 'blobs/sha256', sha256(bytes).slice(7)), bytes);
  const annotations = { 'org.opencontainers.image.ref.name': 'latest' };
  const entry = { mediaType: root.mediaType, digest: sha256(root.manifest), size: root.manifest.length, annotations };
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
}

/** The promise must be rejected with an error whose text (name, message, output) matches. */
export async function fails(t: Test, promise: Promise<unknown>, pattern: RegExp): Promise<void> {
  const text = await promise.then(
    () => 'it did not fail',
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );
  t.match(text, pattern);
}

/** An artifact that refers to an image (OCI 1.1 `subject`). */
export function artifactOf(
  image: { readonly manifest: Buffer; readonly mediaType: string },
  artifactType: string,
): { manifest: Buffer; mediaType: string; blobs: Buffer[] } {
  const empty = Buffer.from('{}');
  const content = Buffer.from(JSON.stringify({ about: artifactType }));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = {
    schemaVersion: 2,
    mediaType,
    artifactType,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256(empty), size: empty.length },
    layers: [{ mediaType: 'application/json', digest: sha256(content), size: content.length }],
    subject: { mediaType: image.mediaType, digest: sha256(image.manifest), size: image.manifest.length },
  };
  return { manifest: Buffer.from(JSON.stringify(manifest)), mediaType, blobs: [empty, content] };
}
