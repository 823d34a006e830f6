export { openStore } from './open.ts';
export type { Assignment, AssignmentFilter, LiveAssignment, Refusal, Trigger } from './port/assignments.ts';
export type { Placement, Repository } from './port/catalog.ts';
export type { Context, Log } from './port/context.ts';
export type { FactStore, ImageFacts, LayerClaimAnswer, LayerPart, RootFacts, StoredFinding, StoredManifest } from './port/facts.ts';
export type {
  ExcludedCounts,
  IgnoreReason,
  Incident,
  IncidentActivity,
  IncidentChange,
  IncidentFilter,
  IncidentNote,
  IncidentStatus,
  Occurrence,
  Scan,
  ScanStore,
  Severity,
} from './port/incidents.ts';
export type { IssuerKey } from './port/issuer-keys.ts';
export type { DeliveryOutcome, EventOutcome, Perimeter, PushEvent, Registry, WebhookKey } from './port/registries.ts';
export type { EnrolmentToken, Sensor } from './port/sensors.ts';
export type { Store } from './port/store.ts';
export type { ApiToken, AuditEntry, Role, Workspace } from './port/workspaces.ts';
