import type { IncomingMessage } from 'node:http';
import type { Credential } from '../iam/index.ts';
import type { RegistryParts } from './call.ts';
import { RegistryError } from './errors.ts';

/** Reads `Basic AWS:<password of GetAuthorizationToken>`; ECR's challenge is Basic, its realm the registry itself. */
export function authenticate(request: IncomingMessage, parts: RegistryParts): Credential {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (encoded === undefined) throw unauthorized(request, 'Not Authorized');
  const [user, ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  const token = user === 'AWS' ? parts.tokens.find(password.join(':')) : undefined;
  if (token === 'expired') {
    throw new RegistryError(403, 'DENIED', 'Your authorization token has expired. Reauthenticate and try again.');
  }
  if (token === undefined || token.region !== parts.region) throw unauthorized(request, 'Not Authorized');
  return token.credential;
}

function unauthorized(request: IncomingMessage, message: string): RegistryError {
  const challenge = `Basic realm="http://${request.headers.host}/",service="ecr.amazonaws.com"`;
  return new RegistryError(401, 'UNAUTHORIZED', message, { 'www-authenticate': challenge });
}
