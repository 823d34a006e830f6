import type { GapReason } from '@tidewaiter/shared/findings';

/** What bounds the reading of one layer. The values in force are named in scan/limits.ts with their reasons. */
export interface LayerLimits {
  /** Bytes a layer may have once decompressed. */
  readonly contentBytesMax: number;
  /** Decompressed bytes per compressed byte, looked at only past `ratioFromBytes`. */
  readonly ratioMax: number;
  readonly ratioFromBytes: number;
  readonly entriesMax: number;
  /** Bytes of one pax header or GNU long name. */
  readonly headerBytesMax: number;
  /** Bytes kept of what compressed streams carry beside their content. */
  readonly besideBytesMax: number;
  /** Memory a zstd frame may ask for (its window). */
  readonly zstdWindowBytesMax: number;
}

/** Why a step could not go on, or null when it could. */
export type Stop = GapReason | null;
