import { Type } from 'typebox';
import type { Repository } from '../../catalog/index.ts';
import { type HttpServer, notFound } from '../../http/index.ts';
import type { Identity } from '../../workspaces/index.ts';
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
  repositoryRoutes(server, parts);
  imageRoutes(server, parts);
}

function repositoryRoutes(server: HttpServer, parts: ApiParts): void {
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
      return viewPage(await parts.catalog.listRepositories(workspaceId, id, pageOf(request.query)), viewRepository);
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
    async (request) => viewRepository(await watch(parts, identityOf(request), request.params.id, request.body.watched)),
  );
}

function imageRoutes(server: HttpServer, parts: ApiParts): void {
  server.get(
    '/images',
    { schema: { tags, summary: 'List images where they stand', querystring: ImageQuery, response: answers({ 200: listOf(ImageSchema) }) } },
    async (request) => {
      const { limit: _limit, cursor: _cursor, ...filter } = request.query;
      return viewPage(await parts.catalog.listPlacements(identityOf(request).workspaceId, filter, pageOf(request.query)), viewImage);
    },
  );
}

async function watch(parts: ApiParts, identity: Identity, id: string, watched: boolean): Promise<Repository> {
  const { workspaceId } = identity;
  const repository = await fetchRepository(parts, workspaceId, id);
  await parts.catalog.updateRepository(workspaceId, id, { watched });
  await parts.workspaces.record(identity, 'repository.update', id, { watched });
  if (watched) await parts.catalog.queueUnscanned(workspaceId, repository.registryId, null, 'historical');
  return { ...repository, watched };
}

async function fetchRepository(parts: ApiParts, workspaceId: string, id: string): Promise<Repository> {
  const repository = await parts.catalog.fetchRepository(workspaceId, id);
  if (!repository) throw notFound(`repository ${id}`);
  return repository;
}
