import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type Static, Type } from 'typebox';
import { type HttpServer, notFound } from '../../http/index.ts';
import type { Registry, WebhookKey } from '../../storage/index.ts';
import { hashSecret, makeSecret } from '../../workspaces/index.ts';
import { identityOf } from '../auth.ts';
import type { ApiParts } from '../parts.ts';
import { answers } from '../resources/problem.ts';
import { IdParams, NewWebhookKeySchema, PushEventSchema, viewPushEvent, viewWebhookKey, WebhookKeySchema } from '../resources/registry.ts';
import { Id, listOf, nullable, PageQuery, pageOf, ref, Time, timeOrNull, viewPage } from '../resources/schema.ts';
import { fetchRegistry } from './fetch-registry.ts';

/** Two: the one in use and the one a rotation brings; EventBridge drops an event on a 401, so both must work for a while. */
const LIVE_KEYS_MAX = 2;
const KeyParams = Type.Object({ id: Id, keyId: Id }, { additionalProperties: false });
const EventList = Type.Object({
  ...listOf(PushEventSchema).properties,
  counts: Type.Record(Type.String(), Type.Integer(), { description: 'Events by outcome.' }),
  rejected: Type.Object(
    { count: Type.Integer(), lastAt: nullable(Time) },
    { description: 'Deliveries with a wrong key that claimed this account and region.' },
  ),
});
const tags = ['registries'];

export function webhookKeyRoutes(server: HttpServer, parts: ApiParts): void {
  server.get(
    '/registries/:id/webhook-keys',
    { schema: { tags, summary: 'List live webhook keys', params: IdParams, response: answers({ 200: listOf(WebhookKeySchema) }) } },
    async (request) => {
      const registry = await fetchRegistry(parts, identityOf(request).workspaceId, request.params.id);
      return { items: (await liveKeys(parts, registry)).map(viewWebhookKey), nextCursor: null };
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
      const made = await makeWebhookKey(parts, registry);
      await parts.workspaces.record(identity, 'webhook-key.create', made.id, { registryId: registry.id });
      return reply.code(201).send(made);
    },
  );
  server.delete(
    '/registries/:id/webhook-keys/:keyId',
    { schema: { tags, summary: 'End a webhook key now', params: KeyParams, response: answers({ 204: Type.Null() }) } },
    async (request, reply) => {
      const identity = identityOf(request);
      const { id, keyId } = request.params;
      const ended = await parts.store.registries.updateWebhookKey(identity.workspaceId, id, keyId, { expiresAt: parts.now() });
      if (!ended) throw notFound(`webhook key ${keyId}`);
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
      const { workspaceId, id, account, region } = await fetchRegistry(parts, identityOf(request).workspaceId, request.params.id);
      const { events } = parts.store;
      const page = viewPage(await events.list(workspaceId, id, pageOf(request.query)), viewPushEvent);
      const rejected = account === null ? { count: 0, lastAt: null } : await events.countRejections(account, region ?? '');
      return {
        ...page,
        counts: { ...(await events.count(workspaceId, id)) },
        rejected: { count: rejected.count, lastAt: timeOrNull(rejected.lastAt) },
      };
    },
  );
}

/** @throws resource.conflict when two keys live already. */
export async function makeWebhookKey(parts: ApiParts, registry: Registry): Promise<Static<typeof NewWebhookKeySchema>> {
  const live = await liveKeys(parts, registry);
  if (live.length >= LIVE_KEYS_MAX)
    throw new TidewaiterError('resource.conflict', {
      which: `webhook keys of registry ${registry.id}`,
      got: `${live.length} live`,
      want: `at most ${LIVE_KEYS_MAX}`,
      remedy: 'End the one that is no longer sent: DELETE /api/v1/registries/{id}/webhook-keys/{keyId}.',
    });
  const secret = makeSecret('twh', parts.random);
  const { workspaceId, id: registryId } = registry;
  const key: WebhookKey = {
    workspaceId,
    registryId,
    id: parts.newId(),
    keyHash: hashSecret(secret),
    createdAt: parts.now(),
    expiresAt: null,
  };
  await parts.store.registries.createWebhookKey(key);
  return { ...viewWebhookKey(key), key: secret };
}

async function liveKeys(parts: ApiParts, { workspaceId, id }: Registry): Promise<readonly WebhookKey[]> {
  const keys = await parts.store.registries.listWebhookKeys(workspaceId, id);
  return keys.filter((key) => key.expiresAt === null || key.expiresAt > parts.now());
}
