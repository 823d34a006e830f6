import type { Confidence, Coverage, EngineIdentity, LayerFinding, LayerSummary, Verdict, Visibility } from '@tidewaiter/shared/findings';
import type { Platform } from '@tidewaiter/shared/images';
import type { AssignmentKind, AssignmentState, Failure, Progress, RegistryAccess } from '@tidewaiter/shared/protocol';
import type { Trigger } from '../port/assignments.ts';
import type { Presence } from '../port/catalog.ts';
import type { IgnoreReason, IncidentStatus, Severity } from '../port/incidents.ts';
import type { IssuerKey } from '../port/issuer-keys.ts';
import type { Perimeter, PushEvent } from '../port/registries.ts';
import type { Role } from '../port/workspaces.ts';
import type { Json } from './columns.ts';

/*
 * The tables as rows. Columns are snake_case in the database, camelCase here (Kysely's plugin). JSON is text in both dialects, a flag
 * is 0 or 1, a time is ms since the epoch. Every table's primary key begins with the workspace, but for the issuer's keys (one issuer
 * an installation), rejected deliveries (no workspace is known) and the migrations.
 */

type Details = Readonly<Record<string, unknown>>;
type Flag = 0 | 1;

interface Workspaces {
  id: string;
  name: string;
  createdAt: number;
}

interface ApiTokens {
  workspaceId: string;
  id: string;
  name: string;
  role: Role;
  tokenHash: string;
  createdAt: number;
  expiresAt: number | null;
  revokedAt: number | null;
  lastUsedAt: number | null;
}

interface AuditEntries {
  workspaceId: string;
  id: string;
  at: number;
  actor: string;
  action: string;
  subject: string;
  details: Json<Details>;
}

interface EnrolmentTokens {
  workspaceId: string;
  id: string;
  tokenHash: string;
  registryIds: Json<readonly string[] | null>;
  usesLeft: number;
  createdAt: number;
  expiresAt: number;
  revokedAt: number | null;
}

interface Sensors {
  workspaceId: string;
  id: string;
  name: string;
  signingKey: Json<Details>;
  encryptionKey: Json<Details>;
  registryIds: Json<readonly string[] | null>;
  version: string | null;
  engine: Json<EngineIdentity | null>;
  createdAt: number;
  lastSeenAt: number | null;
  revokedAt: number | null;
}

interface SensorAssertions {
  workspaceId: string;
  sensorId: string;
  jti: string;
  expiresAt: number;
}

interface Registries {
  workspaceId: string;
  id: string;
  provider: 'ecr' | 'oci';
  host: string;
  account: string | null;
  region: string | null;
  access: Json<RegistryAccess>;
  perimeter: Json<Perimeter>;
  intervalSeconds: number;
  createdAt: number;
  syncedAt: number | null;
  nextSyncAt: number;
  deletedAt: number | null;
}

interface WebhookKeys {
  workspaceId: string;
  registryId: string;
  id: string;
  keyHash: string;
  createdAt: number;
  expiresAt: number | null;
}

interface PushEvents extends PushEvent {
  /** Time of receipt and event id: the order of the list. */
  listKey: string;
}

interface EventRejections {
  account: string;
  region: string;
  rejected: number;
  lastAt: number;
}

interface Repositories {
  workspaceId: string;
  id: string;
  registryId: string;
  name: string;
  watched: Flag;
  presence: Presence;
  createdAt: number;
  /** Listing (assignment and attempt) that named it last, and when anything did. */
  listing: string | null;
  lastSeenAt: number;
}

interface Placements {
  workspaceId: string;
  registryId: string;
  repositoryId: string;
  digest: string;
  mediaType: string | null;
  sizeBytes: number | null;
  pushedAt: number | null;
  presence: Presence;
  firstSeenAt: number;
  lastSeenAt: number;
  listing: string | null;
}

interface Tags {
  workspaceId: string;
  repositoryId: string;
  tag: string;
  digest: string;
  movedAt: number;
}

interface ListingPages {
  workspaceId: string;
  registryId: string;
  listing: string;
  page: number;
}

interface Assignments {
  workspaceId: string;
  id: string;
  kind: AssignmentKind;
  registryId: string;
  repository: string | null;
  digest: string | null;
  trigger: Trigger;
  priority: number;
  state: AssignmentState;
  attempt: number;
  sensorId: string | null;
  leaseExpiresAt: number | null;
  progress: Json<Progress | null>;
  failure: Json<Failure | null>;
  timings: Json<Readonly<Record<string, number>> | null>;
  notBefore: number;
  createdAt: number;
  offeredAt: number | null;
  acceptedAt: number | null;
  finishedAt: number | null;
  /** Kind, registry, repository and digest: at most one live assignment each. */
  workKey: string;
  offerExpiresAt: number | null;
}

