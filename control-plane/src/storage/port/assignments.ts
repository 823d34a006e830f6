import type { EngineIdentity } from '@tidewaiter/shared/findings';
import type { AssignmentKind, AssignmentState, Failure, Progress } from '@tidewaiter/shared/protocol';

export type Trigger = 'historical' | 'interval' | 'push' | 'manual' | 'reconcile';

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
}
