import type { Digest } from '@tidewaiter/shared/images';

/** Files by name, read from an offset: a folder, or an archive that was indexed once. */
export interface FileStore {
  /** The file's size, or null when there is none of this name. */
  sizeOf(name: string): Promise<number | null>;
  /** Chunks of the file from `fromByte` on. */
  read(name: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Bytes read at once from disk: read size matters more than anything else (64 KiB chunks: twice the time). */
export const READ_BYTES = 1 << 18;

/** OCI image-layout.md: blobs/<algorithm>/<encoded>. */
export const blobName = (digest: Digest): string => `blobs/sha256/${digest.slice('sha256:'.length)}`;
