import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Context, Incident, IncidentNote } from '../storage/index.ts';
import type { IncidentAction, Incidents } from './face.ts';
import { changeOf } from './transitions.ts';

/** What people read of incidents and do with them. */
export function createIncidents(context: Context): Incidents {
  const { incidents } = context.store;
  return {
    fetch: (workspaceId, id) => incidents.fetch(workspaceId, id),
    list: (workspaceId, filter, page) => incidents.list(workspaceId, filter, page),
    listOccurrences: (workspaceId, id, page) => incidents.listOccurrences(workspaceId, id, page),
    listActivity: (workspaceId, id, page) => incidents.listActivity(workspaceId, id, page),
    listNotes: (workspaceId, id, page) => incidents.listNotes(workspaceId, id, page),
    act: (workspaceId, incidentId, action, actor) => act(context, workspaceId, incidentId, action, actor),
    note: (workspaceId, incidentId, text, actor) => note(context, workspaceId, incidentId, text, actor),
  };
}

async function act(context: Context, workspaceId: string, incidentId: string, action: IncidentAction, actor: string): Promise<Incident> {
  const { store, now, newId } = context;
  const incident = await store.incidents.fetch(workspaceId, incidentId);
  if (!incident) throw missing(incidentId);
  const at = now();
  const change = changeOf(incident, action, at);
  if (change === null) return incident;
  const { kind, ...details } = action;
  const before = { status: incident.status, severity: incident.severity, assignee: incident.assignee };
  await store.incidents.update(workspaceId, incidentId, change, { id: newId(), at, actor, action: kind, details: { ...details, before } });
  return { ...incident, ...change, updatedAt: at };
}

async function note(context: Context, workspaceId: string, incidentId: string, text: string, actor: string): Promise<IncidentNote> {
  const written = { id: context.newId(), author: actor, text, createdAt: context.now() };
  if (await context.store.incidents.createNote(workspaceId, incidentId, written)) return written;
  throw missing(incidentId);
}

const missing = (id: string): TidewaiterError => new TidewaiterError('resource.not-found', { which: `incident ${id}` });
