import type { FastifyReply, FastifyRequest } from 'fastify';
import { type HttpServer, notFound } from '../../http/index.ts';
import type { StaticDocument } from '../../issuer/index.ts';
import type { ApiParts } from '../parts.ts';

/**
 * What STS fetches: static bytes from memory, no authentication, no redirect, no limit, whether the database is there or not (AWS
 * asks for an answer within 5 s and fetches often).
 */
export function issuerRoutes(server: HttpServer, parts: Pick<ApiParts, 'issuer'>): void {
  const schema = { hide: true };
  server.get('/exposed/.well-known/openid-configuration', { schema }, async (request, reply) =>
    serve(request, reply, parts.issuer.discovery()),
  );
  server.get('/exposed/.well-known/jwks.json', { schema }, async (request, reply) => serve(request, reply, parts.issuer.keySet()));
}

function serve(request: FastifyRequest, reply: FastifyReply, document: StaticDocument | null): FastifyReply {
  if (document === null) throw notFound('OIDC issuer: TIDEWAITER_PUBLIC_URL is not set');
  void reply.header('etag', document.etag).header('cache-control', 'public, max-age=300').removeHeader('set-cookie');
  if (request.headers['if-none-match'] === document.etag) return reply.code(304).send();
  return reply.type('application/json').send(document.body);
}
