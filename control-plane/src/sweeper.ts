import type { Log } from './storage/index.ts';

/** Something done again and again for the whole installation. */
export interface Sweep {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
}

/**
 * Runs sweeps, each one after itself and never twice at once; what fails is logged and comes again. Replicas may all sweep: every
 * sweep is a compare-and-swap in the store.
 */
export class Sweeper {
  readonly #log: Log;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #running = new Map<string, Promise<void>>();
  #isStopped = false;

  constructor(log: Log) {
    this.#log = log;
  }

  start(sweeps: readonly Sweep[]): void {
    for (const sweep of sweeps) this.#schedule(sweep);
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#running.values());
  }

  #schedule(sweep: Sweep): void {
    if (this.#isStopped) return;
    this.#timers.set(
      sweep.name,
      setTimeout(() => this.#running.set(sweep.name, this.#run(sweep)), sweep.everyMs),
    );
  }

  async #run(sweep: Sweep): Promise<void> {
    try {
      await sweep.run();
    } catch (error) {
      this.#log.warn({ sweep: sweep.name, err: error }, 'a sweep failed; it comes again');
    }
    this.#schedule(sweep);
  }
}
