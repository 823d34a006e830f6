import { RegistryAccessSchema } from '@tidewaiter/shared/protocol';
import { type Static, Type } from 'typebox';
import type { Perimeter, Registry } from '../../catalog/index.ts';
import { type HttpServer, notFound } from '../../http/index.ts';
import { noIssuer } from '../../issuer/index.ts';
import type { Identity } from '../../workspaces/index.ts';
import { identityOf } from '../auth.ts';
import type { ApiParts } from '../parts.ts';
import { answers } from '../resources/problem.ts';
import {
  ExclusionsSchema,
  IdParams,
  INTERVAL_SECONDS,
  IntervalSchema,
  NewRegistrySchema,
  PerimeterSchema,
  RegistrySchema,
  TrustSchema,
  viewRegistry,
  viewTrust,
  viewWebhookKey,
} from '../resources/registry.ts';
import { listOf, PageQuery, pageOf, ref, viewPage } from '../resources/schema.ts';
import { AssignmentSchema } from '../resources/work.ts';
import { fetchRegistry } from './fetch-registry.ts';

const NewRegistryBody = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 512, description: 'Host or https URL; ECR is detected.' }),
    access: RegistryAccessSchema,
    perimeter: PerimeterSchema,
    intervalSeconds: Type.Optional(IntervalSchema),
    exclusions: Type.Optional(ExclusionsSchema),
  },
  { additionalProperties: false },
);
const ChangeBody = Type.Object(
  {
    perimeter: Type.Optional(PerimeterSchema),
    intervalSeconds: Type.Optional(IntervalSchema),
    exclusions: Type.Optional(ExclusionsSchema),
  },
  { additionalProperties: false, minProperties: 1 },
);
const tags = ['registries'];

export function registryRoutes(server: HttpServer, parts: ApiParts): void {
  readRoutes(server, parts);
  server.post(
    '/registries',
    { schema: { tags, summary: 'Connect a registry', body: NewRegistryBody, response: answers({ 201: ref(NewRegistrySchema) }) } },
    async (request, reply) => reply.code(201).send(await connect(parts, identityOf(request), request.body)),
  );
  server.patch(
    '/registries/:id',
    {
      schema: {
        tags,
        summary: 'Change perimeter, interval or exclusions',
        params: IdParams,
        body: ChangeBody,
        response: answers({ 200: ref(RegistrySchema) }),
      },
    },
    async (request) => viewRegistry(await change(parts, identityOf(request), request.params.id, request.body)),
  );
  server.post(
    '/registries/:id/sync',
    {
      schema: {
        tags,
        summary: 'List the registry anew, now',
        params: IdParams,
        response: answers({ 202: Type.Object({ assignmentId: AssignmentSchema.properties.id }) }),
      },
    },
    async (request, reply) => {
      const identity = identityOf(request);
      const registry = await fetchRegistry(parts, identity.workspaceId, request.params.id);
      const { id } = await parts.assignments.queue(identity.workspaceId, registry.id, 'sync', 'manual');
      await parts.workspaces.record(identity, 'registry.sync', registry.id, { assignmentId: id });
      return reply.code(202).send({ assignmentId: id });
    },
  );
}

function readRoutes(server: HttpServer, parts: ApiParts): void {
  server.get(
    '/registries',
    { schema: { tags, summary: 'List registries', querystring: PageQuery, response: answers({ 200: listOf(RegistrySchema) }) } },
    async (request) => viewPage(await parts.registries.list(identityOf(request).workspaceId, pageOf(request.query)), viewRegistry),
  );
  server.get(
    '/registries/:id',
    { schema: { tags, summary: 'Read a registry', params: IdParams, response: answers({ 200: ref(RegistrySchema) }) } },
    async (request) => viewRegistry(await fetchRegistry(parts, identityOf(request).workspaceId, request.params.id)),
  );
  server.get(
    '/registries/:id/trust',
    { schema: { tags, summary: 'What a trust policy names', params: IdParams, response: answers({ 200: ref(TrustSchema) }) } },
    async (request) => {
      const { workspaceId } = await fetchRegistry(parts, identityOf(request).workspaceId, request.params.id);
      const trust = viewTrust(parts.issuer.trustFacts(workspaceId));
      if (trust === null) throw noIssuer();
      return trust;
    },
  );
}

async function connect(
  parts: ApiParts,
  identity: Identity,
  body: Static<typeof NewRegistryBody>,
): Promise<Static<typeof NewRegistrySchema>> {
  const { workspaceId } = identity;
  const trust = parts.issuer.trustFacts(workspaceId);
  if (body.access.method === 'web-identity' && trust === null) throw noIssuer();
  const { url, access, intervalSeconds = INTERVAL_SECONDS.fallback } = body;
  const wanted = { url, access, perimeter: perimeterOf(body.perimeter), intervalSeconds };
  const registry = await parts.registries.create(workspaceId, { ...wanted, ...(body.exclusions ? { exclusions: body.exclusions } : {}) });
  await parts.workspaces.record(identity, 'registry.create', registry.id, { host: registry.host, access: access.method });
  const { key, secret } = await parts.webhookKeys.create(workspaceId, registry.id);
  const { id } = await parts.assignments.queue(workspaceId, registry.id, 'sync', 'historical');
  const webhookKey = { ...viewWebhookKey(key), key: secret };
  return { registry: viewRegistry(registry), trust: viewTrust(trust), webhookKey, assignmentId: id };
}

function perimeterOf({ mode, automatic }: Static<typeof PerimeterSchema>): Perimeter {
  return { mode, automatic: automatic ?? mode === 'entire' };
}

async function change(parts: ApiParts, identity: Identity, id: string, body: Static<typeof ChangeBody>): Promise<Registry> {
  const { workspaceId } = identity;
  const registry = await parts.registries.update(workspaceId, id, {
    ...(body.perimeter ? { perimeter: perimeterOf(body.perimeter) } : {}),
    ...(body.exclusions ? { exclusions: body.exclusions } : {}),
    ...(body.intervalSeconds ? { intervalSeconds: body.intervalSeconds } : {}),
  });
  if (!registry) throw notFound(`registry ${id}`);
  await parts.workspaces.record(identity, 'registry.update', id, { ...body });
  if (body.perimeter?.mode === 'entire') await parts.catalog.queueUnscanned(workspaceId, id, null, 'historical');
  return registry;
}
