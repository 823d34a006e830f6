import type { Confidence, Coverage, Verdict, Visibility } from '@tidewaiter/shared/findings';
import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import type { Presence } from './catalog.ts';
import type { Own } from './own.ts';

/** What exclusions did to the findings of a verdict. One that two expressions hide counts for both. */
export interface ExcludedCounts {
  /** Not reported for their path alone. */
  readonly findings: number;
  /** Reported though a preset excludes their path, being certain. */
  readonly pierced: number;
  readonly byExpression: Readonly<Record<string, number>>;
}

/** The verdict on a root digest under one engine. */
export interface Scan {
  readonly workspaceId: string;
  readonly id: string;
  readonly digest: string;
  readonly engineKey: string;
  readonly ruleSetHash: string;
  readonly verdict: Verdict;
  readonly coverage: Coverage;
  /** Reported findings by confidence. */
  readonly counts: Readonly<Record<string, number>>;
  /** Layers that became no fact, with the failure's code. */
  readonly unread: readonly { readonly digest: string; readonly code: string; readonly detail: string }[];
  readonly scannedAt: number;
  readonly excluded: ExcludedCounts;
}

/** Where an incident stands with people; it begins as `triggered`. */
export type IncidentStatus = 'triggered' | 'assigned' | 'resolved' | 'ignored';
/** Gravest first. */
export const severities = ['critical', 'high', 'medium', 'low'] as const;
/** How grave an incident is: by what is known of its secret at first, then as a person says. */
export type Severity = (typeof severities)[number];
/** Why people let an incident be. */
export type IgnoreReason = 'test-credential' | 'false-positive' | 'low-risk';

/** One secret, by (workspace, key id, fingerprint). */
export interface Incident {
  readonly workspaceId: string;
  readonly id: string;
  readonly keyId: string;
  readonly fingerprint: string;
  readonly detector: string;
  readonly confidence: Confidence;
  readonly preview: string;
  readonly status: IncidentStatus;
  readonly severity: Severity;
  readonly assignee: string | null;
  readonly ignoreReason: IgnoreReason | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly resolvedAt: number | null;
}

/** A place of an incident's secret: a finding seen through one image of one placement. A join, not a row of its own. */
export interface Occurrence {
  readonly findingId: string;
  readonly registryId: string;
  readonly repository: string;
  readonly rootDigest: string;
  readonly tags: readonly string[];
  readonly presence: Presence;
  readonly imageDigest: string;
  readonly platform: string | null;
  readonly layerDigest: string | null;
  readonly visibility: Visibility;
  readonly location: Readonly<Record<string, unknown>>;
  readonly instruction: string | null;
}

/** What somebody wrote on an incident. */
export interface IncidentNote {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly createdAt: number;
}

/** What became of an incident, and by whom. */
export interface IncidentActivity {
  readonly id: string;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Verdicts, one for each digest and engine. */
export interface ScanStore {
  /**
   * Replaces the verdict on (digest, engine), keeping its id, and with it the visibility of each finding per image; creates the
   * incidents of new fingerprints and reopens resolved ones that an image not seen before holds (each with an activity of `system`).
   * An open incident of which nothing is reported any more, since exclusions hide what this verdict reported before, is resolved (activity
   * `excluded`), and reopened when one of its findings is reported again.
   * Incidents are made from findings at or above the reporting confidence only (`reported`), with the gravest `severity` seen.
   * They change at `nowMs`, which for facts that came late is after `scannedAt`; where it is not given, at `scannedAt`.
   */
  create(
    workspaceId: string,
    scan: Own<Scan>,
    seen: readonly {
      readonly findingId: string;
      readonly imageDigest: string;
      readonly visibility: Visibility;
      readonly reported: boolean;
      readonly severity: Severity;
      readonly excludedBy: readonly string[];
    }[],
    newId: () => string,
    nowMs?: number,
  ): Promise<{ readonly created: readonly string[]; readonly reopened: readonly string[] }>;
  /** By `scannedAt`. */
  fetchLatest(workspaceId: string, digest: string): Promise<Scan | null>;
  /** Digests placed in the registry that have a verdict, by digest. */
  listDigests(workspaceId: string, registryId: string, page: PageRequest): Promise<Page<string>>;
  /** Distinct findings in the registry's latest verdicts whose path is excluded, by what excludes it and whether they are reported for all that. */
  countExcluded(
    workspaceId: string,
    registryId: string,
  ): Promise<readonly { readonly excludedBy: readonly string[]; readonly reported: boolean; readonly findings: number }[]>;
  list(workspaceId: string, filter: { readonly digest?: string; readonly verdict?: Verdict }, page: PageRequest): Promise<Page<Scan>>;
}

/** What of incidents a list shows; all of them when empty. */
export interface IncidentFilter {
  readonly status?: IncidentStatus;
  readonly severity?: Severity;
  readonly detector?: string;
  /** Of a root or of an image below one, where the secret is reported. */
  readonly digest?: string;
  readonly repositoryId?: string;
}

/** What of an incident people and exclusions change. */
export type IncidentChange = Partial<Pick<Incident, 'status' | 'severity' | 'assignee' | 'ignoreReason' | 'resolvedAt'>>;

/** One incident for each secret of a workspace, and what people did with it. */
export interface IncidentStore {
  fetch(workspaceId: string, id: string): Promise<Incident | null>;
  list(workspaceId: string, filter: IncidentFilter, page: PageRequest): Promise<Page<Incident>>;
  /** Changes it and writes one activity row. */
  update(workspaceId: string, id: string, change: IncidentChange, activity: IncidentActivity): Promise<boolean>;
  createNote(workspaceId: string, incidentId: string, note: IncidentNote): Promise<boolean>;
  listNotes(workspaceId: string, incidentId: string, page: PageRequest): Promise<Page<IncidentNote>>;
  listActivity(workspaceId: string, incidentId: string, page: PageRequest): Promise<Page<IncidentActivity>>;
  /** Ordered by (finding, image, repository). */
  listOccurrences(workspaceId: string, incidentId: string, page: PageRequest): Promise<Page<Occurrence>>;
  count(workspaceId: string): Promise<Readonly<Record<string, number>>>;
}
