const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** What bounds an archive that comes on standard input or compressed, and so takes a work file. */
export interface ArchiveLimits {
  /** Bytes of it once unpacked. */
  readonly bytesMax: number;
  /** Unpacked bytes per byte of it, looked at only past `ratioFromBytes`. */
  readonly ratioMax: number;
  readonly ratioFromBytes: number;
  /** Memory a zstd frame may ask for (its window). */
  readonly zstdWindowBytesMax: number;
  /** Memory an xz block may ask for (its dictionary). */
  readonly xzDictionaryBytesMax: number;
}

export const archiveLimits: ArchiveLimits = {
  // What a big machine-learning image saves to; a bound on disk.
  bytesMax: 64 * GIB,
  // As for layers: deflate cannot exceed 1,032, zeros reach it; real images stay below 50.
  ratioMax: 250,
  ratioFromBytes: 4 * GIB,
  // What the zstd command line decodes without being told to (--long=27).
  zstdWindowBytesMax: 128 * MIB,
  // xz -9. No layer is read at the same time, so that there is room for it.
  xzDictionaryBytesMax: 64 * MIB,
};
