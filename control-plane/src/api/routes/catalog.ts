import { Type } from 'typebox';
import { type HttpServer, notFound } from '../../http/index.ts';
import type { Repository } from '../../storage/index.ts';
import { identityOf } from '../auth.ts';
import type { ApiParts } from '../parts.ts';
import { ImageSchema, RepositorySchema, viewImage, viewRepository } from '../resources/catalog.ts';
import { answers } from '../resources/problem.ts';
import { IdParams } from '../resources/registry.ts';
import { DigestSchema, Id, listOf, PageQuery, pageOf, pageQuery, ref, viewPage } from '../resources/schema.ts';
import { fetchRegistry } from './fetch-registry.ts';

const WatchBody = Type.Object({ watched: Type.Boolean() }, { additionalProperties: false });
const ImageQuery = Type.Object(
  { ...pageQuery, registryId: Type.Optional(Id), repositoryId: Type.Optional(Id), digest: Type.Optional(DigestSchema) },
  { additionalProperties: false },
);
const tags = ['catalog'];

export function catalogRoutes(server: HttpServer, parts: ApiParts): void {
  server.get(
    '/registries/:id/repositories',
    {
      schema: {
        tags,
        summary: 'List repositories',
        params: IdParams,
        querystring: PageQuery,
        response: answers({ 200: listOf(RepositorySchema) }),
      },
    },
    async (request) => {
      const { workspaceId, id } = await fetchRegistry(parts, identityOf(request).workspaceId, request.params.id);
      return viewPage(await parts.store.catalog.listRepositories(workspaceId, id, pageOf(request.query)), viewRepository);
    },
  );
  server.get(
    '/repositories/:id',
    { schema: { tags, summary: 'Read a repository', params: IdParams, response: answers({ 200: ref(RepositorySchema) }) } },
    async (request) => viewRepository(await fetchRepository(parts, identityOf(request).workspaceId, request.params.id)),
  );
  server.patch(
    '/repositories/:id',
    {
      schema: {
        tags,
        summary: 'Watch a repository, or no longer',
        params: IdParams,
        body: WatchBody,
        response: answers({ 200: ref(RepositorySchema) }),
      },
    },
    async (request) => {
      const identity = identityOf(request);
      const repository = await fetchRepository(parts, identity.workspaceId, request.params.id);
      const { watched } = request.body;
      await parts.store.catalog.updateRepository(identity.workspaceId, repository.id, { watched });
      await parts.workspaces.record(identity, 'repository.update', repository.id, { watched });
      if (watched) await parts.catalog.queueUnscanned(identity.workspaceId, repository.registryId, null, 'historical');
      return viewRepository({ ...repository, watched });
    },
  );
  server.get(
    '/images',
    { schema: { tags, summary: 'List images where they stand', querystring: ImageQuery, response: answers({ 200: listOf(ImageSchema) }) } },
    async (request) => {
      const { limit: _limit, cursor: _cursor, ...filter } = request.query;
      return viewPage(await parts.store.catalog.listPlacements(identityOf(request).workspaceId, filter, pageOf(request.query)), viewImage);
    },
  );
}

async function fetchRepository(parts: ApiParts, workspaceId: string, id: string): Promise<Repository> {
  const repository = await parts.store.catalog.fetchRepository(workspaceId, id);
  if (!repository) throw notFound(`repository ${id}`);
  return repository;
}
