import { createHash, randomBytes } from 'node:crypto';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { ScanReport } from '@tidewaiter/shared/findings';
import type { Digest } from '@tidewaiter/shared/images';
import tap from 'tap';
import type { ImageSource, RawManifest } from '../../src/registry/index.ts';
import { ephemeralKeyOf } from '../../src/fingerprint/index.ts';
import { buildReport, type ScannedImage } from '../../src/reports/index.ts';
import { createScanEngine, ImageCollector, type ScanEngine, type ScanLimits, scanImage, scanLimits } from '../../src/scan/index.ts';

export const digestOf = (bytes: Uint8Array): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export interface Descriptor {
  readonly mediaType?: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform?: object;
}

/** An image in memory that may lie in every way: what a registry hands out is whatever was put in. */
export class MemorySource implements ImageSource {
  readonly reference = 'memory';
  readonly manifests = new Map<Digest, RawManifest>();
  readonly blobs = new Map<Digest, Uint8Array>();
  /** How often each blob was asked for. */
  readonly pulls = new Map<Digest, number>();
  #root: Digest | null = null;

  blobOf(bytes: Uint8Array, mediaType = 'application/vnd.oci.image.layer.v1.tar'): Descriptor {
    this.blobs.set(digestOf(bytes), bytes);
    return { mediaType, digest: digestOf(bytes), size: bytes.length };
  }

  config(config: object): Descriptor {
    return this.blobOf(Buffer.from(JSON.stringify(config)), 'application/vnd.oci.image.config.v1+json');
  }

  /** Puts a manifest in and makes it the root. */
  manifestOf(content: object | string, mediaType = ''): Descriptor {
    const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
    const digest = digestOf(bytes);
    this.manifests.set(digest, { digest, mediaType, bytes });
    this.#root = digest;
    return { mediaType, digest, size: bytes.length };
  }

  image(layers: readonly Descriptor[], config: object = {}): Descriptor {
    return this.manifestOf({ schemaVersion: 2, config: this.config(config), layers });
  }

  index(manifests: readonly Descriptor[]): Descriptor {
    return this.manifestOf({ schemaVersion: 2, manifests });
  }

  async root(): Promise<RawManifest> {
    return this.manifest(this.#root ?? digestOf(Buffer.alloc(0)));
  }

  async manifest(digest: Digest): Promise<RawManifest> {
    const found = this.manifests.get(digest);
    if (!found) throw new TidewaiterError('image.gone', { which: digest });
    return found;
  }

  async *blob(digest: Digest): AsyncIterable<Uint8Array> {
    this.pulls.set(digest, (this.pulls.get(digest) ?? 0) + 1);
    const bytes = this.blobs.get(digest);
    if (!bytes) throw new TidewaiterError('layer.download-failed', { which: digest });
    for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
  }

  async close(): Promise<void> {}
}

export function testEngine(limits: ScanLimits = scanLimits, showSecrets = false): ScanEngine {
  return createScanEngine({ keys: [ephemeralKeyOf(randomBytes(32))], showSecrets, limits, workers: 2 });
}

let shared: ScanEngine | undefined;
tap.teardown(() => shared?.close());

/** Scans and keeps everything. Scans under the standard limits share one engine, as those of a daemon do. */
export async function collect(source: ImageSource, limits: ScanLimits = scanLimits): Promise<ScannedImage> {
  const engine = limits === scanLimits ? (shared ??= testEngine()) : testEngine(limits);
  const collector = new ImageCollector(() => undefined);
  try {
    await scanImage(source, engine, collector, limits, new AbortController().signal);
    return collector.image(source.reference, engine.identity);
  } finally {
    if (engine !== shared) await engine.close();
  }
}

/** The report of a scan, everything in it. */
export const report = async (source: MemorySource, limits?: ScanLimits): Promise<ScanReport> =>
  buildReport(await collect(source, limits), { minConfidence: 'possible', durationMs: 1 });
/** Kind, path and visibility of each finding. */
export const places = ({ findings }: ScanReport): readonly string[] =>
  findings
    .map(({ location, occurrences }) => `${location.kind} ${location.path} ${occurrences.map(({ visibility }) => visibility).join()}`)
    .sort();
