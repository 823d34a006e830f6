import { authorizedRepository, type Operation } from '../call.ts';
import { imagesByFilter } from '../image-filter.ts';
import { pageOf } from '../paging.ts';
import { tagsOf } from '../repository.ts';

/** ListImages: one entry a tag, and one for an image without any. */
export const listImages: Operation = (call) => {
  const repository = authorizedRepository(call);
  const entries = imagesByFilter(repository, call.input.structure('filter')).flatMap((image) => {
    const tags = tagsOf(repository, image.digest);
    return tags.length === 0 ? [{ imageDigest: image.digest }] : tags.map((imageTag) => ({ imageDigest: image.digest, imageTag }));
  });
  const page = pageOf(entries, keyOf, `ids ${repository.arn}`, call.input.optional('nextToken'), call.input.maxResults(1000, 100));
  return { imageIds: page.items, nextToken: page.nextToken };
};

function keyOf(entry: { readonly imageDigest: string; readonly imageTag?: string }): string {
  return `${entry.imageDigest} ${entry.imageTag ?? ''}`;
}
