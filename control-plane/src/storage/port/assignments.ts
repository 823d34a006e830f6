import type { EngineIdentity } from '@tidewaiter/shared/findings';
import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import type { AssignmentKind, AssignmentState, Failure, Grant, Progress } from '@tidewaiter/shared/protocol';
import type { Own } from './own.ts';

/** What asked for the work. */
export type Trigger = 'historical' | 'interval' | 'push' | 'manual' | 'reconcile';

/** A piece of work for a sensor: a listing, a scan of one placement's root, or a test of the access. */
export interface Assignment {
  readonly workspaceId: string;
  readonly id: string;
  readonly kind: AssignmentKind;
  readonly registryId: string;
  /** Of a scan; null for sync and test. */
  readonly repository: string | null;
  readonly digest: string | null;
  readonly trigger: Trigger;
  /** Lower runs first: push and manual 0, the rest 10. */
  readonly priority: number;
  readonly state: AssignmentState;
  /** How often it was accepted: the fencing token of the current lease. */
  readonly attempt: number;
  readonly sensorId: string | null;
  /** Of its sensor when it accepted: what is reported of this attempt counts under it. Null before the first. */
  readonly engine: EngineIdentity | null;
  readonly leaseExpiresAt: number | null;
  readonly progress: Progress | null;
  readonly failure: Failure | null;
  /** ms by step, from the outcome. */
  readonly timings: Readonly<Record<string, number>> | null;
  readonly notBefore: number;
  readonly createdAt: number;
  readonly offeredAt: number | null;
  readonly acceptedAt: number | null;
  readonly finishedAt: number | null;
  /** How many of the attempts ended by a refusal of the sensor: they are no tries of the work. */
  readonly refused: number;
  /** Since when no sensor is there that would do what others refused; null while there is one, or none refused. */
  readonly strandedAt: number | null;
}

/** One that waits or runs. */
export interface LiveAssignment extends Assignment {
  readonly state: 'pending' | 'offered' | 'running';
}

/** A sensor's own policy does not allow an assignment. */
export interface Refusal {
  readonly assignmentId: string;
  readonly sensorId: string;
  readonly sensorName: string;
  /** Its remedy names the line of the sensor's policy that would allow it. */
  readonly failure: Failure;
  readonly refusedAt: number;
}

/** `id` is the live assignment's for this work, made now or before. */
export interface QueuedAssignment {
  readonly id: string;
  readonly created: boolean;
}

/** What of the queue a list shows; all of it when empty. */
export interface AssignmentFilter {
  readonly registryId?: string;
  readonly state?: AssignmentState;
  readonly digest?: string;
}

/** The queue, its leases and their fencing. */
export interface AssignmentStore {
  /** Creates it unless a live one (pending, offered, running) of the same kind, registry, repository and digest exists; answers the live one's id either way. */
  create(workspaceId: string, assignment: Own<Assignment>): Promise<QueuedAssignment>;
  /** The same for many, in one transaction: one answer for each, in their order; of two for the same work here, one is created. */
  createAll(workspaceId: string, assignments: readonly Own<Assignment>[]): Promise<readonly QueuedAssignment[]>;
  fetch(workspaceId: string, id: string): Promise<Assignment | null>;
  list(workspaceId: string, filter: AssignmentFilter, page: PageRequest): Promise<Page<Assignment>>;
  /** The newest `limit` of a digest, newest first. */
  listNewest(workspaceId: string, digest: string, limit: number): Promise<readonly Assignment[]>;
  /** The newest live one of a digest, however many ended after it was made. */
  fetchLive(workspaceId: string, digest: string): Promise<LiveAssignment | null>;
  /** Pending, due work this sensor may serve and did not refuse, by priority then age; marks it offered until `nowMs + offerMs`, then it may be offered again. */
  offer(workspaceId: string, sensorId: string, limit: number, offerMs: number, nowMs: number): Promise<readonly Assignment[]>;
  /** Compare-and-swap to running under a lease; null when another sensor was faster, or this sensor may not serve it or has refused it. */
  accept(workspaceId: string, sensorId: string, id: string, leaseMs: number, nowMs: number): Promise<Assignment | null>;
  /** Extends the lease if `grant` is current and the sensor's; false otherwise (the sensor must stop). */
  renew(workspaceId: string, sensorId: string, grant: Grant, progress: Progress | null, leaseMs: number, nowMs: number): Promise<boolean>;
  /** Ends it if `grant` is current, and answers it as it is then; null when stale. `retryAt`: back to pending, not before then. */
  finish(
    workspaceId: string,
    sensorId: string,
    grant: Grant,
    end: {
      readonly state: 'succeeded' | 'failed';
      readonly failure: Failure | null;
      readonly timings: Readonly<Record<string, number>>;
      readonly retryAt: number | null;
    },
    nowMs: number,
  ): Promise<Assignment | null>;
  /**
   * The sensor's policy refuses it; null when `grant` is stale. 'passed-on': back to pending at once, for another sensor that was seen since
   * `seenSince`, may serve the registry and did not refuse. 'last': there is none, or it was refused `refusedMax` times with this one;
   * it still runs, and its caller ends it.
   */
  refuse(
    workspaceId: string,
    sensorId: string,
    grant: Grant,
    end: { readonly failure: Failure; readonly timings: Readonly<Record<string, number>> },
    limits: { readonly seenSince: number; readonly refusedMax: number },
    nowMs: number,
  ): Promise<'passed-on' | 'last' | null>;
  /** The newest `limit` refusals of each, newest first. */
  listRefusals(workspaceId: string, assignmentIds: readonly string[], limit: number): Promise<readonly Refusal[]>;
  /** What it refused of the work that is not ended it may be offered again. Returns how many. */
  deleteRefusals(workspaceId: string, sensorId: string): Promise<number>;
  /**
   * Of refused work that waits, in all workspaces: marks what no sensor is there for any more (seen since `seenSince`, may serve it, did not
   * refuse), and fails with its last refusal what is so since `strandedSince`. Answers what failed, which owes its
   * verdict from then on.
   */
  strand(nowMs: number, limits: { readonly seenSince: number; readonly strandedSince: number }): Promise<readonly Assignment[]>;
  isCurrent(workspaceId: string, sensorId: string, grant: Grant): Promise<boolean>;
  /**
   * Frees the leases of a sensor that it did not name in hello: back to pending at once, or failed after `attemptsMax` tries (work that
   * kills its sensor comes this way), which owes its verdict from then on. Answers those it still holds.
   */
  release(
    workspaceId: string,
    sensorId: string,
    held: readonly Grant[],
    attemptsMax: number,
    nowMs: number,
  ): Promise<{ readonly held: readonly Grant[]; readonly freed: number; readonly failed: readonly Assignment[] }>;
  /** Leases that ran out, in all workspaces: back to pending, or failed after `attemptsMax`, which owes its verdict from then on. */
  expire(nowMs: number, attemptsMax: number): Promise<{ readonly freed: readonly Assignment[]; readonly failed: readonly Assignment[] }>;
  /** What failed by release, expire or strand and whose verdict is not made, in all workspaces. */
  listUnjudged(page: PageRequest): Promise<Page<Assignment>>;
  /** It owes no verdict any more. Returns whether it did. */
  updateJudged(workspaceId: string, id: string): Promise<boolean>;
  cancel(workspaceId: string, filter: { readonly id?: string; readonly registryId?: string }, nowMs: number): Promise<number>;
  count(workspaceId: string): Promise<Readonly<Record<string, number>>>;
}
