import { setTimeout as sleep } from 'node:timers/promises';
import { abortedError } from '../network/aborted.ts';

/** A token bucket: `atOnce` calls at once, then `perSecond`, in the order they came. */
export class Pace {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  readonly #monotonic: () => number;
  /** When the bucket will be full again. */
  #fullAt = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number, atOnce: number, monotonic: () => number) {
    this.#intervalMs = 1_000 / perSecond;
    this.#burstMs = this.#intervalMs * atOnce;
    this.#monotonic = monotonic;
  }

  /** Resolves when it is this call's turn. @throws cancelled. */
  async take(signal: AbortSignal): Promise<void> {
    const now = this.#monotonic();
    this.#fullAt = Math.max(this.#fullAt, now) + this.#intervalMs;
    const waitMs = this.#fullAt - now - this.#burstMs;
    if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) throw abortedError(signal, 'a call of ECR');
  }
}
