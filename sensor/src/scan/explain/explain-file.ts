import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Gap } from '@tidewaiter/shared/findings';
import { type Digest, platformName } from '@tidewaiter/shared/images';
import type { Rule } from '../../detectors/index.ts';
import { type ContentSink, type Entry, readLayer } from '../../layers/index.ts';
import { createPassMemory, type PassMemory } from '../../memory/index.ts';
import { withNestedContent } from '../../nested/index.ts';
import type { ImageSource } from '../../registry/index.ts';
import type { TextTools } from '../image-findings.ts';
import type { ScanLimits } from '../limits.ts';
import { readManifestFacts } from '../manifest-facts.ts';
import { readManifestTree, type TreeNode } from '../manifest-tree.ts';
import { type Effect, Effects } from './effects.ts';
import { LayerProbe, type ProbedFile } from './probe.ts';

/** What one layer has to do with the file that was asked for. */
export interface ProbedLayer {
  readonly digest: Digest;
  readonly effects: readonly Effect[];
  /** The file, and what lies in it, as often as the layer writes it. */
  readonly files: readonly ProbedFile[];
  /** More of them, not looked at. */
  readonly filesOmitted: number;
  /** What could not be read inside the file. */
  readonly gaps: readonly Gap[];
  /** The layer could not be read: the error's code. */
  readonly unread: string | null;
}

/** An image (not an index) as the order of its layers, lowest first. */
export interface ProbedImage {
  readonly digest: Digest;
  readonly platform: string | null;
  /** `instruction` is redacted. */
  readonly layers: readonly { readonly digest: Digest; readonly instruction: string | null }[];
}

/** What an image's layers hold at one path: each layer once, and the images in whose order they lie. */
export interface ProbedPath {
  readonly digest: Digest | null;
  readonly images: readonly ProbedImage[];
  readonly layers: ReadonlyMap<Digest, ProbedLayer>;
}

export interface ProbeTools {
  readonly source: ImageSource;
  readonly rules: readonly Rule[];
  /** Reads configs and masks what is shown. */
  readonly texts: TextTools;
  readonly limits: ScanLimits;
  readonly signal: AbortSignal;
}

/**
 * Reads every layer of an image for one path: who writes it, who removes it, what was read and what matched in it. Others' content goes by
 * unread. @param path as reports have it: no leading slash, `!/` before what lies in an archive.
 * @throws what the source throws for the root; manifest.*; cancelled.
 */
export async function probePath(path: string, tools: ProbeTools): Promise<ProbedPath> {
  const { source, limits, signal } = tools;
  const nodes = await readManifestTree(source, limits.image, signal);
  const leaves = nodes.filter(({ manifest }) => manifest.shape !== 'index');
  const images: ProbedImage[] = [];
  for (const leaf of leaves) images.push(await imageOf(leaf, tools));
  const layers = new Map<Digest, ProbedLayer>();
  const memory = createPassMemory();
  for (const node of nodes)
    for (const { digest, sizeBytes } of node.manifest.shape === 'index' ? [] : node.manifest.layers)
      if (!layers.has(digest)) layers.set(digest, await probeLayer(path, { digest, sizeBytes }, tools, memory));
  return { digest: nodes[0]?.digest ?? null, images, layers };
}

/** The platform stands in the config where no index says it. */
async function imageOf(node: TreeNode, { source, texts, limits, signal }: ProbeTools): Promise<ProbedImage> {
  const { digest, platform, layers } = await readManifestFacts(node, source, texts, limits.image, signal);
  return { digest, platform: platform ? platformName(platform) : null, layers };
}

async function probeLayer(
  path: string,
  { digest, sizeBytes }: { readonly digest: Digest; readonly sizeBytes: number },
  { source, rules, limits, signal }: ProbeTools,
  memory: PassMemory,
): Promise<ProbedLayer> {
  const outer = path.split('!/')[0] ?? path;
  const question = { path, rules, files: [] as ProbedFile[], filesOmitted: 0, gaps: [] as Gap[] };
  const effects = new Effects(outer);
  const nested = withNestedContent(new LayerProbe(question, memory), memory.bytes, limits);
  const content = new OneFile(outer, effects, nested);
  const told = (unread: string | null): ProbedLayer => ({
    digest,
    effects: effects.all,
    files: question.files,
    filesOmitted: question.filesOmitted,
    gaps: question.gaps,
    unread,
  });
  try {
    const reading = await readLayer(settled(source.blob(digest, sizeBytes, signal), nested), memory, content, limits.layer);
    await nested.settle();
    return told(reading.digest === digest ? null : 'layer.digest-mismatch');
  } catch (error) {
    if (signal.aborted) throw new TidewaiterError('cancelled', { which: `explanation of ${path}`, cause: error });
    if (error instanceof TidewaiterError) return told(error.code);
    throw error;
  }
}

async function* settled(chunks: AsyncIterable<Uint8Array>, content: { settle(): Promise<void> }): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    await content.settle();
  }
}

/** Lets only one path's entries through. */
class OneFile implements ContentSink {
  readonly #path: string;
  readonly #effects: Effects;
  readonly #next: ContentSink;
  #isOpen = false;

  constructor(path: string, effects: Effects, next: ContentSink) {
    this.#path = path;
    this.#effects = effects;
    this.#next = next;
  }

  begin(entry: Entry): void {
    this.#effects.see(entry);
    this.#isOpen = entry.path === this.#path && entry.type !== 'directory';
    if (this.#isOpen) this.#next.begin(entry);
  }

  push(at: number, length: number): void {
    if (this.#isOpen) this.#next.push(at, length);
  }

  beside(): void {}

  end(gap: Gap | null): void {
    if (this.#isOpen) this.#next.end(gap);
    this.#isOpen = false;
  }
}
