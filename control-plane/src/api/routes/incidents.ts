import { type Static, Type } from 'typebox';
import { type HttpServer, notFound } from '../../http/index.ts';
import type { Incident, IncidentAction } from '../../incidents/index.ts';
import { identityOf } from '../auth.ts';
import type { ApiParts } from '../parts.ts';
import {
  ActivitySchema,
  IgnoreReasonSchema,
  IncidentSchema,
  NoteSchema,
  OccurrenceSchema,
  SeveritySchema,
  StatusSchema,
  viewActivity,
  viewIncident,
  viewNote,
  viewOccurrence,
} from '../resources/incident.ts';
import { answers } from '../resources/problem.ts';
import { IdParams } from '../resources/registry.ts';
import { DigestSchema, Id, listOf, PageQuery, pageOf, pageQuery, ref, viewPage } from '../resources/schema.ts';

const closed = { additionalProperties: false };
const IncidentQuery = Type.Object(
  {
    ...pageQuery,
    status: Type.Optional(StatusSchema),
    severity: Type.Optional(SeveritySchema),
    detector: Type.Optional(Type.String({ maxLength: 64 })),
    digest: Type.Optional(DigestSchema),
    repositoryId: Type.Optional(Id),
  },
  closed,
);
const AssignBody = Type.Object(
  { assignee: Type.Union([Type.String({ minLength: 1, maxLength: 256 }), Type.Null()], { description: 'Null: nobody any more.' }) },
  closed,
);
const IgnoreBody = Type.Object({ reason: IgnoreReasonSchema }, closed);
const NoteBody = Type.Object({ text: Type.String({ minLength: 1, maxLength: 8_192 }) }, closed);
const tags = ['incidents'];

export function incidentRoutes(server: HttpServer, parts: ApiParts): void {
  server.get(
    '/incidents',
    { schema: { tags, summary: 'List incidents', querystring: IncidentQuery, response: answers({ 200: listOf(IncidentSchema) }) } },
    async (request) => {
      const { limit: _limit, cursor: _cursor, ...filter } = request.query;
      return viewPage(await parts.incidents.list(identityOf(request).workspaceId, filter, pageOf(request.query)), viewIncident);
    },
  );
  server.get(
    '/incidents/:id',
    { schema: { tags, summary: 'Read an incident', params: IdParams, response: answers({ 200: ref(IncidentSchema) }) } },
    async (request) => viewIncident(await fetchIncident(parts, identityOf(request).workspaceId, request.params.id)),
  );
  partRoutes(server, parts);
  actionRoutes(server, parts);
}

function partRoutes(server: HttpServer, parts: ApiParts): void {
  const { incidents } = parts;
  const options = <T extends Parameters<typeof listOf>[0]>(summary: string, item: T) => ({
    schema: { tags, summary, params: IdParams, querystring: PageQuery, response: answers({ 200: listOf(item) }) },
  });
  server.get('/incidents/:id/occurrences', options('List the places of an incident', OccurrenceSchema), async (request) => {
    const { workspaceId, id } = await fetchIncident(parts, identityOf(request).workspaceId, request.params.id);
    return viewPage(await incidents.listOccurrences(workspaceId, id, pageOf(request.query)), viewOccurrence);
  });
  server.get('/incidents/:id/activity', options('List what was done', ActivitySchema), async (request) => {
    const { workspaceId, id } = await fetchIncident(parts, identityOf(request).workspaceId, request.params.id);
    return viewPage(await incidents.listActivity(workspaceId, id, pageOf(request.query)), viewActivity);
  });
  server.get('/incidents/:id/notes', options('List notes', NoteSchema), async (request) => {
    const { workspaceId, id } = await fetchIncident(parts, identityOf(request).workspaceId, request.params.id);
    return viewPage(await incidents.listNotes(workspaceId, id, pageOf(request.query)), viewNote);
  });
  server.post(
    '/incidents/:id/notes',
    { schema: { tags, summary: 'Write a note', params: IdParams, body: NoteBody, response: answers({ 201: ref(NoteSchema) }) } },
    async (request, reply) => {
      const { workspaceId, actor } = identityOf(request);
      return reply.code(201).send(viewNote(await parts.incidents.note(workspaceId, request.params.id, request.body.text, actor)));
    },
  );
}

function actionRoutes(server: HttpServer, parts: ApiParts): void {
  const act = async (
    request: Parameters<typeof identityOf>[0],
    id: string,
    action: IncidentAction,
  ): Promise<Static<typeof IncidentSchema>> => {
    const { workspaceId, actor } = identityOf(request);
    return viewIncident(await parts.incidents.act(workspaceId, id, action, actor));
  };
  const response = answers({ 200: ref(IncidentSchema) });
  server.post(
    '/incidents/:id/assign',
    { schema: { tags, summary: 'Assign to a person', params: IdParams, body: AssignBody, response } },
    async (request) => {
      const { assignee } = request.body;
      return act(request, request.params.id, assignee === null ? { kind: 'unassign' } : { kind: 'assign', assignee });
    },
  );
  server.post(
    '/incidents/:id/ignore',
    { schema: { tags, summary: 'Ignore, with a reason', params: IdParams, body: IgnoreBody, response } },
    async (request) => act(request, request.params.id, { kind: 'ignore', reason: request.body.reason }),
  );
  server.post('/incidents/:id/resolve', { schema: { tags, summary: 'Resolve', params: IdParams, response } }, async (request) =>
    act(request, request.params.id, { kind: 'resolve' }),
  );
  server.post('/incidents/:id/reopen', { schema: { tags, summary: 'Reopen', params: IdParams, response } }, async (request) =>
    act(request, request.params.id, { kind: 'reopen' }),
  );
}

async function fetchIncident(parts: ApiParts, workspaceId: string, id: string): Promise<Incident> {
  const incident = await parts.incidents.fetch(workspaceId, id);
  if (!incident) throw notFound(`incident ${id}`);
  return incident;
}
