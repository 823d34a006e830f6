import { hasCode, TidewaiterError } from '@tidewaiter/shared/errors';
import { type Digest, type Platform } from '@tidewaiter/shared/images';
import type { ImageSource, RawManifest } from '../registry/index.ts';
import type { ImageLimits } from './limits.ts';
import { type ChildDescriptor, type Manifest, parseManifest } from './manifest.ts';

/** A manifest of the image, root first, each once. */
export interface TreeNode {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly manifest: Manifest;
  /** As the index above names it. */
  readonly platform: Platform | null;
  /** Children the registry does not have. */
  readonly missing: readonly Digest[];
}

/**
 * Reads an image's manifests, every one of every platform.
 * @throws what the source throws for the root; manifest.invalid, manifest.too-large, manifest.too-deep, manifest.cyclic for any.
 */
export async function readManifestTree(source: ImageSource, limits: ImageLimits, signal: AbortSignal): Promise<readonly TreeNode[]> {
  const reader = new TreeReader(source, limits, signal);
  await reader.visit(await source.root(signal), null, []);
  return reader.nodes;
}

class TreeReader {
  readonly nodes: TreeNode[] = [];
  readonly #source: ImageSource;
  readonly #limits: ImageLimits;
  readonly #signal: AbortSignal;
  readonly #seen = new Set<Digest>();
  readonly #missing = new Set<Digest>();

  constructor(source: ImageSource, limits: ImageLimits, signal: AbortSignal) {
    this.#source = source;
    this.#limits = limits;
    this.#signal = signal;
  }

  async visit(raw: RawManifest, platform: Platform | null, above: readonly Digest[]): Promise<void> {
    if (this.#seen.has(raw.digest)) return;
    this.#seen.add(raw.digest);
    const manifest = parseManifest(raw, this.#limits);
    const missing: Digest[] = [];
    const { digest, mediaType } = raw;
    this.nodes.push({ digest, mediaType, manifest, platform, missing });
    if (manifest.shape !== 'index') return;
    if (above.length >= this.#limits.indexDepthMax) {
      throw new TidewaiterError('manifest.too-deep', {
        which: digest,
        got: `depth ${above.length + 1}`,
        want: `at most ${this.#limits.indexDepthMax}`,
      });
    }
    for (const child of manifest.children) await this.#visitChild(child, [...above, digest], missing);
  }

  async #visitChild(child: ChildDescriptor, above: readonly Digest[], missing: Digest[]): Promise<void> {
    if (above.includes(child.digest))
      throw new TidewaiterError('manifest.cyclic', { which: child.digest, got: `${above.join(' -> ')} -> itself` });
    if (this.#seen.has(child.digest)) return;
    const isMissing = this.#missing.has(child.digest);
    const raw = isMissing ? null : await this.#ask(child);
    if (!raw) {
      this.#missing.add(child.digest);
      missing.push(child.digest);
    } else if (raw.bytes.length !== child.sizeBytes) throw sizeLies(child, raw);
    else await this.visit(raw, child.platform, above);
  }

  /** What is not there was asked for all the same: an index of indexes of names would be a million questions to the registry. */
  #ask(child: ChildDescriptor): Promise<RawManifest | null> {
    const { indexEntriesMax } = this.#limits;
    // The root is seen and below nothing.
    if (this.#seen.size - 1 + this.#missing.size >= indexEntriesMax) throw tooMany(child.digest, indexEntriesMax);
    return this.#childOf(child);
  }

  /** A child that is not there (a copy of some platforms only) is a gap; the others are read all the same. */
  async #childOf(child: ChildDescriptor): Promise<RawManifest | null> {
    try {
      return await this.#source.manifest(child.digest, this.#signal);
    } catch (error) {
      if (hasCode(error, 'image.gone')) return null;
      throw error;
    }
  }
}

const tooMany = (which: Digest, most: number): TidewaiterError =>
  new TidewaiterError('manifest.invalid', { which, got: `more than ${most} manifests below the root`, want: `at most ${most}` });

const sizeLies = ({ digest, sizeBytes }: ChildDescriptor, raw: RawManifest): TidewaiterError =>
  new TidewaiterError('manifest.invalid', { which: digest, got: `${raw.bytes.length} bytes`, want: `${sizeBytes}, as its index says` });
