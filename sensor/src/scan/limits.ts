import { createHash } from 'node:crypto';
import { CONFIG_BYTES_MAX, MANIFEST_BYTES_MAX } from '@tidewaiter/shared/images';
import type { LayerLimits } from '../layers/index.ts';
import type { NestedLimits } from '../nested/index.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** What bounds the documents of an image: manifests, indexes, configs. */
export interface ImageLimits {
  readonly manifestBytesMax: number;
  readonly configBytesMax: number;
  readonly indexDepthMax: number;
  readonly indexEntriesMax: number;
  readonly layersMax: number;
  readonly manifestFindingsMax: number;
}

/** All that bounds a scan; the values in force are `scanLimits`. */
export interface ScanLimits {
  readonly image: ImageLimits;
  readonly layer: LayerLimits;
  readonly nested: NestedLimits;
  /** Findings kept of one layer; the rest is a gap. */
  readonly findingsMax: number;
  /** Of them, findings told again at hard links to their file; the rest is a gap. */
  readonly linkedFindingsMax: number;
}

/** Every limit of a scan, with its reason. What is met is named in the coverage and makes the verdict incomplete, never clean. */
export const scanLimits: ScanLimits = {
  image: {
    manifestBytesMax: MANIFEST_BYTES_MAX,
    configBytesMax: CONFIG_BYTES_MAX,
    // An index of indexes exists in the wild, a third level does not.
    indexDepthMax: 2,
    // Ten times the platforms there are.
    indexEntriesMax: 1_000,
    // Runtimes stop at 127; build tools have made a few hundred.
    layersMax: 1_000,
    // What one manifest report may carry (shared/protocol).
    manifestFindingsMax: 1_000,
  },
  layer: {
    // ECR takes layers of 52 GiB compressed at most; models and dumps compress little. Bounds one layer's time to some minutes.
    contentBytesMax: 64 * GIB,
    // deflate cannot exceed 1,032, zeros reach it; real files stay below 50. Below 4 GiB a bomb costs seconds and is read out.
    ratioMax: 250,
    ratioFromBytes: 4 * GIB,
    // The biggest trees seen hold two million; each entry costs eight bytes of path index.
    entriesMax: 10_000_000,
    // Linux allows 64 KiB of xattrs a file; Go and tar-stream stop at 1 and 4 MiB.
    headerBytesMax: MIB,
    // The index of zstd:chunked and eStargz has some 100 bytes a file, packed: 4 MiB are 100,000 files at least.
    besideBytesMax: 4 * MIB,
    // What the zstd command line decodes without being told to (--long=27).
    zstdWindowBytesMax: 128 * MIB,
  },
  nested: {
    // A jar in a war in an ear in a tar.gz in a .deb's data.tar: five. Each depth at work takes a WebAssembly memory (some 2 MiB).
    depthMax: 6,
    // The biggest archives seen in images (models, offline package mirrors) unpack to some GiB; 8 GiB are half a minute.
    bytesMax: 8 * GIB,
    // As for layers; but a file of a few KiB is not to cost seconds, and zeros in small files are common.
    ratioMax: 250,
    ratioFromBytes: 256 * MIB,
    // Five times the largest jar known; an entry costs eight bytes until the archive ends.
    entriesMax: 1_000_000,
    // As for layers, but node:zlib's memory comes on top of what the layer's own decoder has: 8 MiB is what RFC 8878 asks of every decoder.
    zstdWindowBytesMax: 8 * MIB,
    // xz -6, which dpkg and nearly everybody uses, asks for 8 MiB; -7 for 16, -9 for 64, which two workers at once do not have.
    xzDictionaryBytesMax: 16 * MIB,
    // Ten times the largest bzip2 file seen in an image.
    wholeBytesMax: 16 * MIB,
    // A piece of a layer is 1 MiB; more is held only where one piece of it unpacks to many archives.
    heldBytesMax: 16 * MIB,
    // Each version of a file counts whole and takes a few hundred bytes: the history of one lock file reaches several hundred. deflate's own bound.
    gitRatioMax: 1_000,
    // Text that git makes deltas of is far smaller; what is larger and no delta is read whatever its size.
    gitObjectBytesMax: 16 * MIB,
    // The packs of applications have some MiB. In larger ones git writes what belongs together side by side, so that bases lie within reach.
    gitHeldBytesMax: 32 * MIB,
    // Git keeps 96 MiB of them (core.deltaBaseCacheLimit) for its pick of any object; one after the other needs the last few.
    gitBaseBytesMax: 16 * MIB,
    // The most that git makes (pack.depth in git-config(1)); by default it is 50.
    gitChainMax: 4_095,
    // Git writes bases first; thin packs and old tools leave some behind. Each takes some 200 bytes until the pack ends: 13 MiB.
    gitWaitingMax: 65_536,
  },
  // A layer with more is a test corpus or an attack on whoever must read the list; 10,000 are some 10 MiB of memory.
  findingsMax: 10_000,
  // Package managers link a file a handful of times; links by the million, each an entry of 512 bytes, must not crowd out what is found.
  linkedFindingsMax: 1_000,
};

/**
 * Path hashes and findings in one page from worker to main thread. They are the protocol's, since the daemon sends the pages on as they
 * are; a test holds them equal. Stated again because loading shared/protocol costs each worker 0.15 s of CPU for schemas it never uses.
 */
export const PATH_HASHES_PER_PAGE = 65_536;
export const FINDINGS_PER_PAGE = 100;

/**
 * Compressed bytes handed to a worker at once, and how many such pieces may be under way: one is filled while one is read, and one is
 * ready. A message between threads costs 0.25 ms, so pieces are large.
 */
export const CHUNK_BYTES = MIB;
export const CHUNKS_IN_FLIGHT = 3;
/** A worker that takes no chunk for this long hangs: the slowest chunk, 1 MiB of a bomb, takes some ten seconds. */
export const WORKER_SILENCE_MS_MAX = 300_000;
/** Compressed bytes that take a worker about as long as its start takes, 0.1 s of CPU. */
export const WORKER_WORTH_BYTES = 8 * MIB;
/** Heap of a worker: it needs some 40 MiB plus 10 MiB of findings. */
export const WORKER_HEAP_MIB_MAX = 256;
/**
 * Of it, room for what is new. What a scan makes lives for one file: 12 MiB collect as cheaply as V8's 48 and keep 13 MiB a worker free; with 6 a
 * scan takes a tenth longer.
 */
export const WORKER_YOUNG_HEAP_MIB_MAX = 12;

/** Identifies the limits a result was made under: other limits may give another result. */
export function limitsHashOf(limits: ScanLimits): string {
  const { image, layer, nested, ...findings } = limits;
  const inNested = Object.entries(nested).map(([name, value]) => [`nested.${name}`, value]);
  const flat = [...Object.entries(image), ...Object.entries(layer), ...inNested, ...Object.entries(findings)].map(
    ([name, value]) => `${name}=${value}`,
  );
  return createHash('sha256').update(flat.sort().join('\n')).digest('hex');
}
