import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import { SignJWT } from 'jose';
import type { Test } from 'tap';

const AUDIENCE = 'sts.amazonaws.com';

/** A tiny OIDC issuer on loopback; its documents can fail. */
export interface TestIssuer {
  readonly url: string;
  readonly subject: string;
  token(subject?: string): Promise<string>;
  /** Its clock is off by so many seconds from now on. */
  offBy(seconds: number): void;
  /** Status of the discovery document, for as many fetches. */
  fail(status: number, times: number): void;
}

export async function startIssuer(t: Test): Promise<TestIssuer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let failure = { status: 200, left: 0 };
  const server = createServer((request, response) => {
    const isFailing = failure.left > 0;
    if (isFailing) failure = { ...failure, left: failure.left - 1 };
    response.writeHead(isFailing ? failure.status : 200).end(JSON.stringify(documentOf(request.url ?? '', url, publicKey)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}/exposed`;
  const subject = 'tidewaiter-account-id:1';
  let offSeconds = 0;
  const token = (sub = subject) => signed(privateKey, url, sub, Math.floor(Date.now() / 1_000) + offSeconds);
  return { url, subject, token, offBy: (seconds) => (offSeconds = seconds), fail: (status, left) => (failure = { status, left }) };
}

function documentOf(path: string, issuer: string, publicKey: KeyObject): unknown {
  if (path.endsWith('/jwks.json')) return { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] };
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}

function signed(key: KeyObject, issuer: string, subject: string, at: number): Promise<string> {
  const token = new SignJWT({}).setIssuer(issuer).setSubject(subject).setAudience(AUDIENCE);
  token
    .setIssuedAt(at)
    .setNotBefore(at)
    .setExpirationTime(at + 300);
  return token.setProtectedHeader({ alg: 'RS256', kid: 'one', typ: 'JWT' }).sign(key);
}

/** A trust policy that lets this issuer's subject in. */
export function trustPolicyOf(issuer: TestIssuer, providerArn: string): unknown {
  const name = issuer.url.replace('http://', '');
  const condition = { StringEquals: { [`${name}:aud`]: AUDIENCE, [`${name}:sub`]: issuer.subject } };
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: providerArn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: condition,
  };
  return { Version: '2012-10-17', Statement: [statement] };
}
