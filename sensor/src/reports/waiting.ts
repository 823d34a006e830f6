/** Those who wait for a change. What has changed they see for themselves. */
export class Waiting {
  readonly #wakes = new Set<() => void>();

  wake(): void {
    for (const wake of this.#wakes) wake();
  }

  /** Resolves at the next `wake`, when `signal` aborts, or after `msMax`. Leaves nothing on a signal that lives as long as the process. */
  next(signal: AbortSignal, msMax?: number): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wakes.delete(done);
        resolve();
      };
      const timer = msMax === undefined ? undefined : setTimeout(done, msMax);
      signal.addEventListener('abort', done, { once: true });
      this.#wakes.add(done);
    });
  }
}
