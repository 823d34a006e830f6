import { authorizedRepository, type EcrCall, type Operation } from '../call.ts';
import { invalidParameter } from '../errors.ts';
import type { ImageId } from '../registries.ts';
import { type Repository, tagsOf } from '../repository.ts';

/** BatchDeleteImage: by tag takes the tag (and the image with its last one), by digest the image; what an index names stays. */
export const batchDeleteImage: Operation = (call) => {
  const repository = authorizedRepository(call);
  const ids = call.input.imageIds();
  if (ids === undefined) throw invalidParameter('imageIds', 'Member must not be null');
  const results = ids.map((id) => remove(call, repository, id));
  return {
    imageIds: results.flatMap((result) => ('deleted' in result ? result.deleted : [])),
    failures: results.flatMap((result) => ('failureCode' in result ? [result] : [])),
  };
};

type Removal =
  | { readonly deleted: readonly ImageId[] }
  | { readonly imageId: ImageId; readonly failureCode: string; readonly failureReason: string };

function remove(call: EcrCall, repository: Repository, id: ImageId): Removal {
  const fail = (failureCode: string, failureReason: string) => ({ imageId: id, failureCode, failureReason });
  if (id.imageDigest === undefined && id.imageTag === undefined)
    return fail('MissingDigestAndTag', 'Invalid request parameters: both tag and digest cannot be null');
  const image = call.registries.findImage(repository, id);
  if (image === undefined) return fail('ImageNotFound', 'Requested image not found');
  const tags = tagsOf(repository, image.digest);
  const goes = id.imageTag === undefined || tags.length === 1;
  const parent = [...repository.images.values()].find((other) => other.children.includes(image.digest));
  if (goes && parent !== undefined) {
    return fail('ImageReferencedByManifestList', `Requested image referenced by manifest list: [${parent.digest}]`);
  }
  call.registries.deleteImage(repository, id);
  const gone = id.imageTag === undefined ? tags : [id.imageTag];
  return {
    deleted: gone.length === 0 ? [{ imageDigest: image.digest }] : gone.map((imageTag) => ({ imageDigest: image.digest, imageTag })),
  };
}
