export type { Incident, IncidentActivity, IncidentNote, Occurrence } from '../storage/index.ts';
export type { IncidentAction, Incidents } from './face.ts';
export { createIncidents } from './incidents.ts';
export { severityOf } from './severity.ts';
