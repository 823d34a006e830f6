import type { TidewaiterError } from '@tidewaiter/shared/errors';
import type { EngineIdentity, LayerFinding, LayerSummary } from '@tidewaiter/shared/findings';
import type { Digest } from '@tidewaiter/shared/images';
import {
  CLAIM_DIGESTS_MAX,
  failureOf,
  type Grant,
  type LayerPage,
  type Outcome,
  PATH_HASHES_PER_PAGE,
  type Report,
} from '@tidewaiter/shared/protocol';
import type { Spool, SpoolEntry } from '../reports/index.ts';
import type { LayerClaims, ManifestFacts, PathPage, ScannedFinding, ScanSink } from '../scan/index.ts';
import { CLAIM_PAUSE_MS_RANGE } from './limits.ts';
import type { ControlPlane } from './link.ts';
import { fitManifest, fitSummary, pagesOfFindings } from './report-size.ts';

const HASH_BYTES = 8;
const PAGE_BYTES = PATH_HASHES_PER_PAGE * HASH_BYTES;

export interface ReportSinkParts {
  readonly grant: Grant;
  readonly engine: EngineIdentity;
  readonly spool: Spool;
  readonly control: ControlPlane;
  readonly signal: AbortSignal;
  readonly onProgress: ScanSink['progress'];
}

type Unread = Outcome['unread'][number];

/** The daemon's end of a scan: everything becomes a spooled report, claims are asked of the control plane. */
export class ReportSink implements ScanSink {
  readonly #parts: ReportSinkParts;
  readonly #pages = new Map<Digest, number>();
  readonly #unread = new Map<Digest, Unread>();
  /** Not known to be acknowledged. */
  #manifests: SpoolEntry[] = [];

  constructor(parts: ReportSinkParts) {
    this.#parts = parts;
  }

  /** Layers that became no fact, for the outcome. */
  get unread(): readonly Unread[] {
    return [...this.#unread.values()];
  }

  async manifest(facts: ManifestFacts): Promise<void> {
    const { grant, engine } = this.#parts;
    const report = {
      kind: 'manifest' as const,
      grant,
      engine,
      ...facts,
      children: [...facts.children],
      layers: [...facts.layers],
      findings: facts.findings.map(withoutSecret),
    };
    this.#manifests.push(await this.#put(fitManifest(report)));
  }

  async claim(digests: readonly Digest[]): Promise<LayerClaims> {
    const { grant, engine, control, signal, spool } = this.#parts;
    // Only layers that a reported manifest names may be claimed, and reports take longer than questions.
    await spool.gone(this.#manifests, signal);
    this.#manifests = [];
    const known = new Set<string>();
    const yours = new Set<string>();
    let retryAfterMs = 0;
    for (let from = 0; from < digests.length; from += CLAIM_DIGESTS_MAX) {
      const part = digests.slice(from, from + CLAIM_DIGESTS_MAX);
      const claimed = await control.ask('claim', { grant, engine, digests: part }, 'claimed', signal);
      for (const digest of claimed.known) known.add(digest);
      for (const digest of claimed.yours) yours.add(digest);
      retryAfterMs = Math.max(retryAfterMs, claimed.retryAfterMs);
    }
    const [least, most] = CLAIM_PAUSE_MS_RANGE;
    return {
      known: digests.filter((digest) => known.has(digest)),
      yours: digests.filter((digest) => yours.has(digest) && !known.has(digest)),
      // What the answer left out is asked for again: no layer is passed over for its silence.
      wait: digests.filter((digest) => !known.has(digest) && !yours.has(digest)),
      retryAfterMs: Math.min(Math.max(retryAfterMs, least), most),
    };
  }

  async layerPaths(digest: Digest, engine: EngineIdentity, { kind, hashes }: PathPage): Promise<void> {
    for (let from = 0; from < hashes.length; from += PAGE_BYTES) {
      const part = hashes.subarray(from, from + PAGE_BYTES);
      const text = Buffer.from(part.buffer, part.byteOffset, part.length).toString('base64');
      await this.#page(digest, engine, { paths: { kind, hashes: text } });
    }
  }

  async layerFindings(digest: Digest, engine: EngineIdentity, findings: readonly ScannedFinding<LayerFinding>[]): Promise<void> {
    for (const page of pagesOfFindings(findings.map(withoutSecret))) await this.#page(digest, engine, { findings: page });
  }

  async layerDone(summary: LayerSummary, engine: EngineIdentity): Promise<void> {
    const digest = summary.digest as Digest;
    const pages = this.#pages.get(digest) ?? 0;
    this.#pages.delete(digest);
    this.#unread.delete(digest);
    await this.#put({ kind: 'layer-done', engine, pages, summary: fitSummary(summary) });
  }

  layerUnread(digest: Digest, error: TidewaiterError): Promise<void> {
    this.#pages.delete(digest);
    this.#unread.set(digest, { digest, failure: failureOf(error) });
    return Promise.resolve();
  }

  progress(done: Parameters<ScanSink['progress']>[0]): void {
    this.#parts.onProgress(done);
  }

  async #page(digest: Digest, engine: EngineIdentity, content: Pick<LayerPage, 'paths' | 'findings'>): Promise<void> {
    const page = this.#pages.get(digest) ?? 0;
    this.#pages.set(digest, page + 1);
    await this.#put({ kind: 'layer-page', digest, engine, page, ...content });
  }

  #put(report: Report): Promise<SpoolEntry> {
    return this.#parts.spool.put(report, this.#parts.signal);
  }
}

/** The daemon's engine shows no secrets; should one ever stand beside a finding, it ends here. */
function withoutSecret<F>(finding: ScannedFinding<F>): F {
  const { secret: _secret, ...rest } = finding;
  return rest as F;
}
