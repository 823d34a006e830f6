import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { FastifyRequest } from 'fastify';
import type { HttpServer } from '../http/index.ts';
import { type Identity, isAtLeastRole, type Workspaces } from '../workspaces/index.ts';
import { accessOf } from './permissions.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the authentication hook on every route that is not open to anyone. */
    identity: Identity | null;
  }
}

/** Checks every request against the table of permissions; a route without a row stops the program at start. */
export function requirePermissions(server: HttpServer, workspaces: Pick<Workspaces, 'authenticate'>): void {
  server.decorateRequest('identity', null);
  server.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) accessOf(one, url);
  });
  server.addHook('onRequest', async (request) => {
    const { url } = request.routeOptions;
    // Undefined where no route fits: the not-found handler answers.
    const access = url === undefined ? 'anyone' : accessOf(request.method, url);
    if (access === 'anyone') return;
    const identity = await workspaces.authenticate(request.headers.authorization);
    if (!isAtLeastRole(identity.role, access))
      throw new TidewaiterError('auth.forbidden', {
        which: `${request.method} ${url}`,
        got: `role ${identity.role}`,
        want: `role ${access} or above`,
        remedy: 'Use a token of that role; a manager or owner can make one.',
      });
    request.identity = identity;
  });
}

/** Who is behind a request on a route that asks for a role. */
export function identityOf(request: FastifyRequest): Identity {
  if (request.identity) return request.identity;
  throw new TidewaiterError('internal', { which: 'identity', got: 'a route that is open to anyone' });
}
