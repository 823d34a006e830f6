import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import type { AssignmentKind, Grant, Outcome, Progress, Task } from '@tidewaiter/shared/protocol';
import type { Assignment, AssignmentFilter, LiveAssignment, Refusal, Sensor, Trigger } from '../storage/index.ts';
import type { Ending } from './endings.ts';

/** What a scan is asked of: one root digest in one repository. */
export interface ScanTarget {
  readonly workspaceId: string;
  readonly registryId: string;
  readonly repository: string;
  readonly digest: string;
  readonly trigger: Trigger;
  /** An untagged image of which no index is known yet: it waits behind all else, since its index will most likely absorb it. */
  readonly mayBeChild?: boolean;
}

/** An assignment that is this sensor's now: the body of an `accepted` frame, the lease's end in ms. */
export interface Accepted {
  readonly grant: Grant;
  readonly task: Task;
  readonly leaseExpiresAt: number;
}

/** A live one of the same work answers `created: false` and its own id. */
export interface Queued {
  readonly id: string;
  readonly created: boolean;
}

/** An assignment, and the sensors whose policies refuse it: the newest REFUSALS_SHOWN_MAX, newest first. */
export interface Work extends Assignment {
  readonly refusals: readonly Refusal[];
}

/** The queue: work, leases, fencing. Every verb is safe to call again. New work wakes `assignments:<workspaceId>`. */
export interface Assignments {
  queueScan(target: ScanTarget): Promise<Queued>;
  /** Many of one workspace in one transaction, answered in their order. Callers bound how many: SCANS_PER_BATCH at most. */
  queueScans(workspaceId: string, targets: readonly Omit<ScanTarget, 'workspaceId'>[]): Promise<readonly Queued[]>;
  /** @throws resource.not-found when the registry is not of this workspace. */
  queue(workspaceId: string, registryId: string, kind: Exclude<AssignmentKind, 'scan'>, trigger: Trigger): Promise<Queued>;
  /** Due work this sensor may serve, marked offered for OFFER_MS; an offer not taken by then may be made again, to anyone. */
  offer(sensor: Sensor, limit: number): Promise<readonly Assignment[]>;
  /** @throws assignment.taken when another was faster, it is not pending any more, or this sensor may not serve its registry. */
  accept(sensor: Sensor, assignmentId: string): Promise<Accepted>;
  /** Extends leases; `cancel` for those that are not this sensor's any more (it must stop). In the order asked. */
  renew(
    sensor: Sensor,
    leases: readonly { readonly grant: Grant; readonly progress: Progress | null }[],
  ): Promise<readonly { readonly assignmentId: string; readonly verdict: 'continue' | 'cancel' }[]>;
  /** For hello: frees every lease the sensor holds but does not name, answers those it names and still holds. */
  resume(sensor: Sensor, held: readonly Grant[]): Promise<readonly Grant[]>;
  /** For hello: a new session may have a new policy, so what the sensor refused in earlier ones it may be offered again. */
  reconsider(sensor: Sensor): Promise<void>;
  fetch(workspaceId: string, id: string): Promise<Work | null>;
  list(workspaceId: string, filter: AssignmentFilter, page: PageRequest): Promise<Page<Work>>;
  /** The newest `limit` of a digest, newest first. */
  listNewest(workspaceId: string, digest: string, limit: number): Promise<readonly Work[]>;
  /** The newest of a digest that waits or runs. */
  fetchLive(workspaceId: string, digest: string): Promise<LiveAssignment | null>;
  isCurrent(sensor: Sensor, grant: Grant): Promise<boolean>;
  /**
   * Ends an assignment with what the sensor says of it, and sees to the verdict of a scan. A retryable failure with tries left
   * goes back to the queue after a pause ('retrying'), a refusal by the sensor's policy at once while another sensor is there that may do it
   * ('passed-on'). 'stale': the lease is another's by now; the report may be acknowledged and dropped.
   */
  finish(sensor: Sensor, outcome: Outcome): Promise<Ending>;
  /** Cancels live work; a running one learns it at its next heartbeat. Returns how many. */
  cancel(workspaceId: string, filter: { readonly id?: string; readonly registryId?: string }): Promise<number>;
  /** Sweep, every few seconds: leases that ran out, in all workspaces. Returns how many. */
  expire(): Promise<number>;
  /** Sweep: refused work that nobody is there for since STRANDED_MS fails with its last refusal. Returns how many. */
  strand(): Promise<number>;
  /** Sweep: verdicts of work that failed without a word of its sensor, where a crash or a fault came before them. Returns how many. */
  settleOwed(): Promise<number>;
}
