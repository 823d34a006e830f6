import { verify, type KeyObject } from 'node:crypto';
import { AwsError, parseRecord } from '../http/index.ts';

/** A JWT taken apart, not yet verified. */
export interface IdentityToken {
  readonly keyId: string | undefined;
  readonly algorithm: string;
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly subject: string;
  readonly expiresAt: number;
  readonly notBefore: number | undefined;
  /** The claim `https://aws.amazon.com/tags` is there: the session is to be tagged. */
  readonly tagged: boolean;
  readonly signed: string;
  readonly signature: Buffer;
}

/** What IAM takes ("Create an OIDC provider"): RSA and ECDSA, never a shared secret and never `none`. */
const algorithms: Readonly<Record<string, { readonly hash: string; readonly type: 'rsa' | 'ec' }>> = {
  RS256: { hash: 'sha256', type: 'rsa' },
  RS384: { hash: 'sha384', type: 'rsa' },
  RS512: { hash: 'sha512', type: 'rsa' },
  ES256: { hash: 'sha256', type: 'ec' },
  ES384: { hash: 'sha384', type: 'ec' },
  ES512: { hash: 'sha512', type: 'ec' },
};

/** Takes a compact JWS apart and checks that its claims are there and of the right type. */
export function parseIdentityToken(token: string): IdentityToken {
  const [head = '', body = '', signature = '', ...rest] = token.split('.');
  if (signature === '' || rest.length > 0) throw notJwt();
  const header = decode(head);
  const claims = decode(body);
  const expiresAt = seconds(claims, 'exp');
  seconds(claims, 'iat');
  return {
    keyId: typeof header['kid'] === 'string' ? header['kid'] : undefined,
    algorithm: String(header['alg']),
    issuer: text(claims, 'iss'),
    audiences: audiencesOf(claims),
    subject: text(claims, 'sub'),
    expiresAt,
    notBefore: claims['nbf'] === undefined ? undefined : seconds(claims, 'nbf'),
    tagged: claims['https://aws.amazon.com/tags'] !== undefined,
    signed: `${head}.${body}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

/** Throws unless the signature was made by this key with an algorithm that fits its type. */
export function checkTokenSignature(token: IdentityToken, key: KeyObject): void {
  const algorithm = algorithms[token.algorithm];
  // The key's own type decides, so that a token cannot pick another algorithm for it.
  if (algorithm === undefined || algorithm.type !== key.asymmetricKeyType) throw invalid(`Unsupported token algorithm: ${token.algorithm}`);
  const holds = verify(algorithm.hash, Buffer.from(token.signed), { key, dsaEncoding: 'ieee-p1363' }, token.signature);
  if (!holds) throw invalid('Provided Token has an invalid signature');
}

/** Throws unless `now` (ms) is within the token's time. */
export function checkTokenTime(token: IdentityToken, now: number): void {
  const current = Math.floor(now / 1000);
  if (current >= token.expiresAt) {
    const message = `Token expired: current date/time ${current} must be before the expiration date/time ${token.expiresAt}`;
    throw new AwsError('ExpiredTokenException', 400, message);
  }
  if (token.notBefore !== undefined && current < token.notBefore) {
    throw invalid(`Token not yet valid: current date/time ${current} must be after the not before date/time ${token.notBefore}`);
  }
}

function decode(segment: string): Readonly<Record<string, unknown>> {
  const members = parseRecord(Buffer.from(segment, 'base64url').toString('utf8'));
  if (members === undefined) throw notJwt();
  return members;
}

function audiencesOf(claims: Readonly<Record<string, unknown>>): readonly string[] {
  const value = claims['aud'];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  return [text(claims, 'aud')];
}

function text(claims: Readonly<Record<string, unknown>>, name: string): string {
  const value = claims[name];
  if (typeof value !== 'string' || value === '') throw invalid(`Missing a required claim: ${name}`);
  return value;
}

/** "Timestamps must be integers": a float, legal in JWT, is refused by STS. */
function seconds(claims: Readonly<Record<string, unknown>>, name: string): number {
  const value = claims[name];
  if (value === undefined) throw invalid(`Missing a required claim: ${name}`);
  if (typeof value !== 'number' || !Number.isInteger(value)) throw invalid(`The claim ${name} must be an integer`);
  return value;
}

function notJwt(): AwsError {
  return invalid('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)');
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidIdentityToken', 400, message);
}
