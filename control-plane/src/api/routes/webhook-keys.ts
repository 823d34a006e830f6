import { Type } from 'typebox';
import { type HttpServer, notFound } from '../../http/index.ts';
import { identityOf } from '../auth.ts';
import type { ApiParts } from '../parts.ts';
import { answers } from '../resources/problem.ts';
import { IdParams, NewWebhookKeySchema, PushEventSchema, viewPushEvent, viewWebhookKey, WebhookKeySchema } from '../resources/registry.ts';
import { Id, listOf, nullable, PageQuery, pageOf, ref, Time, timeOrNull, viewPage } from '../resources/schema.ts';
import { fetchRegistry } from './fetch-registry.ts';

const KeyParams = Type.Object({ id: Id, keyId: Id }, { additionalProperties: false });
const Rejected = { count: Type.Integer(), lastAt: nullable(Time) };
const EventList = Type.Object({
  ...listOf(PushEventSchema).properties,
  counts: Type.Record(Type.String(), Type.Integer(), {
    description: 'Events by outcome; `duplicate`: deliveries of an event that was there before.',
  }),
  rejected: Type.Object(Rejected, { description: 'Deliveries refused that named a key of this registry: a wrong, ended or rotated one.' }),
  rejectedByClaim: Type.Object(Rejected, {
    description:
      'Deliveries refused that named no key at all and whose body claims this account and region. They belong to no workspace: everyone with this account sees them.',
  }),
});
const tags = ['registries'];

export function webhookKeyRoutes(server: HttpServer, parts: ApiParts): void {
  server.get(
    '/registries/:id/webhook-keys',
    { schema: { tags, summary: 'List live webhook keys', params: IdParams, response: answers({ 200: listOf(WebhookKeySchema) }) } },
    async (request) => {
      const { workspaceId, id } = await fetchRegistry(parts, identityOf(request).workspaceId, request.params.id);
      return { items: (await parts.webhookKeys.list(workspaceId, id)).map(viewWebhookKey), nextCursor: null };
    },
  );
  server.post(
    '/registries/:id/webhook-keys',
    {
      schema: {
        tags,
        summary: 'Make another webhook key (at most two live)',
        params: IdParams,
        response: answers({ 201: ref(NewWebhookKeySchema) }),
      },
    },
    async (request, reply) => {
      const identity = identityOf(request);
      const registry = await fetchRegistry(parts, identity.workspaceId, request.params.id);
      const { key, secret } = await parts.webhookKeys.create(identity.workspaceId, registry.id);
      await parts.workspaces.record(identity, 'webhook-key.create', key.id, { registryId: registry.id });
      return reply.code(201).send({ ...viewWebhookKey(key), key: secret });
    },
  );
  server.delete(
    '/registries/:id/webhook-keys/:keyId',
    { schema: { tags, summary: 'End a webhook key now', params: KeyParams, response: answers({ 204: Type.Null() }) } },
    async (request, reply) => {
      const identity = identityOf(request);
      const { id, keyId } = request.params;
      if (!(await parts.webhookKeys.end(identity.workspaceId, id, keyId))) throw notFound(`webhook key ${keyId}`);
      await parts.workspaces.record(identity, 'webhook-key.delete', keyId, { registryId: id });
      return reply.code(204).send(null);
    },
  );
  eventRoute(server, parts);
}

function eventRoute(server: HttpServer, parts: ApiParts): void {
  server.get(
    '/registries/:id/events',
    {
      schema: {
        tags,
        summary: 'List push events received',
        params: IdParams,
        querystring: PageQuery,
        response: answers({ 200: EventList }),
      },
    },
    async (request) => {
      const registry = await fetchRegistry(parts, identityOf(request).workspaceId, request.params.id);
      const { workspaceId, id } = registry;
      const page = viewPage(await parts.triggers.listEvents(workspaceId, id, pageOf(request.query)), viewPushEvent);
      const { named, claimed } = await parts.webhookKeys.countRejections(registry);
      return {
        ...page,
        counts: { ...(await parts.triggers.countEvents(workspaceId, id)) },
        rejected: viewRejections(named),
        rejectedByClaim: viewRejections(claimed),
      };
    },
  );
}

const viewRejections = ({ count, lastAt }: { readonly count: number; readonly lastAt: number | null }) => ({
  count,
  lastAt: timeOrNull(lastAt),
});
