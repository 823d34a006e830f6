import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, TidewaiterError } from '@tidewaiter/shared/errors';
import type { Digest } from '@tidewaiter/shared/images';
import type { ImageSource } from '../registry/index.ts';
import type { ScanLimits } from './limits.ts';
import { type Descriptor, isForeign } from './manifest.ts';
import { readManifestFacts } from './manifest-facts.ts';
import { readManifestTree, type TreeNode } from './manifest-tree.ts';
import type { ScanEngine } from './scan-engine.ts';
import type { ScanSink } from './sink.ts';

/**
 * Scans an image: every manifest of its index, every config and history, every distinct layer once. Daemon and one-shot both run this;
 * they differ in source and sink only.
 * @throws what the source throws for the root; manifest.*; cancelled; what the sink throws. A layer that cannot be had is no throw:
 * the sink is told.
 */
export async function scanImage(
  source: ImageSource,
  engine: ScanEngine,
  sink: ScanSink,
  limits: ScanLimits,
  signal: AbortSignal,
): Promise<void> {
  try {
    const nodes = await readManifestTree(source, limits.image, signal);
    const layers = distinctLayers(nodes);
    for (const node of nodes) await sink.manifest(await readManifestFacts(node, source, engine.texts, limits.image, signal));
    await new LayerRun(source, engine, sink, layers, signal).all();
  } catch (error) {
    if (signal.aborted) throw new TidewaiterError('cancelled', { which: `scan of ${source.reference}`, cause: error });
    throw redactedError(error, engine.texts);
  }
}

/** @throws manifest.invalid when one digest comes with two sizes: one of them lies. */
function distinctLayers(nodes: readonly TreeNode[]): ReadonlyMap<Digest, Descriptor> {
  const layers = new Map<Digest, Descriptor>();
  for (const { manifest, digest } of nodes) {
    for (const layer of manifest.shape === 'index' ? [] : manifest.layers) {
      const before = layers.get(layer.digest);
      if (before && before.sizeBytes !== layer.sizeBytes) {
        throw new TidewaiterError('manifest.invalid', {
          which: digest,
          got: `${layer.digest} with ${layer.sizeBytes} bytes`,
          want: `${before.sizeBytes}`,
        });
      }
      // Called foreign in one place only, it is not: the stricter reading counts.
      if (!before || isForeign(before)) layers.set(layer.digest, layer);
    }
  }
  return layers;
}

/** The layers of one image on their way through the pool. */
class LayerRun {
  readonly #source: ImageSource;
  readonly #engine: ScanEngine;
  readonly #sink: ScanSink;
  readonly #layers: ReadonlyMap<Digest, Descriptor>;
  readonly #signal: AbortSignal;
  readonly #stop = new AbortController();
  readonly #bytesTotal: number;
  #layersDone = 0;
  #bytesDone = 0;

  constructor(source: ImageSource, engine: ScanEngine, sink: ScanSink, layers: ReadonlyMap<Digest, Descriptor>, signal: AbortSignal) {
    this.#source = source;
    this.#engine = engine;
    this.#sink = sink;
    this.#layers = layers;
    this.#bytesTotal = [...layers.values()].reduce((sum, layer) => sum + layer.sizeBytes, 0);
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  async all(): Promise<void> {
    let open: readonly Digest[] = [...this.#layers.keys()];
    this.#progress();
    while (open.length > 0) {
      const { known, yours, wait, retryAfterMs } = await this.#sink.claim(open);
      for (const digest of known) this.#skip(digest);
      await this.#readAll(yours);
      open = wait;
      if (open.length > 0) await sleep(retryAfterMs, undefined, { signal: this.#signal });
    }
  }

  /** As many at once as workers are worth it; then the largest first, so that all end together. The first failure that ends the scan stops the others. */
  async #readAll(digests: readonly Digest[]): Promise<void> {
    const sizeOf = (digest: Digest): number => this.#layers.get(digest)?.sizeBytes ?? 0;
    const laneCount = this.#engine.pool.lanesFor(digests.map(sizeOf));
    const queue = (laneCount > 1 ? [...digests].sort((a, b) => sizeOf(b) - sizeOf(a)) : digests).values();
    const lane = async (): Promise<void> => {
      for (const digest of queue) await this.#read(digest);
    };
    const lanes = Array.from({ length: laneCount }, () =>
      lane().catch((error: unknown) => {
        this.#stop.abort();
        throw error;
      }),
    );
    const failed = (await Promise.allSettled(lanes))
      .filter((result) => result.status === 'rejected')
      .map((result) => result.reason as unknown);
    // The lane that failed by itself, not one that was stopped for its sake.
    if (failed.length > 0) throw failed.find((error) => !hasCode(error, 'cancelled')) ?? failed[0];
  }

  async #read(digest: Digest): Promise<void> {
    const layer = this.#layers.get(digest);
    if (!layer) return;
    const { identity } = this.#engine;
    let sinkFailure: { readonly error: unknown } | null = null;
    const give = async (verb: Promise<void>): Promise<void> => {
      await verb.catch((error: unknown) => {
        sinkFailure ??= { error };
        throw error;
      });
    };
    try {
      const summary = await this.#engine.pool.read(
        {
          digest,
          sizeBytes: layer.sizeBytes,
          chunks: this.#source.blob(digest, layer.sizeBytes, this.#signal),
          paths: (page) => give(this.#sink.layerPaths(digest, identity, page)),
          findings: (findings) => give(this.#sink.layerFindings(digest, identity, findings)),
          advanced: (bytes) => this.#advance(bytes),
        },
        this.#signal,
      );
      await give(this.#sink.layerDone(summary, identity));
    } catch (error) {
      if (sinkFailure || this.#signal.aborted || hasCode(error, 'cancelled')) throw error;
      await this.#sink.layerUnread(digest, redactedError(unreadBecause(error, layer), this.#engine.texts));
    }
    this.#layersDone++;
    this.#progress();
  }

  #advance(bytes: number): void {
    this.#bytesDone += bytes;
    this.#progress();
  }

  /** Somebody has read it already. */
  #skip(digest: Digest): void {
    this.#layersDone++;
    this.#advance(this.#layers.get(digest)?.sizeBytes ?? 0);
  }

  #progress(): void {
    this.#sink.progress({
      layersDone: this.#layersDone,
      layersTotal: this.#layers.size,
      bytesDone: this.#bytesDone,
      bytesTotal: this.#bytesTotal,
    });
  }
}

/** An error may quote what an image's author wrote: a media type, a key, a digest that is none. It leaves the sensor as other texts do. */
function redactedError<E>(error: E, { redact }: Pick<ScanEngine['texts'], 'redact'>): E | TidewaiterError {
  if (!(error instanceof TidewaiterError) || error.facts.got === undefined) return error;
  return new TidewaiterError(error.code, { ...error.facts, got: redact(error.facts.got) });
}

/** A foreign layer may lie elsewhere; it is asked for in the registry only. */
function unreadBecause(error: unknown, layer: Descriptor): TidewaiterError {
  if (isForeign(layer)) {
    return new TidewaiterError('layer.foreign', {
      which: layer.digest,
      got: layer.mediaType,
      remedy: 'Push the layer to the registry to have it scanned.',
      cause: error,
    });
  }
  if (error instanceof TidewaiterError) return error;
  return new TidewaiterError('layer.download-failed', { which: layer.digest, got: 'an unexpected error', cause: error });
}