interface LayerClaims {
  workspaceId: string;
  digest: string;
  engineKey: string;
  sensorId: string;
  assignmentId: string;
  leaseExpiresAt: number;
}

interface LayerGrants {
  workspaceId: string;
  digest: string;
  engineKey: string;
  sensorId: string;
  grantedAt: number;
}

interface LayerParts {
  workspaceId: string;
  digest: string;
  engineKey: string;
  sensorId: string;
  page: number;
  kind: PathKind | null;
  hashes: Uint8Array | null;
  findings: Json<readonly LayerFinding[]>;
  partHash: string;
  receivedAt: number;
}

interface Layers {
  workspaceId: string;
  digest: string;
  engineKey: string;
  sensorId: string;
  summary: Json<LayerSummary>;
  partHashes: Json<readonly string[]>;
  createdAt: number;
}

export type PathKind = 'files' | 'directories' | 'whiteouts' | 'opaques';

/** A block of a layer's path index: sorted hashes of 8 big-endian bytes; `firstHash` is the first in hex. */
interface LayerPaths {
  workspaceId: string;
  digest: string;
  engineKey: string;
  kind: PathKind;
  firstHash: string;
  hashes: Uint8Array;
}

interface Manifests {
  workspaceId: string;
  digest: string;
  engineKey: string;
  mediaType: string;
  shape: 'index' | 'image' | 'artifact';
  platform: Json<Platform | null>;
  coverage: Json<Coverage>;
  bodyHash: string;
  createdAt: number;
}

interface ManifestChildren {
  workspaceId: string;
  digest: string;
  engineKey: string;
  position: number;
  childDigest: string;
  platform: Json<Platform | null>;
}

interface ManifestLayers {
  workspaceId: string;
  digest: string;
  engineKey: string;
  position: number;
  layerDigest: string;
  sizeBytes: number;
  diffId: string | null;
  instruction: string | null;
}

interface Findings {
  workspaceId: string;
  id: string;
  engineKey: string;
  layerDigest: string | null;
  manifestDigest: string | null;
  detector: string;
  confidence: Confidence;
  keyId: string;
  fingerprint: string;
  /** A second one while a key is rotated. */
  otherKeyId: string | null;
  otherFingerprint: string | null;
  preview: string;
  location: Json<Details>;
  incidentId: string | null;
}

interface Scans {
  workspaceId: string;
  id: string;
  digest: string;
  engineKey: string;
  ruleSetHash: string;
  verdict: Verdict;
  coverage: Json<Coverage>;
  counts: Json<Readonly<Record<string, number>>>;
  unread: Json<readonly { readonly digest: string; readonly code: string; readonly detail: string }[]>;
  scannedAt: number;
}

/** A finding seen through one image under a root, by the root's verdict. */
interface Sightings {
  workspaceId: string;
  rootDigest: string;
  engineKey: string;
  findingId: string;
  imageDigest: string;
  visibility: Visibility;
  reported: Flag;
}

interface Incidents {
  workspaceId: string;
  id: string;
  keyId: string;
  fingerprint: string;
  detector: string;
  confidence: Confidence;
  preview: string;
  status: IncidentStatus;
  severity: Severity;
  assignee: string | null;
  ignoreReason: IgnoreReason | null;
  createdAt: number;
  updatedAt: number;
  resolvedAt: number | null;
}

interface IncidentFingerprints {
  workspaceId: string;
  keyId: string;
  fingerprint: string;
  incidentId: string;
}

interface IncidentNotes {
  workspaceId: string;
  incidentId: string;
  id: string;
  author: string;
  text: string;
  createdAt: number;
}

interface IncidentActivities {
  workspaceId: string;
  incidentId: string;
  id: string;
  at: number;
  actor: string;
  action: string;
  details: Json<Details>;
}

interface IssuerKeys {
  kid: string;
  publicJwk: Json<Details>;
  sealedPrivateKey: string;
  state: IssuerKey['state'];
  createdAt: number;
  activatedAt: number | null;
  retiredAt: number | null;
}

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
  layerClaims: LayerClaims;
  layerGrants: LayerGrants;
  layerParts: LayerParts;
  layers: Layers;
  layerPaths: LayerPaths;
  manifests: Manifests;
  manifestChildren: ManifestChildren;
  manifestLayers: ManifestLayers;
  findings: Findings;
  scans: Scans;
  sightings: Sightings;
  incidents: Incidents;
  incidentFingerprints: IncidentFingerprints;
  incidentNotes: IncidentNotes;
  incidentActivities: IncidentActivities;
  issuerKeys: IssuerKeys;
  schemaMigrations: SchemaMigrations;
}
