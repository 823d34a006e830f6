import { authorizedRepository, type Operation } from '../call.ts';
import { invalidParameter } from '../errors.ts';

/** UpdateImageStorageClass. A restore takes minutes in AWS: it is answered ACTIVATING, and here done when that is answered. */
export const updateImageStorageClass: Operation = (call) => {
  const repository = authorizedRepository(call);
  const id = call.input.imageId('imageId');
  const target = call.input.oneOf('targetStorageClass', ['STANDARD', 'ARCHIVE']);
  if (target === undefined) throw invalidParameter('targetStorageClass', 'Member must not be null');
  const { digest, status } = call.registries.requireImage(repository, id);
  const answer = (imageStatus: string) => ({
    registryId: repository.accountId,
    repositoryName: repository.name,
    imageId: { ...id, imageDigest: digest },
    imageStatus,
  });
  const wanted = target === 'ARCHIVE' ? 'ARCHIVED' : 'ACTIVE';
  if (status === wanted) return answer(wanted);
  call.registries.setStatus(repository, id, wanted);
  return answer(target === 'ARCHIVE' ? 'ARCHIVED' : 'ACTIVATING');
};
