import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Handler } from '../http/index.ts';
import { checkPresigned, presign, type PresignKey } from '../signatures/index.ts';
import { byteRange, type Span } from './range.ts';
import { type Damage, damaged } from './damage.ts';

/** A blob as the origin's path names it. */
export interface LayerAddress {
  readonly accountId: string;
  readonly region: string;
  readonly repository: string;
  readonly digest: string;
}

/** Where blobs come from (`size` in bytes, undefined where there is none; `read` with both ends included), and who is told of downloads. */
export interface LayerOriginParts {
  readonly clock: Clock;
  readonly key: PresignKey;
  readonly size: (digest: string) => number | undefined;
  readonly read: (digest: string, start: number, end: number) => AsyncIterable<Buffer>;
  /** What is to go wrong with this download; asked once for each. */
  readonly damage: (address: LayerAddress) => Damage;
  readonly begun: (address: LayerAddress) => void;
  /** Called before each piece of a body leaves; `completes` with the last of a whole blob. */
  readonly sending: (address: LayerAddress, bytes: number, completes: boolean) => void;
  /** Called when an answer ended, with what went out of it. */
  readonly ended: (address: LayerAddress, whole: boolean) => void;
}

/** The pre-signed URL of a blob. */
export function layerUrl(base: string, address: LayerAddress, key: PresignKey, signedAt: number, expirySeconds: number): string {
  return presign(base, pathOf(address), key, address.region, signedAt, expirySeconds);
}

/** The bucket that layers are downloaded from: S3's GET of an object, by pre-signed URL only, with Range. */
export function layerOriginHandler(parts: LayerOriginParts): Handler {
  return async (request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const refusal = refuse(request, path, query, parts);
    if (refusal !== undefined) return sendError(response, refusal);
    const address = parsePath(path);
    const size = address === undefined ? undefined : parts.size(address.digest);
    if (address === undefined || size === undefined) return sendError(response, [404, 'NoSuchKey', 'The specified key does not exist.']);
    const damage = parts.damage(address);
    if (damage.slowDown) return sendError(response, [503, 'SlowDown', 'Please reduce your request rate.']);
    await sendBlob(request, response, parts, address, size, damage);
  };
}

type Refusal = readonly [status: number, code: string, message: string];

const signatureDiffers: Refusal = [
  403,
  'SignatureDoesNotMatch',
  'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
];

function refuse(request: IncomingMessage, path: string, query: string, parts: LayerOriginParts): Refusal | undefined {
  // The method is signed too: a GET's URL does not serve HEAD.
  if (request.method !== 'GET') return signatureDiffers;
  if (request.headers.authorization !== undefined) {
    const message =
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified';
    return [400, 'InvalidArgument', message];
  }
  switch (checkPresigned(path, query, request.headers.host ?? '', parts.key, parts.clock.now())) {
    case undefined:
      return undefined;
    case 'expired':
      return [403, 'AccessDenied', 'Request has expired'];
    case 'missing':
      return [403, 'AccessDenied', 'Access Denied'];
    default:
      return signatureDiffers;
  }
}

async function sendBlob(
  request: IncomingMessage,
  response: ServerResponse,
  parts: LayerOriginParts,
  address: LayerAddress,
  size: number,
  damage: Damage,
): Promise<void> {
  const range = byteRange(request.headers.range, size);
  if (range === 'unsatisfiable')
    return sendError(response, [416, 'InvalidRange', 'The requested range is not satisfiable'], { 'content-range': `bytes */${size}` });
  const span: Span = range ?? { start: 0, end: size - 1 };
  const length = span.end - span.start + 1;
  response.writeHead(range === undefined ? 200 : 206, {
    'content-type': 'application/octet-stream',
    'content-length': length,
    'accept-ranges': 'bytes',
    etag: `"${address.digest.slice(7, 39)}"`,
    ...(range === undefined ? {} : { 'content-range': `bytes ${span.start}-${span.end}/${size}` }),
  });
  parts.begun(address);
  const body = () => damaged(parts.read(address.digest, span.start, span.end), span.start, size, damage);
  const sent = length === 0 ? 0 : await stream(response, body(), (bytes, total) => parts.sending(address, bytes, total === size));
  parts.ended(address, sent === size);
  if (sent === length) response.end();
  else response.destroy();
}

/** Writes one piece at a time, each flushed, so that a cut comes after exactly the bytes before it; stops when the client is gone. */
async function stream(
  response: ServerResponse,
  chunks: AsyncIterable<Buffer>,
  sending: (bytes: number, total: number) => void,
): Promise<number> {
  let sent = 0;
  for await (const chunk of chunks) {
    sending(chunk.length, sent + chunk.length);
    if (!(await flushed(response, chunk))) break;
    sent += chunk.length;
  }
  return sent;
}

function flushed(response: ServerResponse, chunk: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const gone = () => resolve(false);
    response.once('close', gone);
    response.write(chunk, (error) => {
      response.off('close', gone);
      resolve(error === undefined || error === null);
    });
  });
}

function sendError(response: ServerResponse, [status, code, message]: Refusal, headers: Readonly<Record<string, string>> = {}): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(body);
}

function pathOf(address: LayerAddress): string {
  const { accountId, region, repository, digest } = address;
  return `/${accountId}-${region}/${repository}/${digest.replace(':', '/')}`;
}

function parsePath(path: string): LayerAddress | undefined {
  const match = /^\/(\d{12})-([a-z0-9-]+)\/(.+)\/sha256\/([0-9a-f]{64})$/.exec(path);
  if (match === null) return undefined;
  const [, accountId = '', region = '', repository = '', hex = ''] = match;
  return { accountId, region, repository, digest: `sha256:${hex}` };
}
