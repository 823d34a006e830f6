export type { IncidentAction, Incidents, SeverityFacts } from './face.ts';
export { createIncidents } from './incidents.ts';
export { severityOf } from './severity.ts';
