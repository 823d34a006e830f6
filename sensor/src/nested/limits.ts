import type { LayerLimits } from '../layers/index.ts';

/** What bounds the reading of archives inside files. The values in force are named in scan/limits.ts with their reasons. */
export interface NestedLimits {
  /** Archives in archives: a file of the layer has depth 0, what lies in it 1. */
  readonly depthMax: number;
  /** Bytes that all which lies in one file of the layer, at every depth, may have once decompressed. */
  readonly bytesMax: number;
  /** The same per byte of the layer's file, looked at only past `ratioFromBytes`. */
  readonly ratioMax: number;
  readonly ratioFromBytes: number;
  /** Entries of one archive. */
  readonly entriesMax: number;
  /** Memory a zstd frame may ask for (its window). */
  readonly zstdWindowBytesMax: number;
  /** Memory an xz block may ask for (its dictionary). */
  readonly xzDictionaryBytesMax: number;
  /** Size of an archive whose decoder wants it whole. */
  readonly wholeBytesMax: number;
  /** Bytes held at once for all decoders that answer on a later turn. */
  readonly heldBytesMax: number;
  /** `ratioMax` of a file with a git pack in it. */
  readonly gitRatioMax: number;
  /** Size of an object of a git pack that is made from another one, or from which others are made. Others are read as they go by. */
  readonly gitObjectBytesMax: number;
  /** Bytes of the git packs in one file that are kept to unpack bases again. */
  readonly gitHeldBytesMax: number;
  /** Unpacked bases kept for them, beside the one at work. */
  readonly gitBaseBytesMax: number;
  /** Objects of a git pack that are made one from the other. */
  readonly gitChainMax: number;
  /** Objects of a git pack whose base was not read when they went by. */
  readonly gitWaitingMax: number;
}

/** The limits of a layer, for a tar inside a file. */
export function tarLimits(limits: NestedLimits, { headerBytesMax, besideBytesMax }: LayerLimits): LayerLimits {
  const { bytesMax, entriesMax, zstdWindowBytesMax, ratioMax } = limits;
  // Bytes and ratio are counted over the whole file, by its Budget.
  return {
    contentBytesMax: bytesMax,
    entriesMax,
    headerBytesMax,
    besideBytesMax,
    zstdWindowBytesMax,
    ratioMax,
    ratioFromBytes: Number.POSITIVE_INFINITY,
  };
}
