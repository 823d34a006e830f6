import { BatchGetImageCommand, type Image } from '@aws-sdk/client-ecr';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Digest } from '@tidewaiter/shared/images';
import { MANIFEST_TYPES, verifiedDigest } from '../manifest-bytes.ts';
import type { ImageTarget } from '../remote.ts';
import type { RawManifest } from '../source.ts';
import type { EcrCalls } from './calls.ts';
import { imageFailureOf } from './errors.ts';

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
    acceptedMediaTypes: [...MANIFEST_TYPES],
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
  return { digest: verifiedDigest(bytes, asked ?? imageId?.imageDigest ?? '', which), mediaType: imageManifestMediaType, bytes };
}
