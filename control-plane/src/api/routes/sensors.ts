import { TidewaiterError } from '@tidewaiter/shared/errors';
import { Type } from 'typebox';
import { type HttpServer, notFound } from '../../http/index.ts';
import { EncryptionKeySchema, SigningKeySchema } from '../../sensors/index.ts';
import { identityOf } from '../auth.ts';
import type { ApiParts } from '../parts.ts';
import {
  EnrolledSchema,
  EnrolmentTokenSchema,
  NewEnrolmentTokenSchema,
  RevokedSensorSchema,
  SensorSchema,
  viewEnrolmentToken,
  viewSensor,
} from '../resources/people.ts';
import { answers } from '../resources/problem.ts';
import { IdParams } from '../resources/registry.ts';
import { Id, listOf, PageQuery, pageOf, ref, viewPage } from '../resources/schema.ts';

const closed = { additionalProperties: false };
const HOUR_SECONDS = 3_600;
const EnrolBody = Type.Object(
  {
    token: Type.String({ minLength: 1, maxLength: 256 }),
    name: Type.String({ minLength: 1, maxLength: 128 }),
    signingKey: SigningKeySchema,
    encryptionKey: EncryptionKeySchema,
  },
  closed,
);
const EnrolmentTokenBody = Type.Object(
  {
    registryIds: Type.Optional(
      Type.Union([Type.Array(Id, { minItems: 1, maxItems: 1_000 }), Type.Null()], { description: 'Null or absent: every registry.' }),
    ),
    uses: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 1 })),
    expiresInSeconds: Type.Optional(Type.Integer({ minimum: 60, maximum: 30 * 24 * HOUR_SECONDS, default: HOUR_SECONDS })),
  },
  closed,
);
const RevokeBody = Type.Object(
  { compromised: Type.Optional(Type.Boolean({ description: 'Its facts are not to be trusted any more.' })) },
  closed,
);
const tags = ['sensors'];

export function sensorRoutes(server: HttpServer, parts: ApiParts): void {
  server.post(
    '/sensors/enrol',
    {
      schema: { tags, summary: 'Enrol a sensor with an enrolment token', body: EnrolBody, response: answers({ 201: ref(EnrolledSchema) }) },
    },
    async (request, reply) => {
      const { id, workspaceId, name } = await parts.sensors.enrol(request.body);
      await parts.workspaces.record({ workspaceId, actor: `sensor:${id}` }, 'sensor.enrol', id, { name });
      return reply.code(201).send({ sensorId: id, workspaceId, audience: parts.publicUrl() });
    },
  );
  server.get(
    '/sensors',
    { schema: { tags, summary: 'List sensors', querystring: PageQuery, response: answers({ 200: listOf(SensorSchema) }) } },
    async (request) => viewPage(await parts.sensors.list(identityOf(request).workspaceId, pageOf(request.query)), viewSensor),
  );
  server.get(
    '/sensors/:id',
    { schema: { tags, summary: 'Read a sensor', params: IdParams, response: answers({ 200: ref(SensorSchema) }) } },
    async (request) => {
      const sensor = await parts.sensors.fetch(identityOf(request).workspaceId, request.params.id);
      if (!sensor) throw notFound(`sensor ${request.params.id}`);
      return viewSensor(sensor);
    },
  );
  revokeRoute(server, parts);
  enrolmentTokenRoutes(server, parts);
}

function revokeRoute(server: HttpServer, parts: ApiParts): void {
  server.post(
    '/sensors/:id/revoke',
    {
      schema: {
        tags,
        summary: 'Revoke a sensor',
        params: IdParams,
        body: Type.Optional(RevokeBody),
        response: answers({ 200: ref(RevokedSensorSchema) }),
      },
    },
    async (request) => {
      const identity = identityOf(request);
      const { id } = request.params;
      if (!(await parts.sensors.revoke(identity.workspaceId, id))) throw notFound(`sensor ${id}`);
      const compromised = request.body?.compromised ?? false;
      await parts.workspaces.record(identity, 'sensor.revoke', id, { compromised });
      parts.gateway.disconnect(id);
      const held = await parts.sensors.fetch(identity.workspaceId, id);
      // It is to work on nothing any more: what it held goes back to the queue at once.
      if (held) await parts.assignments.resume(held, []);
      const dropped = compromised ? await parts.triggers.distrust(identity.workspaceId, id) : null;
      if (dropped) await parts.workspaces.record(identity, 'sensor.distrust', id, { ...dropped });
      const sensor = await parts.sensors.fetch(identity.workspaceId, id);
      if (!sensor) throw notFound(`sensor ${id}`);
      return { ...viewSensor(sensor), dropped };
    },
  );
}

function enrolmentTokenRoutes(server: HttpServer, parts: ApiParts): void {
  server.get(
    '/enrolment-tokens',
    {
      schema: { tags, summary: 'List enrolment tokens', querystring: PageQuery, response: answers({ 200: listOf(EnrolmentTokenSchema) }) },
    },
    async (request) =>
      viewPage(await parts.sensors.listEnrolmentTokens(identityOf(request).workspaceId, pageOf(request.query)), viewEnrolmentToken),
  );
  server.post(
    '/enrolment-tokens',
    {
      schema: {
        tags,
        summary: 'Make an enrolment token',
        body: EnrolmentTokenBody,
        response: answers({ 201: ref(NewEnrolmentTokenSchema) }),
      },
    },
    async (request, reply) => {
      const identity = identityOf(request);
      const { registryIds = null, uses = 1, expiresInSeconds = HOUR_SECONDS } = request.body;
      await checkRegistries(parts, identity.workspaceId, registryIds ?? []);
      const wanted = { registryIds, uses, expiresAt: parts.now() + expiresInSeconds * 1000 };
      const { token, secret } = await parts.sensors.createEnrolmentToken(identity.workspaceId, wanted);
      await parts.workspaces.record(identity, 'enrolment-token.create', token.id, { registryIds, uses });
      return reply.code(201).send({ ...viewEnrolmentToken(token), token: secret });
    },
  );
  server.delete(
    '/enrolment-tokens/:id',
    { schema: { tags, summary: 'Revoke an enrolment token', params: IdParams, response: answers({ 204: Type.Null() }) } },
    async (request, reply) => {
      const identity = identityOf(request);
      const { id } = request.params;
      if (!(await parts.sensors.revokeEnrolmentToken(identity.workspaceId, id))) throw notFound(`enrolment token ${id}`);
      await parts.workspaces.record(identity, 'enrolment-token.revoke', id, {});
      return reply.code(204).send(null);
    },
  );
}

/** A registry of another workspace is no registry. @throws request.invalid */
async function checkRegistries(parts: ApiParts, workspaceId: string, registryIds: readonly string[]): Promise<void> {
  for (const id of registryIds) {
    if (!(await parts.registries.fetch(workspaceId, id)))
      throw new TidewaiterError('request.invalid', { which: 'body/registryIds', got: id, want: 'registries of this workspace' });
  }
}
