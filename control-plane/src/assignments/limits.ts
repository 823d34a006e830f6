import type { Failure } from '@tidewaiter/shared/protocol';
import type { Trigger } from '../storage/index.ts';

/** How often one assignment is tried: enough for a night of bad network with the pauses below, few enough for work that kills sensors. */
export const ATTEMPTS_MAX = 5;

/** Pauses after a retryable failure; the last one repeats. */
const pausesMs = [10_000, 60_000, 300_000, 900_000] as const;

/** When to try again after `attempt` failed, or null when it is over. */
export function retryAtOf(failure: Failure | null, attempt: number, nowMs: number): number | null {
  if (!failure?.retryable || attempt >= ATTEMPTS_MAX) return null;
  return nowMs + (pausesMs[attempt - 1] ?? 900_000);
}

/** How long a listed image that is most likely a child waits, idle sensors or not: its index, which runs first, has been read by then. */
export const CHILD_SETTLE_MS = 2_000;

/** Lower runs first: what someone waits for, then the rest, then what an index will most likely absorb. */
export function priorityOf(trigger: Trigger, mayBeChild: boolean): number {
  if (mayBeChild) return 20;
  return trigger === 'push' || trigger === 'manual' ? 0 : 10;
}

/** Scans queued in one transaction: a tenth of a second at the slowest, so that webhooks and heartbeats get their turn between two. */
export const SCANS_PER_BATCH = 500;
