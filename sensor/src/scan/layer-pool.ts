import type { LayerSummary } from '@tidewaiter/shared/findings';
import { type LayerJob, LayerWorker } from './layer-worker.ts';
import { WORKER_WORTH_BYTES } from './limits.ts';
import type { WorkerSetup } from './worker-messages.ts';

/** Worker threads that read layers, started when needed and replaced when they fail. Jobs beyond their number wait in order. */
export class LayerPool {
  readonly size: number;
  readonly #setup: Omit<WorkerSetup, 'slots'>;
  readonly #idle: LayerWorker[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #all = new Set<LayerWorker>();
  #busy = 0;

  constructor(size: number, setup: Omit<WorkerSetup, 'slots'>) {
    this.size = size;
    this.#setup = setup;
  }

  /** How many layers of these sizes (compressed bytes) to read at once: another worker is started only for what takes longer than its start. */
  lanesFor(sizes: readonly number[]): number {
    const besideLargest = sizes.reduce((sum, size) => sum + size, 0) - Math.max(0, ...sizes);
    const worthStarting = 1 + Math.floor(besideLargest / WORKER_WORTH_BYTES);
    return Math.min(this.size, sizes.length, Math.max(this.#all.size, worthStarting));
  }

  /** @throws as LayerWorker.read. */
  async read(job: LayerJob, signal: AbortSignal): Promise<LayerSummary> {
    while (this.#busy >= this.size) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#busy++;
    const worker = this.#takeIdle() ?? this.#start();
    try {
      return await worker.read(job, signal);
    } finally {
      this.#busy--;
      if (worker.isAlive) this.#idle.push(worker);
      else this.#all.delete(worker);
      this.#waiting.shift()?.();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.stop()));
  }

  #takeIdle(): LayerWorker | undefined {
    for (;;) {
      const worker = this.#idle.pop();
      if (!worker || worker.isAlive) return worker;
      // It died between two layers.
      this.#all.delete(worker);
    }
  }

  #start(): LayerWorker {
    const worker = new LayerWorker(this.#setup);
    this.#all.add(worker);
    return worker;
  }
}
