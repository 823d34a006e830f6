import type { Confidence, Coverage, Verdict, Visibility } from '@tidewaiter/shared/findings';
import type { ExcludedCounts, IgnoreReason, IncidentStatus, Severity } from '../../port/incidents.ts';
import type { Json } from '../columns.ts';

type Details = Readonly<Record<string, unknown>>;
type Flag = 0 | 1;

export interface Findings {
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

export interface Scans {
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
  excluded: Json<ExcludedCounts>;
}

/** A finding seen through one image under a root, by the root's verdict. */
export interface Sightings {
  workspaceId: string;
  rootDigest: string;
  engineKey: string;
  findingId: string;
  imageDigest: string;
  visibility: Visibility;
  reported: Flag;
  /** Expressions that exclude its path: it is not reported for them, or pierces them. */
  excludedBy: Json<readonly string[]>;
}

export interface Incidents {
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

export interface IncidentFingerprints {
  workspaceId: string;
  keyId: string;
  fingerprint: string;
  incidentId: string;
}

export interface IncidentImages {
  workspaceId: string;
  incidentId: string;
  imageDigest: string;
}

export interface IncidentNotes {
  workspaceId: string;
  incidentId: string;
  id: string;
  author: string;
  text: string;
  createdAt: number;
}

export interface IncidentActivities {
  workspaceId: string;
  incidentId: string;
  id: string;
  at: number;
  actor: string;
  action: string;
  details: Json<Details>;
}
