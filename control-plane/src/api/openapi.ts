import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { HttpServer } from '../http/index.ts';
import { DOCS_PATH } from './permissions.ts';
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
export const namedSchemas = [
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
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) => (typeof json['$id'] === 'string' ? json['$id'] : `schema-${index}`),
    },
  });
  await server.register(swaggerUi, { routePrefix: DOCS_PATH });
  server.get('/api/v1/openapi.json', { schema: { hide: true } }, async () => server.swagger());
}
