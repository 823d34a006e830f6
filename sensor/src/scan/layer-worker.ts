import { Worker } from 'node:worker_threads';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { LayerFinding, LayerSummary } from '@tidewaiter/shared/findings';
import type { Digest } from '@tidewaiter/shared/images';
import { CHUNK_BYTES, CHUNKS_IN_FLIGHT, WORKER_HEAP_MIB_MAX, WORKER_SILENCE_MS_MAX, WORKER_YOUNG_HEAP_MIB_MAX } from './limits.ts';
import type { PathPage, ScannedFinding } from './sink.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './worker-messages.ts';

/** One layer to read, and where its parts go while it is read. What was given is void when the job fails. */
export interface LayerJob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** The blob as stored. */
  readonly chunks: AsyncIterable<Uint8Array>;
  paths(page: PathPage): Promise<void>;
  findings(findings: readonly ScannedFinding<LayerFinding>[]): Promise<void>;
  /** Bytes of the blob handed to the worker. */
  advanced(bytes: number): void;
}

/** The running file's own kind of extension: TypeScript from the sources, JavaScript once built. */
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './layer.worker.ts' : './layer.worker.js', import.meta.url);

/** A worker thread from the outside. It reads one layer at a time; after a failure it is gone. */
export class LayerWorker {
  readonly #worker: Worker;
  readonly #slots = new Uint8Array(new SharedArrayBuffer(CHUNKS_IN_FLIGHT * CHUNK_BYTES));
  readonly #free: number[] = Array.from({ length: CHUNKS_IN_FLIGHT }, (_, slot) => slot);
  #job: LayerJob | null = null;
  #summary: LayerSummary | null = null;
  #failure: TidewaiterError | null = null;
  /** What the job's receiver still works on; chunks wait for it. */
  #delivery: Promise<void> = Promise.resolve();
  #wake: (() => void) | null = null;

  constructor(setup: Omit<WorkerSetup, 'slots'>) {
    this.#worker = new Worker(WORKER, {
      workerData: { ...setup, slots: this.#slots.buffer } satisfies WorkerSetup,
      resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MIB_MAX, maxYoungGenerationSizeMb: WORKER_YOUNG_HEAP_MIB_MAX },
    });
    this.#worker.on('message', (message: FromWorker) => this.#take(message));
    this.#worker.on('error', (error) => this.#fail(died(error.name, this.#job)));
    this.#worker.on('exit', (code) => this.#fail(died(`exit code ${code}`, this.#job)));
  }

  /** False once the worker has failed: it takes no more layers. */
  get isAlive(): boolean {
    return this.#failure === null;
  }

  /** @throws what the source throws, layer.size-mismatch, layer.digest-mismatch, internal, cancelled. */
  async read(job: LayerJob, signal: AbortSignal): Promise<LayerSummary> {
    this.#job = job;
    this.#summary = null;
    const abort = (): void => this.#fail(new TidewaiterError('cancelled', { which: job.digest }));
    signal.addEventListener('abort', abort, { once: true });
    try {
      signal.throwIfAborted();
      await this.#feed(job);
      return await this.#outcome();
    } catch (error) {
      // Whatever the worker still holds of this layer must not meet the next one.
      await this.stop();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#job = null;
    }
  }

  async stop(): Promise<void> {
    this.#failure ??= new TidewaiterError('cancelled', { which: 'layer worker' });
    await this.#worker.terminate();
  }

  async #feed(job: LayerJob): Promise<void> {
    this.#post({ type: 'begin', digest: job.digest, sizeBytes: job.sizeBytes });
    let [slot, filled, total] = [await this.#slot(), 0, 0];
    for await (const chunk of job.chunks) {
      total += chunk.length;
      if (total > job.sizeBytes) throw tooLong(job);
      for (let from = 0; from < chunk.length; ) {
        const step = Math.min(chunk.length - from, CHUNK_BYTES - filled);
        this.#slots.set(chunk.subarray(from, from + step), slot * CHUNK_BYTES + filled);
        [from, filled] = [from + step, filled + step];
        if (filled < CHUNK_BYTES) continue;
        this.#give(job, slot, filled);
        [slot, filled] = [await this.#slot(), 0];
      }
    }
    if (filled > 0) this.#give(job, slot, filled);
    else this.#free.push(slot);
    this.#post({ type: 'end' });
  }

  #give(job: LayerJob, slot: number, length: number): void {
    this.#post({ type: 'chunk', slot, length });
    job.advanced(length);
  }

  #post(message: ToWorker): void {
    if (this.#failure) throw this.#failure;
    this.#worker.postMessage(message, []);
  }

  /** A slot the worker has given back, once the receiver has taken what the worker sent. */
  async #slot(): Promise<number> {
    await this.#until(() => this.#free.length > 0);
    await this.#delivery;
    const slot = this.#free.pop();
    if (slot === undefined) throw new TidewaiterError('internal', { which: 'credits of a layer worker' });
    return slot;
  }

  async #outcome(): Promise<LayerSummary> {
    await this.#until(() => this.#summary !== null);
    await this.#delivery;
    if (!this.#summary) throw new TidewaiterError('internal', { which: 'summary of a layer' });
    return this.#summary;
  }

  /** @throws what failed meanwhile, or internal when the worker says nothing for WORKER_SILENCE_MS_MAX. */
  async #until(isReady: () => boolean): Promise<void> {
    while (!this.#failure && !isReady()) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(() => this.#fail(died(`silent for ${WORKER_SILENCE_MS_MAX} ms`, this.#job)), WORKER_SILENCE_MS_MAX);
      });
      clearTimeout(timer);
    }
    if (this.#failure) throw this.#failure;
  }

  #take(message: FromWorker): void {
    const job = this.#job;
    if (!job || this.#failure) return;
    switch (message.type) {
      case 'credit':
        this.#free.push(message.slot);
        break;
      case 'paths':
        this.#deliver(() => job.paths(message.page));
        break;
      case 'findings':
        this.#deliver(() => job.findings(message.findings));
        break;
      case 'done':
        this.#summary = message.summary;
        break;
      case 'failed':
        this.#fail(new TidewaiterError(message.code, message.facts));
        break;
    }
    this.#wake?.();
  }

  #deliver(give: () => Promise<void>): void {
    this.#delivery = this.#delivery.then(give);
    // Seen where it is awaited; without a listener here it would end the process before.
    this.#delivery.catch(() => undefined);
  }

  #fail(error: TidewaiterError): void {
    this.#failure ??= error;
    this.#wake?.();
  }
}

const died = (how: string, job: LayerJob | null): TidewaiterError =>
  new TidewaiterError('internal', { which: `layer worker${job ? ` on ${job.digest}` : ''}`, got: how });

const tooLong = ({ digest, sizeBytes }: LayerJob): TidewaiterError =>
  new TidewaiterError('layer.size-mismatch', { which: digest, got: `more than ${sizeBytes} bytes`, want: `${sizeBytes}` });
