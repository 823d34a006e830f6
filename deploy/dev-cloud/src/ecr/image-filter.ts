import type { Input } from './input.ts';
import { type Image, type Repository, tagsOf } from './repository.ts';

/** "If not specified, only images with ACTIVE status are returned." (DescribeImagesFilter, ListImagesFilter). */
export const imageStatuses = ['ACTIVE', 'ARCHIVED', 'ACTIVATING', 'ANY'] as const;

/** The images that pass `tagStatus` and `imageStatus`, sorted by digest. */
export function imagesByFilter(repository: Repository, filter: Input): readonly Image[] {
  const tagStatus = filter.oneOf('tagStatus', ['TAGGED', 'UNTAGGED', 'ANY']) ?? 'ANY';
  const status = filter.oneOf('imageStatus', imageStatuses) ?? 'ACTIVE';
  const passes = (image: Image) => {
    const tagged = tagsOf(repository, image.digest).length > 0 ? 'TAGGED' : 'UNTAGGED';
    return (tagStatus === 'ANY' || tagStatus === tagged) && (status === 'ANY' || status === image.status);
  };
  return [...repository.images.values()].filter(passes).sort((a, b) => (a.digest < b.digest ? -1 : 1));
}
