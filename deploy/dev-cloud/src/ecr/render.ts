import { timestamp } from './call.ts';
import type { ImageId } from './registries.ts';
import type { Image, Repository } from './repository.ts';

/** The shape `Repository` of ECR's model. */
export function renderRepository(repository: Repository): unknown {
  return {
    repositoryArn: repository.arn,
    registryId: repository.accountId,
    repositoryName: repository.name,
    repositoryUri: repository.uri,
    createdAt: timestamp(repository.createdAt),
    imageTagMutability: repository.tagMutability,
    imageScanningConfiguration: { scanOnPush: false },
    encryptionConfiguration: { encryptionType: 'AES256' },
  };
}

/** The shape `Image`: a manifest under the tag it was asked or put by, if it was. */
export function renderImage(repository: Repository, id: ImageId, image: Image): unknown {
  return {
    registryId: repository.accountId,
    repositoryName: repository.name,
    imageId: { imageDigest: image.digest, imageTag: id.imageTag },
    imageManifest: image.manifest.toString('utf8'),
    imageManifestMediaType: image.mediaType,
  };
}
