import { verdicts } from '@tidewaiter/shared/findings';
import { assignmentStates } from '@tidewaiter/shared/protocol';
import { type Static, Type } from 'typebox';
import { type HttpServer, notFound } from '../../http/index.ts';
import type { ManualTarget } from '../../triggers/index.ts';
import { identityOf } from '../auth.ts';
import type { ApiParts } from '../parts.ts';
import { answers } from '../resources/problem.ts';
import { DigestParams, IdParams } from '../resources/registry.ts';
import { DigestSchema, Id, listOf, PAGE_ITEMS_MAX, pageOf, pageQuery, ref, viewPage } from '../resources/schema.ts';
import { AssignmentSchema, ScanDetailSchema, ScanSchema, viewAssignment, viewScan } from '../resources/work.ts';

const registryId = Id;
const repository = Type.String({ minLength: 1, maxLength: 256 });
const closed = { additionalProperties: false };
/** What to scan: the whole registry, a repository, what a tag points to, or one digest. */
const ScanBody = Type.Union([
  Type.Object({ registryId }, closed),
  Type.Object({ registryId, repository }, closed),
  Type.Object({ registryId, repository, tag: Type.String({ minLength: 1, maxLength: 300 }) }, closed),
  Type.Object({ registryId, repository, digest: DigestSchema }, closed),
]);
const ScanQuery = Type.Object(
  { ...pageQuery, digest: Type.Optional(DigestSchema), verdict: Type.Optional(Type.Enum([...verdicts])) },
  closed,
);
const WorkQuery = Type.Object(
  {
    ...pageQuery,
    registryId: Type.Optional(Id),
    state: Type.Optional(Type.Enum([...assignmentStates])),
    digest: Type.Optional(DigestSchema),
  },
  closed,
);
const tags = ['scans'];

export function workRoutes(server: HttpServer, parts: ApiParts): void {
  scanRoutes(server, parts);
  server.get(
    '/assignments',
    {
      schema: {
        tags,
        summary: 'List work with its progress',
        querystring: WorkQuery,
        response: answers({ 200: listOf(AssignmentSchema) }),
      },
    },
    async (request) => {
      const { limit: _limit, cursor: _cursor, ...filter } = request.query;
      return viewPage(await parts.assignments.list(identityOf(request).workspaceId, filter, pageOf(request.query)), viewAssignment);
    },
  );
  server.get(
    '/assignments/:id',
    { schema: { tags, summary: 'Read a piece of work', params: IdParams, response: answers({ 200: ref(AssignmentSchema) }) } },
    async (request) => {
      const work = await parts.assignments.fetch(identityOf(request).workspaceId, request.params.id);
      if (!work) throw notFound(`assignment ${request.params.id}`);
      return viewAssignment(work);
    },
  );
  server.post(
    '/assignments/:id/cancel',
    { schema: { tags, summary: 'Cancel a piece of work', params: IdParams, response: answers({ 200: ref(AssignmentSchema) }) } },
    async (request) => {
      const identity = identityOf(request);
      const { id } = request.params;
      if (!(await parts.assignments.fetch(identity.workspaceId, id))) throw notFound(`assignment ${id}`);
      await parts.assignments.cancel(identity.workspaceId, { id });
      await parts.workspaces.record(identity, 'assignment.cancel', id, {});
      const work = await parts.assignments.fetch(identity.workspaceId, id);
      if (!work) throw notFound(`assignment ${id}`);
      return viewAssignment(work);
    },
  );
}

function scanRoutes(server: HttpServer, parts: ApiParts): void {
  server.post(
    '/scans',
    { schema: { tags, summary: 'Scan now', body: ScanBody, response: answers({ 202: Type.Object({ assignmentIds: Type.Array(Id) }) }) } },
    async (request, reply) => {
      const identity = identityOf(request);
      const { assignmentIds } = await parts.triggers.request(identity.workspaceId, targetOf(request.body));
      await parts.workspaces.record(identity, 'scan.create', request.body.registryId, { ...request.body });
      return reply.code(202).send({ assignmentIds: [...assignmentIds] });
    },
  );
  server.get(
    '/scans',
    { schema: { tags, summary: 'List verdicts', querystring: ScanQuery, response: answers({ 200: listOf(ScanSchema) }) } },
    async (request) => {
      const { limit: _limit, cursor: _cursor, ...filter } = request.query;
      return viewPage(await parts.findings.listScans(identityOf(request).workspaceId, filter, pageOf(request.query)), viewScan);
    },
  );
  server.get(
    '/scans/:digest',
    {
      schema: {
        tags,
        summary: 'Read the latest verdict on a digest and the newest work behind it',
        params: DigestParams,
        response: answers({ 200: ref(ScanDetailSchema) }),
      },
    },
    async (request) => {
      const { workspaceId } = identityOf(request);
      const { digest } = request.params;
      const scan = await parts.findings.fetchScan(workspaceId, digest);
      if (!scan) throw notFound(`scan of ${digest}`);
      const work = await parts.assignments.listNewest(workspaceId, digest, PAGE_ITEMS_MAX);
      return { scan: viewScan(scan), assignments: work.map(viewAssignment) };
    },
  );
}

function targetOf(body: Static<typeof ScanBody>): ManualTarget {
  if ('digest' in body) return { kind: 'digest', ...body };
  if ('tag' in body) return { kind: 'tag', ...body };
  return 'repository' in body ? { kind: 'repository', ...body } : { kind: 'registry', ...body };
}
