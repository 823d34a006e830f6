import { timingSafeEqual } from 'node:crypto';
import { amzDate, parseAmzDate } from '../http/index.ts';
import { encodeRfc3986, type Scope, scopeText, signatureOf } from './canonical.ts';

/** The key pair a pre-signed URL is made with. */
export interface PresignKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What is wrong with a pre-signed URL. */
export type PresignFault = 'missing' | 'expired' | 'mismatch';

/** Makes a pre-signed GET of S3 (S3 API, "Authenticating Requests: Using Query Parameters"). */
export function presign(base: string, path: string, key: PresignKey, region: string, signedAt: number, expirySeconds: number): string {
  const date = amzDate(signedAt);
  const scope: Scope = { date: date.slice(0, 8), region, service: 's3' };
  const query = [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${key.accessKeyId}/${scopeText(scope)}`],
    ['X-Amz-Date', date],
    ['X-Amz-Expires', String(expirySeconds)],
    ['X-Amz-SignedHeaders', 'host'],
  ]
    .map(([name = '', value = '']) => `${name}=${encodeRfc3986(value)}`)
    .join('&');
  const signature = sign(path, query, new URL(base).host, date, scope, key);
  return `${base}${path}?${query}&X-Amz-Signature=${signature}`;
}

/** Checks a pre-signed GET as it arrived; undefined means it holds. */
export function checkPresigned(path: string, query: string, host: string, key: PresignKey, now: number): PresignFault | undefined {
  const given = new URLSearchParams(query);
  const signature = given.get('X-Amz-Signature');
  const date = given.get('X-Amz-Date') ?? '';
  const [accessKeyId, day = '', region = '', service = ''] = (given.get('X-Amz-Credential') ?? '').split('/');
  if (signature === null || accessKeyId !== key.accessKeyId || service !== 's3') return 'missing';
  const unsigned = query
    .split('&')
    .filter((pair) => !pair.startsWith('X-Amz-Signature='))
    .join('&');
  const want = sign(path, unsigned, host, date, { date: day, region, service }, key);
  if (want.length !== signature.length || !timingSafeEqual(Buffer.from(want), Buffer.from(signature))) return 'mismatch';
  return now > parseAmzDate(date) + Number(given.get('X-Amz-Expires')) * 1000 ? 'expired' : undefined;
}

function sign(path: string, query: string, host: string, date: string, scope: Scope, key: PresignKey): string {
  const signed = {
    method: 'GET',
    path,
    query,
    headers: { host },
    signedHeaders: ['host'],
    payloadHash: 'UNSIGNED-PAYLOAD',
    doubleEncode: false,
  };
  return signatureOf(signed, date, scope, key.secretAccessKey);
}
