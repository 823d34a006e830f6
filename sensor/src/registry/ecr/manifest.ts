import { createHash } from 'node:crypto';
import { BatchGetImageCommand, type Image } from '@aws-sdk/client-ecr';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type Digest, isDigest } from '@tidewaiter/shared/images';
import type { ImageTarget } from '../remote.ts';
import type { RawManifest } from '../source.ts';
import type { EcrCalls } from './calls.ts';
import { imageFailureOf } from './errors.ts';
import { MANIFEST_BYTES_MAX } from './limits.ts';

/** Indexes too: who does not ask for them is told that the image is not found. */
const ACCEPTED = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/**
 * A manifest or index by tag or digest.
 * @throws image.gone, image.archived, manifest.digest-mismatch, manifest.too-large, registry.*, credentials.*.
 */
export async function fetchManifest(calls: EcrCalls, repository: string, target: ImageTarget, signal: AbortSignal): Promise<RawManifest> {
  const which = `${repository}${'digest' in target ? `@${target.digest}` : `:${target.tag}`}`;
  const imageId = 'digest' in target ? { imageDigest: target.digest } : { imageTag: target.tag };
  const command = new BatchGetImageCommand({
    registryId: calls.account,
    repositoryName: repository,
    imageIds: [imageId],
    acceptedMediaTypes: ACCEPTED,
  });
  const { images = [], failures = [] } = await calls.send(which, signal, (client) => client.send(command, { abortSignal: signal }));
  const [failure] = failures;
  if (failure) throw imageFailureOf(failure.failureCode ?? 'no code', failure.failureReason ?? '', which);
  const [image] = images;
  if (!image) throw new TidewaiterError('registry.answer-invalid', { which, got: 'neither an image nor a failure' });
  return manifestOf(image, 'digest' in target ? target.digest : null, which);
}

function manifestOf({ imageManifest = '', imageManifestMediaType = '', imageId }: Image, asked: Digest | null, which: string): RawManifest {
  const bytes = Buffer.from(imageManifest, 'utf8');
  if (bytes.length > MANIFEST_BYTES_MAX)
    throw new TidewaiterError('manifest.too-large', { which, got: `${bytes.length} bytes`, want: `at most ${MANIFEST_BYTES_MAX}` });
  const want = asked ?? imageId?.imageDigest ?? '';
  const digest: Digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (!isDigest(want) || want !== digest)
    throw new TidewaiterError('manifest.digest-mismatch', { which, got: digest, want: want.slice(0, 100) || 'a digest' });
  return { digest, mediaType: imageManifestMediaType, bytes };
}
