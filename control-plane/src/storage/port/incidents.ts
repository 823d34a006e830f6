import type { Confidence, Coverage, Verdict, Visibility } from '@tidewaiter/shared/findings';

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

export type IncidentStatus = 'triggered' | 'assigned' | 'resolved' | 'ignored';
/** Gravest first. */
export const severities = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof severities)[number];
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
  readonly presence: 'present' | 'archived' | 'gone';
  readonly imageDigest: string;
  readonly platform: string | null;
  readonly layerDigest: string | null;
  readonly visibility: Visibility;
  readonly location: Readonly<Record<string, unknown>>;
  readonly instruction: string | null;
}

export interface IncidentNote {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly createdAt: number;
}

export interface IncidentActivity {
  readonly id: string;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
}
