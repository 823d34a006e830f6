import { createHash, createHmac } from 'node:crypto';

/** What SigV4 signs (IAM user guide, "Create a signed AWS API request"). Header names are in lower case. */
export interface SignedRequest {
  readonly method: string;
  /** As it stood on the request line, without the query. */
  readonly path: string;
  /** Raw, without `?`. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
  /** S3 signs the path as sent; every other service encodes it once more. */
  readonly doubleEncode: boolean;
}

/** `date/region/service/aws4_request` of a credential scope. */
export interface Scope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** Hex SHA-256. */
export function sha256Hex(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The hex signature of a request under a secret key. */
export function signatureOf(request: SignedRequest, amzDate: string, scope: Scope, secretAccessKey: string): string {
  const text = ['AWS4-HMAC-SHA256', amzDate, scopeText(scope), sha256Hex(canonicalRequest(request))].join('\n');
  return hmac(signingKey(secretAccessKey, scope), text).toString('hex');
}

export function scopeText(scope: Scope): string {
  return `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
}

/** RFC 3986: everything but the unreserved characters is escaped. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function canonicalRequest(request: SignedRequest): string {
  const names = [...request.signedHeaders].sort();
  const headers = names.map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`).join('');
  const path = request.doubleEncode ? request.path.split('/').map(encodeRfc3986).join('/') : request.path;
  return [request.method, path, canonicalQuery(request.query), headers, names.join(';'), request.payloadHash].join('\n');
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const at = pair.indexOf('=');
    const [name, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    return [encodeRfc3986(decodeURIComponent(name)), encodeRfc3986(decodeURIComponent(value))] as const;
  });
  const byNameThenValue = pairs.sort(([a, x], [b, y]) => compare(a, b) || compare(x, y));
  return byNameThenValue.map(([name, value]) => `${name}=${value}`).join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function signingKey(secretAccessKey: string, scope: Scope): Buffer {
  const parts = [scope.date, scope.region, scope.service, 'aws4_request'];
  return parts.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secretAccessKey}`));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
