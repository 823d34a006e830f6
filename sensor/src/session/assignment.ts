import { hasCode } from '@tidewaiter/shared/errors';
import {
  type AssignedRegistry,
  type CatalogPage,
  failureOf,
  type Grant,
  type Outcome,
  type Progress,
  type Task,
} from '@tidewaiter/shared/protocol';
import type { Digest } from '@tidewaiter/shared/images';
import type { AwsCredentialsProvider, Credentials } from '../credentials/index.ts';
import type { Policy } from '../policy/index.ts';
import type { ImageSource, RemoteRegistry } from '../registry/index.ts';
import type { Spool } from '../reports/index.ts';
import { type ScanEngine, type ScanLimits, scanImage } from '../scan/index.ts';
import { CatalogPages } from './catalog-pages.ts';
import type { ControlPlane } from './link.ts';
import { ReportSink } from './report-sink.ts';

/** What working on assignments needs; the composition root gives it. */
export interface WorkTools {
  readonly policy: Policy;
  readonly credentials: Credentials;
  readonly engine: ScanEngine;
  readonly limits: ScanLimits;
  readonly spool: Spool;
  /** The one object for a registry under its access; `credentials` is null for an OCI host. */
  openRegistry(registry: AssignedRegistry, credentials: AwsCredentialsProvider | null): RemoteRegistry;
}

export interface AssignmentParts {
  readonly grant: Grant;
  readonly task: Task;
  readonly tools: WorkTools;
  readonly control: ControlPlane;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

const NOTHING_YET = { layersDone: 0, layersTotal: 0, bytesDone: 0, bytesTotal: 0 } as const;

/** One assignment under its lease, from the policy check to its outcome. */
export class Assignment {
  readonly #parts: AssignmentParts;
  readonly #start: number;
  readonly #timings: Record<string, number> = {};

  constructor(parts: AssignmentParts) {
    this.#parts = parts;
    this.#start = parts.monotonic();
  }

  /** Does the work. Its reports are in the spool when this resolves, but for the outcome. Never throws. */
  async run(): Promise<Outcome> {
    const { task, tools } = this.#parts;
    let unread: Outcome['unread'] = [];
    try {
      await tools.policy.check(task);
      unread = task.kind === 'scan' ? await this.#scan(task) : await this.#listOrTest(task);
      this.#mark('total');
      return this.#outcomeOf(unread);
    } catch (error) {
      this.#mark('total');
      return this.outcome(stateOf(error), failureOf(error), unread);
    }
  }

  /** An outcome of this assignment as it stands. */
  outcome(state: Outcome['state'], failure: Outcome['failure'], unread: Outcome['unread'] = []): Outcome {
    return { kind: 'outcome', grant: this.#parts.grant, state, failure, unread, timings: this.#timings };
  }

  /** A layer that is gone or archived says it of the image; one that a new try may have makes the whole try again. */
  #outcomeOf(unread: Outcome['unread']): Outcome {
    const failures = unread.map(({ failure }) => failure);
    const gone = failures.find(({ code }) => code === 'image.gone');
    if (gone) return this.outcome('gone', gone, unread);
    const archived = failures.find(({ code }) => code === 'image.archived');
    if (archived) return this.outcome('archived', archived, unread);
    const passing = failures.find(({ retryable }) => retryable);
    return passing ? this.outcome('failed', passing, unread) : this.outcome('succeeded', null, unread);
  }

  async #scan({ registry, repository, digest }: Extract<Task, { kind: 'scan' }>): Promise<Outcome['unread']> {
    const remote = await this.#open(registry);
    return this.#scanImage(remote.image(repository, { digest: digest as Digest }));
  }

  async #scanImage(source: ImageSource): Promise<Outcome['unread']> {
    const { grant, tools, control, signal, onProgress } = this.#parts;
    const { engine, spool, limits } = tools;
    this.#phase('manifest');
    const sink = new ReportSink({
      grant,
      engine: engine.identity,
      spool,
      control,
      signal,
      onProgress: (done) => {
        if (this.#timings['manifest'] === undefined) this.#mark('manifest');
        onProgress({ phase: 'layers', ...done });
      },
    });
    try {
      await scanImage(source, engine, sink, limits, signal);
      this.#mark('layers');
      return [...sink.unread];
    } finally {
      await source.close();
    }
  }

  async #listOrTest({ kind, registry }: Exclude<Task, { kind: 'scan' }>): Promise<Outcome['unread']> {
    const remote = await this.#open(registry);
    this.#phase('listing');
    if (kind === 'test') await this.#probe(remote);
    else await this.#list(remote);
    this.#mark('listing');
    return [];
  }

  async #list(remote: RemoteRegistry): Promise<void> {
    const { grant, tools, signal } = this.#parts;
    const pages = new CatalogPages(grant, async (page: CatalogPage) => void (await tools.spool.put(page, signal)));
    for await (const page of remote.list((name) => tools.policy.allowsRepository(name), signal)) await pages.add(page);
    await pages.end();
  }

  /** The first page of the listing proves credentials, network and permissions; no more is asked for. */
  async #probe(remote: RemoteRegistry): Promise<void> {
    const { tools, signal } = this.#parts;
    const pages = remote.list((name) => tools.policy.allowsRepository(name), signal);
    await pages[Symbol.asyncIterator]().next();
  }

  /** Credentials are proven before anything else, so that what is wrong with them is said as that. */
  async #open(registry: AssignedRegistry): Promise<RemoteRegistry> {
    const { grant, tools, control, signal } = this.#parts;
    this.#phase('credentials');
    if (registry.provider === 'oci') return tools.openRegistry(registry, null);
    const requestToken = async (until: AbortSignal): Promise<string> =>
      (await control.ask('token-request', { grant }, 'token', AbortSignal.any([until, signal]))).token;
    const provider = await tools.credentials.connect(registry, requestToken, signal);
    this.#mark('credentials');
    return tools.openRegistry(registry, provider);
  }

  #phase(phase: Progress['phase']): void {
    this.#parts.onProgress({ phase, ...NOTHING_YET });
  }

  #mark(name: string): void {
    this.#timings[name] = Math.round(this.#parts.monotonic() - this.#start);
  }
}

function stateOf(error: unknown): Outcome['state'] {
  if (hasCode(error, 'image.gone')) return 'gone';
  return hasCode(error, 'image.archived') ? 'archived' : 'failed';
}
