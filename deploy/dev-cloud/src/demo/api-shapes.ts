/** What the demo reads of the control plane's public API (its OpenAPI document has the whole). */
export interface AssignmentView {
  readonly id: string;
  readonly kind: string;
  readonly repository: string | null;
  readonly digest: string | null;
  readonly state: string;
  readonly attempt: number;
  readonly progress: { readonly phase: string; readonly layersDone: number; readonly layersTotal: number } | null;
  readonly failure: FailureView | null;
  readonly refusals: readonly { readonly sensorId: string; readonly sensorName: string; readonly failure: FailureView }[];
  readonly timings: Readonly<Record<string, number>> | null;
  readonly offeredAt: string | null;
  readonly acceptedAt: string | null;
  readonly finishedAt: string | null;
}

interface FailureView {
  readonly code: string;
  readonly detail: string;
  readonly remedy: string | null;
}

/** A push event; times are RFC 3339. */
export interface EventView {
  readonly eventId: string;
  readonly receivedAt: string;
  readonly repository: string | null;
  readonly digest: string | null;
  readonly tag: string | null;
  readonly outcome: string;
}

/** One secret; times are RFC 3339. */
export interface IncidentView {
  readonly id: string;
  readonly fingerprint: string;
  readonly detector: string;
  readonly confidence: string;
  readonly severity: string;
  readonly status: string;
  readonly preview: string;
  readonly createdAt: string;
}

/** A place of an incident's secret. */
export interface OccurrenceView {
  readonly repository: string;
  readonly rootDigest: string;
  readonly platform: string | null;
  readonly visibility: string;
  readonly location: { readonly kind?: string; readonly path?: string; readonly key?: string; readonly line?: number };
}

/** The verdict on a root digest. */
export interface VerdictView {
  readonly digest: string;
  readonly verdict: string;
  readonly coverage: { readonly complete: boolean; readonly filesSeen: number; readonly bytesScanned: number };
}
