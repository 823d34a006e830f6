import { createHash } from 'node:crypto';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type Digest, isDigest, MANIFEST_BYTES_MAX } from '@tidewaiter/shared/images';

/**
 * The digest of a manifest's bytes, which must be the one it was asked by (or that its registry says it has).
 * @throws manifest.too-large, manifest.digest-mismatch.
 */
export function verifiedDigest(bytes: Uint8Array, want: string | null, which: string): Digest {
  if (bytes.length > MANIFEST_BYTES_MAX)
    throw new TidewaiterError('manifest.too-large', { which, got: `${bytes.length} bytes`, want: `at most ${MANIFEST_BYTES_MAX}` });
  const digest: Digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (want === null || (isDigest(want) && want === digest)) return digest;
  throw new TidewaiterError('manifest.digest-mismatch', { which, got: digest, want: want.slice(0, 100) || 'a digest' });
}

/** Indexes too: who does not ask for them is told that the image is not found, or given one platform of several. */
export const MANIFEST_TYPES: readonly string[] = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
