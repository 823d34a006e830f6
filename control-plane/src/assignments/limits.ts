import { type Failure, LEASE_MS } from '@tidewaiter/shared/protocol';
import type { Trigger } from '../storage/index.ts';

/** How often one assignment is tried: enough for a night of bad network with the pauses below, few enough for work that kills sensors. */
export const ATTEMPTS_MAX = 5;

/** Pauses after a retryable failure; the last one repeats. */
const pausesMs = [10_000, 60_000, 300_000, 900_000] as const;

/** When to try again after the `tries`-th one failed, or null when it is over. */
export function retryAtOf(failure: Failure | null, tries: number, nowMs: number): number | null {
  if (!failure?.retryable || tries >= ATTEMPTS_MAX) return null;
  return nowMs + (pausesMs[tries - 1] ?? 900_000);
}

/** A sensor that was seen this long ago is there: it would have lost its leases otherwise (three heartbeats that did not come). */
export const SEEN_MS = LEASE_MS;

/**
 * How long refused work waits when nobody is there that would do it: for a sensor that restarts, or all of them after the control plane
 * did. Nobody gets a verdict meanwhile.
 */
export const STRANDED_MS = LEASE_MS;

/**
 * Refusals of one assignment, the same sensor's in later sessions among them: the last one ends it. So two sensors that reconnect all the
 * time do not hand it back and forth for ever. More sensors than this with policies of their own are told apart by their registries.
 */
export const REFUSED_MAX = 200;

/** Refusals shown of one assignment: whoever has to change a policy needs no more at once, and a page of 200 stays readable. */
export const REFUSALS_SHOWN_MAX = 20;

/** How long a listed image that is most likely a child waits, idle sensors or not: its index, which runs first, has been read by then. */
export const CHILD_SETTLE_MS = 2_000;

/** Lower runs first: what someone waits for, then the rest, then what an index will most likely absorb. */
export function priorityOf(trigger: Trigger, mayBeChild: boolean): number {
  if (mayBeChild) return 20;
  return trigger === 'push' || trigger === 'manual' ? 0 : 10;
}

/** Scans queued in one transaction: a tenth of a second at the slowest, so that webhooks and heartbeats get their turn between two. */
export const SCANS_PER_BATCH = 500;
