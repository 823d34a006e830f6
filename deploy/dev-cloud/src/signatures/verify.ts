import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { amzDate, parseAmzDate } from '../http/index.ts';
import { type Scope, sha256Hex, signatureOf } from './canonical.ts';

/** Why a signed request is refused; each service has its own error code for it. */
export type SignatureReason = 'missing' | 'incomplete' | 'unknown-key' | 'expired-session' | 'expired' | 'not-yet-current' | 'mismatch';

/** Refusal of a signature; the message is AWS's own. */
export class SignatureError extends Error {
  readonly reason: SignatureReason;

  constructor(reason: SignatureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** What the verifier must know of a key pair. */
export interface SigningCredential {
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** ms since 1970; absent for a user's long-lived key. */
  readonly expiresAt?: number;
}

/** A request whose signature held. */
export interface Verified<C> {
  readonly credential: C;
  readonly accessKeyId: string;
  readonly region: string;
}

/** A signed request may be this old or this early: "Signature expired … (… - 5 min.)". */
export const skewMsMax = 5 * 60 * 1000;

interface Authorization {
  readonly accessKeyId: string;
  readonly scope: Scope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/**
 * Verifies the Authorization header of a request to `service` at time `now`.
 * Order as AWS shows it: form, key, session token and its expiry, clock, signature.
 */
export function verifySignature<C extends SigningCredential>(
  request: IncomingMessage,
  body: Buffer,
  service: string,
  now: number,
  lookUp: (accessKeyId: string) => C | undefined,
): Verified<C> {
  const authorization = parseAuthorization(request);
  const headers = flatHeaders(request);
  const date = headers['x-amz-date'] ?? '';
  checkScope(authorization, service, date, headers);
  const credential = liveCredential(authorization.accessKeyId, headers['x-amz-security-token'], now, lookUp);
  checkClock(date, now);
  const [path, query] = splitOnce(request.url ?? '/', '?');
  const { scope, signedHeaders } = authorization;
  const signed = { method: request.method ?? '', path, query, headers, signedHeaders, payloadHash: sha256Hex(body), doubleEncode: true };
  if (!same(signatureOf(signed, date, scope, credential.secretAccessKey), authorization.signature)) throw mismatch();
  return { credential, accessKeyId: authorization.accessKeyId, region: scope.region };
}

function liveCredential<C extends SigningCredential>(
  accessKeyId: string,
  sessionToken: string | undefined,
  now: number,
  lookUp: (accessKeyId: string) => C | undefined,
): C {
  const credential = lookUp(accessKeyId);
  if (credential === undefined || credential.sessionToken !== sessionToken) {
    throw new SignatureError('unknown-key', 'The security token included in the request is invalid.');
  }
  if (credential.expiresAt !== undefined && credential.expiresAt <= now) {
    throw new SignatureError('expired-session', 'The security token included in the request is expired');
  }
  return credential;
}

function parseAuthorization(request: IncomingMessage): Authorization {
  const header = request.headers.authorization;
  if (header === undefined) throw new SignatureError('missing', 'Missing Authentication Token');
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (match === null) throw new SignatureError('incomplete', `Authorization header requires Credential, SignedHeaders and Signature.`);
  const [, accessKeyId = '', date = '', region = '', service = '', signedHeaders = '', signature = ''] = match;
  return { accessKeyId, scope: { date, region, service }, signedHeaders: signedHeaders.split(';'), signature };
}

function checkScope(authorization: Authorization, service: string, date: string, headers: Readonly<Record<string, string>>): void {
  const { scope, signedHeaders } = authorization;
  if (scope.service !== service) {
    throw new SignatureError('mismatch', `Credential should be scoped to correct service: '${service}'.`);
  }
  if (scope.date !== date.slice(0, 8))
    throw new SignatureError('mismatch', `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP`);
  // These decide who asks for what and when; left unsigned, a captured request could be turned into another one.
  const unsigned = ['host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target'].find(
    (n) => headers[n] !== undefined && !signedHeaders.includes(n),
  );
  if (unsigned !== undefined) throw new SignatureError('incomplete', `'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`);
}

function checkClock(date: string, now: number): void {
  const signedAt = parseAmzDate(date);
  if (Number.isNaN(signedAt)) throw new SignatureError('incomplete', `Date must be in ISO-8601 'basic format'. Got '${date}'.`);
  const limit = (offset: number) => `${amzDate(now + offset)} (${amzDate(now)} ${offset < 0 ? '-' : '+'} 5 min.)`;
  if (signedAt < now - skewMsMax)
    throw new SignatureError('expired', `Signature expired: ${date} is now earlier than ${limit(-skewMsMax)}`);
  if (signedAt > now + skewMsMax)
    throw new SignatureError('not-yet-current', `Signature not yet current: ${date} is still later than ${limit(skewMsMax)}`);
}

function mismatch(): SignatureError {
  const text =
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
  return new SignatureError('mismatch', text);
}

function flatHeaders(request: IncomingMessage): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) flat[name] = Array.isArray(value) ? value.join(',') : (value ?? '');
  return flat;
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
