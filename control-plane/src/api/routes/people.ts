import { TidewaiterError } from '@tidewaiter/shared/errors';
import { Type } from 'typebox';
import { type HttpServer, notFound } from '../../http/index.ts';
import { identityOf } from '../auth.ts';
import type { ApiParts } from '../parts.ts';
import {
  AuditEntrySchema,
  NewTokenSchema,
  RoleSchema,
  TokenSchema,
  viewAuditEntry,
  viewToken,
  viewWorkspace,
  WorkspaceSchema,
} from '../resources/people.ts';
import { answers } from '../resources/problem.ts';
import { IdParams } from '../resources/registry.ts';
import { listOf, nullable, PageQuery, pageOf, ref, Time, viewPage } from '../resources/schema.ts';

const TokenBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 128 }),
    role: RoleSchema,
    expiresAt: nullable(Time),
  },
  { additionalProperties: false },
);

export function peopleRoutes(server: HttpServer, parts: ApiParts): void {
  server.get(
    '/workspace',
    { schema: { tags: ['workspace'], summary: 'Whose token is this', response: answers({ 200: ref(WorkspaceSchema) }) } },
    async (request) => {
      const { workspaceId, role } = identityOf(request);
      const workspace = await parts.workspaces.fetchWorkspace(workspaceId);
      if (!workspace) throw notFound(`workspace ${workspaceId}`);
      return viewWorkspace(workspace, role);
    },
  );
  server.get(
    '/audit',
    {
      schema: {
        tags: ['workspace'],
        summary: 'Read the audit log',
        querystring: PageQuery,
        response: answers({ 200: listOf(AuditEntrySchema) }),
      },
    },
    async (request) => viewPage(await parts.workspaces.listAudit(identityOf(request).workspaceId, pageOf(request.query)), viewAuditEntry),
  );
  tokenRoutes(server, parts);
}

function tokenRoutes(server: HttpServer, parts: ApiParts): void {
  const tags = ['tokens'];
  server.get(
    '/tokens',
    { schema: { tags, summary: 'List API tokens', querystring: PageQuery, response: answers({ 200: listOf(TokenSchema) }) } },
    async (request) => viewPage(await parts.workspaces.listTokens(identityOf(request).workspaceId, pageOf(request.query)), viewToken),
  );
  server.post(
    '/tokens',
    { schema: { tags, summary: 'Make an API token', body: TokenBody, response: answers({ 201: ref(NewTokenSchema) }) } },
    async (request, reply) => {
      const { name, role, expiresAt } = request.body;
      const ends = expiresAt === null ? null : futureOf(expiresAt, parts.now());
      const { token, secret } = await parts.workspaces.createToken(identityOf(request), { name, role, expiresAt: ends });
      return reply.code(201).send({ ...viewToken(token), token: secret });
    },
  );
  server.delete(
    '/tokens/:id',
    { schema: { tags, summary: 'Revoke an API token', params: IdParams, response: answers({ 204: Type.Null() }) } },
    async (request, reply) => {
      if (!(await parts.workspaces.revokeToken(identityOf(request), request.params.id))) throw notFound(`token ${request.params.id}`);
      return reply.code(204).send(null);
    },
  );
}

function futureOf(time: string, nowMs: number): number {
  const ms = Date.parse(time);
  if (Number.isSafeInteger(ms) && ms > nowMs) return ms;
  throw new TidewaiterError('request.invalid', { which: 'body/expiresAt', got: time, want: 'a time to come' });
}
