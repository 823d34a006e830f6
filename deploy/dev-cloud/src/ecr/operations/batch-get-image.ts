import { authorizedRepository, type EcrCall, type Operation } from '../call.ts';
import { invalidParameter } from '../errors.ts';
import type { ImageId } from '../registries.ts';
import { renderImage } from '../render.ts';
import type { Image, Repository } from '../repository.ts';

interface Failure {
  readonly imageId: ImageId;
  readonly failureCode: string;
  readonly failureReason: string;
}

/** BatchGetImage: manifests of up to 100 images; what cannot be given is a failure beside the others, not an error. */
export const batchGetImage: Operation = (call) => {
  const repository = authorizedRepository(call);
  const ids = call.input.imageIds();
  if (ids === undefined) throw invalidParameter('imageIds', 'Member must not be null');
  const accepted = call.input.texts('acceptedMediaTypes', 1, 100);
  const results = ids.map((id) => lookUp(call, repository, id, accepted));
  return {
    images: results.flatMap((result) => ('image' in result ? [renderImage(repository, result.id, result.image)] : [])),
    failures: results.flatMap((result) => ('failure' in result ? [result.failure] : [])),
  };
};

function lookUp(
  call: EcrCall,
  repository: Repository,
  id: ImageId,
  accepted: readonly string[] | undefined,
): { id: ImageId; image: Image } | { failure: Failure } {
  const fail = (failureCode: string, failureReason: string) => ({ failure: { imageId: id, failureCode, failureReason } });
  const { imageDigest, imageTag } = id;
  if (imageDigest === undefined && imageTag === undefined)
    return fail('MissingDigestAndTag', 'Invalid request parameters: both tag and digest cannot be null');
  if (imageDigest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(imageDigest)) {
    return fail('InvalidImageDigest', "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'");
  }
  const image = call.registries.findImage(repository, id);
  if (image === undefined) {
    const differs = imageDigest !== undefined && imageTag !== undefined && repository.images.has(imageDigest);
    return differs
      ? fail('ImageTagDoesNotMatchDigest', 'Image tag does not match digest')
      : fail('ImageNotFound', 'Requested image not found');
  }
  const failureCode = call.imageFailure(repository.name, image.digest);
  if (failureCode !== undefined) return fail(failureCode, `a fault set ${failureCode}`);
  if (image.status !== 'ACTIVE') return fail('ImageInaccessible', 'The image is archived and must be restored before it can be pulled');
  if (accepted !== undefined && !accepted.includes(image.mediaType)) {
    return fail('ImageNotFound', `The image has media type '${image.mediaType}', but client accepts '[${accepted.join(', ')}]'`);
  }
  image.lastPulledAt = call.clock.now();
  return { id, image };
}
