import type { EngineIdentity, Verdict } from '@tidewaiter/shared/findings';
import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import type { Failure, Grant, LayerDone, LayerPage, ManifestReport, Outcome } from '@tidewaiter/shared/protocol';
import type { ExcludedCounts, LayerClaimAnswer, Scan, Sensor } from '../storage/index.ts';

/** How the reading of a root ended, for its verdict. */
export interface ScanEnd {
  readonly state: Outcome['state'];
  readonly failure: Failure | null;
  readonly unread: Outcome['unread'];
}

/** What sensors report, and the verdicts made of it. A new verdict wakes `verdicts:<workspaceId>`. */
export interface Findings {
  /**
   * @throws assignment.stale when `grant` is not this sensor's any more; protocol.frame-invalid when a digest is not named by the
   * manifests that this sensor reported of the grant's image.
   */
  claim(sensor: Sensor, grant: Grant, engine: EngineIdentity, digests: readonly string[]): Promise<LayerClaimAnswer>;
  /**
   * Takes one report; the same one again changes nothing.
   * @throws claim.missing (the sensor was never granted this layer under this engine), protocol.out-of-order (a page is missing:
   * send the layer's pages again), assignment.stale (a manifest of a lost lease: acknowledge and drop it), protocol.frame-invalid (also a
   * manifest under another engine than its assignment was accepted with).
   */
  accept(sensor: Sensor, report: LayerPage | LayerDone | ManifestReport): Promise<void>;
  /**
   * Makes the verdict on a root digest from what is known of it; null while something is missing and `end` does not say that it ended.
   */
  settle(workspaceId: string, digest: string, engine: EngineIdentity, end?: ScanEnd): Promise<Scan | null>;
  /** Makes the verdicts of registries anew whose exclusions were changed since; no layer is read for it. Returns how many. */
  judgeAnew(): Promise<number>;
  /** Sweep, every hour: forgets the pages of layers that nobody ended in a week. Returns how many. */
  prune(): Promise<number>;
  /** The latest verdict on a root digest, under whatever engine. */
  fetchScan(workspaceId: string, digest: string): Promise<Scan | null>;
  /** What exclusions hide in a registry's latest verdicts, and what they exclude that is reported for all that. */
  countExcluded(workspaceId: string, registryId: string): Promise<ExcludedCounts>;
  listScans(workspaceId: string, filter: { readonly digest?: string; readonly verdict?: Verdict }, page: PageRequest): Promise<Page<Scan>>;
  /** Calls `wake` when there may be a new verdict: a hint, from any replica. Returns how to stop listening. */
  listen(workspaceId: string, wake: () => void): () => void;
}
