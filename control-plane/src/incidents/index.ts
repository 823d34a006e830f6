export type { IncidentAction, Incidents } from './face.ts';
