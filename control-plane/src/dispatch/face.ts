import type { CatalogPage, Grant, Outcome, Progress, Task } from '@tidewaiter/shared/protocol';
import type { Findings } from '../findings/index.ts';
import type { Issuer } from '../issuer/index.ts';
import type { Sensors } from '../sensors/index.ts';
import type { Assignment, Log, Sensor, Store } from '../storage/index.ts';

/** What dispatch needs of the queue; assignments/ implements it. */
interface Work {
  offer(sensor: Sensor, limit: number): Promise<readonly Assignment[]>;
  /** @throws assignment.taken */
  accept(sensor: Sensor, assignmentId: string): Promise<{ readonly grant: Grant; readonly task: Task; readonly leaseExpiresAt: number }>;
  renew(
    sensor: Sensor,
    leases: readonly { readonly grant: Grant; readonly progress: Progress | null }[],
  ): Promise<readonly { readonly assignmentId: string; readonly verdict: 'continue' | 'cancel' }[]>;
  resume(sensor: Sensor, held: readonly Grant[]): Promise<readonly Grant[]>;
  reconsider(sensor: Sensor): Promise<void>;
  finish(sensor: Sensor, outcome: Outcome): Promise<'finished' | 'retrying' | 'passed-on' | 'stale'>;
}

/** Where listings go; catalog/ implements it. */
interface Listings {
  /** @throws assignment.stale */
  accept(sensor: Sensor, page: CatalogPage): Promise<void>;
}

export interface GatewayParts {
  readonly work: Work;
  readonly listings: Listings;
  readonly findings: Pick<Findings, 'claim' | 'accept'>;
  readonly issuer: Pick<Issuer, 'mint'>;
  readonly sensors: Pick<Sensors, 'verifyAssertion'>;
  readonly store: Pick<Store, 'sensors' | 'wakeups'>;
  /** What an assertion's `aud` may be. */
  readonly audiences: () => readonly string[];
  readonly now: () => number;
  /** Milliseconds that only grow: a wall clock that jumps closes no socket and ends no lease. */
  readonly monotonic: () => number;
  readonly newId: () => string;
  readonly log: Log;
}
