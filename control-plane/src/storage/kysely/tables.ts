import type { ApiTokens, AuditEntries, EnrolmentTokens, IssuerKeys, SensorAssertions, Sensors, Workspaces } from './rows/tenancy.ts';
import type { EventRejections, PushEvents, Registries, WebhookKeys } from './rows/registries.ts';
import type { ListingPages, Placements, Repositories, Tags } from './rows/catalog.ts';
import type { AssignmentRefusals, Assignments, LayerClaims, LayerGrants } from './rows/work.ts';
import type { LayerParts, LayerPaths, Layers, ManifestChildren, ManifestLayers, Manifests, Witnesses } from './rows/facts.ts';
import type {
  Findings,
  IncidentActivities,
  IncidentFingerprints,
  IncidentImages,
  IncidentNotes,
  Incidents,
  Scans,
  Sightings,
} from './rows/results.ts';

export type { PathKind } from './rows/facts.ts';

/*
 * The tables as rows. Columns are snake_case in the database, camelCase here (Kysely's plugin). JSON is text in both dialects, a flag
 * is 0 or 1, a time is ms since the epoch. Every table's primary key begins with the workspace, but for the issuer's keys (one issuer
 * an installation), rejected deliveries (no workspace is known) and the migrations.
 */

interface SchemaMigrations {
  version: number;
  name: string;
  appliedAt: number;
}

/** @internal what the aggregates of this folder know of the database. */
export interface Tables {
  workspaces: Workspaces;
  apiTokens: ApiTokens;
  auditEntries: AuditEntries;
  enrolmentTokens: EnrolmentTokens;
  sensors: Sensors;
  sensorAssertions: SensorAssertions;
  registries: Registries;
  webhookKeys: WebhookKeys;
  pushEvents: PushEvents;
  eventRejections: EventRejections;
  repositories: Repositories;
  placements: Placements;
  tags: Tags;
  listingPages: ListingPages;
  assignments: Assignments;
  assignmentRefusals: AssignmentRefusals;
  layerClaims: LayerClaims;
  layerGrants: LayerGrants;
  layerParts: LayerParts;
  layers: Layers;
  layerWitnesses: Witnesses;
  layerPaths: LayerPaths;
  manifests: Manifests;
  manifestWitnesses: Witnesses;
  manifestChildren: ManifestChildren;
  manifestLayers: ManifestLayers;
  findings: Findings;
  scans: Scans;
  sightings: Sightings;
  incidents: Incidents;
  incidentFingerprints: IncidentFingerprints;
  incidentImages: IncidentImages;
  incidentNotes: IncidentNotes;
  incidentActivities: IncidentActivities;
  issuerKeys: IssuerKeys;
  schemaMigrations: SchemaMigrations;
}
