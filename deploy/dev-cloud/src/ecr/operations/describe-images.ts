import { authorizedRepository, type Operation, timestamp } from '../call.ts';
import { imagesByFilter } from '../image-filter.ts';
import { pageOf } from '../paging.ts';
import { type Image, type Repository, tagsOf } from '../repository.ts';

/** DescribeImages: named images (each must exist), or those of a repository that pass the filter, in pages. */
export const describeImages: Operation = (call) => {
  const repository = authorizedRepository(call);
  const ids = call.input.imageIds();
  if (ids !== undefined) {
    call.input.refusePaging('imageIds');
    return { imageDetails: ids.map((id) => render(repository, call.registries.requireImage(repository, id))) };
  }
  const images = imagesByFilter(repository, call.input.structure('filter'));
  const page = pageOf(
    images,
    (i) => i.digest,
    `images ${repository.arn}`,
    call.input.optional('nextToken'),
    call.input.maxResults(1000, 100),
  );
  return { imageDetails: page.items.map((image) => render(repository, image)), nextToken: page.nextToken };
};

function render(repository: Repository, image: Image): unknown {
  const tags = tagsOf(repository, image.digest);
  return {
    registryId: repository.accountId,
    repositoryName: repository.name,
    imageDigest: image.digest,
    imageTags: tags.length === 0 ? undefined : tags,
    imageSizeInBytes: image.sizeBytes,
    imagePushedAt: timestamp(image.pushedAt),
    imageManifestMediaType: image.mediaType,
    artifactMediaType: image.artifactMediaType,
    lastRecordedPullTime: timestamp(image.lastPulledAt),
    subjectManifestDigest: image.subjectDigest,
    imageStatus: image.status,
    lastArchivedAt: timestamp(image.lastArchivedAt),
    lastActivatedAt: timestamp(image.lastActivatedAt),
  };
}
