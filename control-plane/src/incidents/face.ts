import type { Confidence, Visibility } from '@tidewaiter/shared/findings';
import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import type { IgnoreReason, Incident, IncidentActivity, IncidentFilter, IncidentNote, Occurrence, Severity } from '../storage/index.ts';

/** What a person does to an incident. */
export type IncidentAction =
  | { readonly kind: 'assign'; readonly assignee: string }
  | { readonly kind: 'unassign' }
  | { readonly kind: 'resolve' }
  | { readonly kind: 'ignore'; readonly reason: IgnoreReason }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'set-severity'; readonly severity: Severity };

/** Incidents, and what people do to them. */
export interface Incidents {
  fetch(workspaceId: string, id: string): Promise<Incident | null>;
  list(workspaceId: string, filter: IncidentFilter, page: PageRequest): Promise<Page<Incident>>;
  listOccurrences(workspaceId: string, incidentId: string, page: PageRequest): Promise<Page<Occurrence>>;
  listActivity(workspaceId: string, incidentId: string, page: PageRequest): Promise<Page<IncidentActivity>>;
  listNotes(workspaceId: string, incidentId: string, page: PageRequest): Promise<Page<IncidentNote>>;
  /**
   * Applies an action and writes one activity row; the same action again changes nothing.
   * @param actor `token:<id>`.
   * @throws resource.not-found; resource.conflict when its status does not allow the action.
   */
  act(workspaceId: string, incidentId: string, action: IncidentAction, actor: string): Promise<Incident>;
  /** @throws resource.not-found */
  note(workspaceId: string, incidentId: string, text: string, actor: string): Promise<IncidentNote>;
}

export interface SeverityFacts {
  readonly detector: string;
  readonly confidence: Confidence;
  readonly visibility: Visibility;
}
