import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifySchema } from 'fastify';
import type { HttpServer } from '../http/index.ts';
import { accessOf, DOCS_PATH } from './permissions.ts';
import { ImageSchema, RepositorySchema } from './resources/catalog.ts';
import { ActivitySchema, IncidentSchema, NoteSchema, OccurrenceSchema } from './resources/incident.ts';
import {
  AuditEntrySchema,
  EnrolledSchema,
  EnrolmentTokenSchema,
  NewEnrolmentTokenSchema,
  NewTokenSchema,
  SensorSchema,
  TokenSchema,
  WorkspaceSchema,
} from './resources/people.ts';
import { ProblemSchema } from './resources/problem.ts';
import {
  NewRegistrySchema,
  NewWebhookKeySchema,
  PushEventSchema,
  RegistrySchema,
  TrustSchema,
  WebhookKeySchema,
} from './resources/registry.ts';
import { AssignmentSchema, ScanDetailSchema, ScanSchema, VerdictSchema, VerdictStateSchema } from './resources/work.ts';

/** Every schema with a name of its own in the description. */
const namedSchemas = [
  ProblemSchema,
  WorkspaceSchema,
  TokenSchema,
  NewTokenSchema,
  AuditEntrySchema,
  RegistrySchema,
  NewRegistrySchema,
  TrustSchema,
  WebhookKeySchema,
  NewWebhookKeySchema,
  PushEventSchema,
  RepositorySchema,
  ImageSchema,
  AssignmentSchema,
  ScanSchema,
  ScanDetailSchema,
  VerdictSchema,
  VerdictStateSchema,
  IncidentSchema,
  OccurrenceSchema,
  NoteSchema,
  ActivitySchema,
  SensorSchema,
  EnrolledSchema,
  EnrolmentTokenSchema,
  NewEnrolmentTokenSchema,
] as const;

/** OpenAPI 3.1 of the routes registered after it, at /api/v1/openapi.json, rendered at /docs. */
export async function describeApi(server: HttpServer): Promise<void> {
  for (const schema of namedSchemas) server.addSchema(schema);
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Tidewaiter control plane', version: '1', description: 'Finds secrets in container images from inside the VPC.' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'An API token: tw_…' } } },
      security: [{ token: [] }],
    },
    transform: ({ schema, url, route }) => ({ schema: withAccess(schema, [route.method].flat()[0] ?? 'GET', url), url }),
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) => (typeof json['$id'] === 'string' ? json['$id'] : `schema-${index}`),
    },
  });
  await server.register(swaggerUi, { routePrefix: DOCS_PATH });
  server.get('/api/v1/openapi.json', { schema: { hide: true } }, async () => server.swagger());
}

/** Says in the description which role a route asks for, from the one table. */
function withAccess(schema: FastifySchema, method: string, url: string): FastifySchema {
  const access = accessOf(method, url);
  return access === 'anyone' ? { ...schema, security: [] } : { ...schema, description: `Role: ${access} or above.` };
}
