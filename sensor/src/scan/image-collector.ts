import type { TidewaiterError } from '@tidewaiter/shared/errors';
import type { EngineIdentity, LayerFinding, LayerSummary } from '@tidewaiter/shared/findings';
import { type Digest, parseDigest } from '@tidewaiter/shared/images';
import { PathHashes, type ScannedImage, type ScannedLayer } from '../reports/index.ts';
import type { LayerClaims, ManifestFacts, PathPage, ScannedFinding, ScanSink } from './sink.ts';

interface OpenLayer {
  readonly findings: ScannedFinding<LayerFinding>[];
  readonly paths: Readonly<Record<PathPage['kind'], PathHashes>>;
}

/** Keeps a whole scan in memory for one report: the one-shot's sink. Every layer is its own to read. */
export class ImageCollector implements ScanSink {
  readonly #manifests: ManifestFacts[] = [];
  readonly #open = new Map<Digest, OpenLayer>();
  readonly #layers = new Map<Digest, ScannedLayer>();
  readonly #unread = new Map<Digest, TidewaiterError>();
  readonly #onProgress: ScanSink['progress'];

  constructor(onProgress: ScanSink['progress']) {
    this.#onProgress = onProgress;
  }

  image(reference: string, engine: EngineIdentity): ScannedImage {
    return { reference, engine, manifests: this.#manifests, layers: this.#layers, unread: this.#unread };
  }

  async manifest(facts: ManifestFacts): Promise<void> {
    this.#manifests.push(facts);
  }

  async claim(digests: readonly Digest[]): Promise<LayerClaims> {
    return { known: [], yours: digests, wait: [], retryAfterMs: 0 };
  }

  async layerPaths(digest: Digest, _engine: EngineIdentity, { kind, hashes }: PathPage): Promise<void> {
    this.#layer(digest).paths[kind].add(hashes);
  }

  async layerFindings(digest: Digest, _engine: EngineIdentity, findings: readonly ScannedFinding<LayerFinding>[]): Promise<void> {
    this.#layer(digest).findings.push(...findings);
  }

  async layerDone(summary: LayerSummary): Promise<void> {
    const digest = parseDigest(summary.digest);
    this.#layers.set(digest, { ...this.#layer(digest), summary });
    this.#open.delete(digest);
  }

  async layerUnread(digest: Digest, error: TidewaiterError): Promise<void> {
    this.#open.delete(digest);
    this.#unread.set(digest, error);
  }

  progress(done: Parameters<ScanSink['progress']>[0]): void {
    this.#onProgress(done);
  }

  #layer(digest: Digest): OpenLayer {
    const layer = this.#open.get(digest) ?? {
      findings: [],
      paths: { files: new PathHashes(), directories: new PathHashes(), whiteouts: new PathHashes(), opaques: new PathHashes() },
    };
    this.#open.set(digest, layer);
    return layer;
  }
}
