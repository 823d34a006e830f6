import { setTimeout as sleep } from 'node:timers/promises';
import { WINDOW_MS, WINDOW_MS_MAX } from './limits.ts';

/**
 * When to try to connect (Buildkite agent's algorithm): windows of 1, 2, 4, … 64 s; one try at a uniformly random moment in each, then
 * the rest of the window is slept out. Summing jitters instead would tend to a normal distribution and bring a fleet back in step.
 */
export class ReconnectWindows {
  readonly #random: () => number;
  readonly #monotonic: () => number;
  #attempt = 0;
  #isFirst = true;

  /** @param random from 0 up to, not including, 1. @param monotonic milliseconds that only grow. */
  constructor(random: () => number, monotonic: () => number) {
    this.#random = random;
    this.#monotonic = monotonic;
  }

  /** Sleeps to the moment of the next try. The function it gives sleeps out the window, or `atLeastMs` if that is longer. */
  async next(signal: AbortSignal): Promise<(atLeastMs: number) => Promise<void>> {
    const windowMs = Math.min(WINDOW_MS_MAX, WINDOW_MS * 2 ** Math.min(this.#attempt, 6));
    const end = this.#monotonic() + windowMs;
    // The very first try of a process is made at once: it is a person who waits.
    if (!this.#isFirst) await pause(this.#random() * windowMs, signal);
    this.#isFirst = false;
    this.#attempt++;
    return (atLeastMs) => pause(Math.max(end - this.#monotonic(), atLeastMs * (1 + this.#random() / 4)), signal);
  }

  /** A connection lived: windows start small again. */
  succeeded(): void {
    this.#attempt = 0;
  }
}

/** Sleeps; an abort ends it early, without a throw. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
