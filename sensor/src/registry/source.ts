import type { Digest } from '@tidewaiter/shared/images';

/** A manifest or index as its registry gave it. The bytes hash to `digest` (the source verified it). */
export interface RawManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/**
 * Where one image comes from: an ECR repository, an OCI registry, or files on this machine. Knows nothing of layer content.
 * Every verb throws TidewaiterError: image.gone, image.archived, registry.*, credentials.*, manifest.digest-mismatch, cancelled.
 */
export interface ImageSource {
  /** As the user wrote it or the assignment names it; for reports. Holds no credential. */
  readonly reference: string;
  root(signal: AbortSignal): Promise<RawManifest>;
  manifest(digest: Digest, signal: AbortSignal): Promise<RawManifest>;
  /**
   * The blob's stored (compressed) bytes, in chunks of any size; a chunk's bytes are the reader's until it asks for the next. It ends
   * early only by throwing; whoever reads it verifies digest and size. Resuming (Range, a new pre-signed URL) happens inside.
   */
  blob(digest: Digest, sizeBytes: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
