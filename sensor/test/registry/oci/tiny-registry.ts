import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Test } from 'tap';
import { digestOf, serve, type TestServer } from '../servers.ts';

/** What a request asks for, or null to answer it as a registry does. */
export type Override = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A registry of one repository `team/app` with what it was given; `override` may answer first. */
export async function tinyRegistry(
  t: Test,
  content: { readonly manifests?: Readonly<Record<string, Buffer>>; readonly blobs?: readonly Buffer[] },
  override: Override = () => false,
): Promise<TestServer> {
  const blobs = new Map((content.blobs ?? []).map((bytes) => [`/v2/team/app/blobs/${digestOf(bytes)}`, bytes]));
  const manifests = new Map<string, Buffer>();
  for (const [tag, bytes] of Object.entries(content.manifests ?? {})) {
    manifests.set(`/v2/team/app/manifests/${tag}`, bytes);
    manifests.set(`/v2/team/app/manifests/${digestOf(bytes)}`, bytes);
  }
  return serve(t, (request, response) => {
    if (override(request, response)) return;
    const path = request.url ?? '';
    const manifest = manifests.get(path);
    const blob = blobs.get(path);
    if (manifest) {
      const type = 'application/vnd.oci.image.manifest.v1+json; charset=utf-8';
      response.writeHead(200, { 'content-type': type, 'docker-content-digest': digestOf(manifest) }).end(manifest);
    } else if (blob) sendRange(request, response, blob);
    else response.writeHead(404).end(JSON.stringify({ errors: [{ code: 'NAME_UNKNOWN', message: 'nothing here' }] }));
  });
}

export function sendRange(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const head = { 'content-length': bytes.length - from, 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(request.headers.range === undefined ? 200 : 206, head).end(bytes.subarray(from));
}

export function refuse(response: ServerResponse, challenge: string): boolean {
  response
    .writeHead(401, { 'www-authenticate': challenge })
    .end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }));
  return true;
}
