import { authorizedRepository, type Operation } from '../call.ts';
import { invalidParameter } from '../errors.ts';
import { imageStatuses } from '../image-filter.ts';
import { pageOf } from '../paging.ts';
import type { Image } from '../repository.ts';

/** ListImageReferrers: the artifacts whose `subject` is an image; the image itself need not exist (OCI distribution 1.1). */
export const listImageReferrers: Operation = (call) => {
  const repository = authorizedRepository(call);
  const subject = call.input.imageId('subjectId').imageDigest;
  if (subject === undefined) throw invalidParameter('subjectId.imageDigest', 'Member must not be null');
  const filter = call.input.structure('filter');
  const types = filter.texts('artifactTypes', 0, 5);
  const status = filter.oneOf('artifactStatus', imageStatuses) ?? 'ACTIVE';
  const found = [...repository.images.values()]
    .filter((image) => image.subjectDigest === subject && (status === 'ANY' || status === image.status))
    .filter((image) => types === undefined || types.length === 0 || types.includes(image.artifactType ?? ''))
    .sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const page = pageOf(
    found,
    (i) => i.digest,
    `referrers ${repository.arn} ${subject}`,
    call.input.optional('nextToken'),
    call.input.maxResults(50, 20),
  );
  return { referrers: page.items.map(render), nextToken: page.nextToken };
};

function render(image: Image): unknown {
  return {
    digest: image.digest,
    mediaType: image.mediaType,
    artifactType: image.artifactType,
    size: image.manifest.length,
    annotations: image.annotations,
    artifactStatus: image.status,
  };
}
