import { AwsError } from '../http/index.ts';
import type { Repository } from './repository.ts';

/** ECR's modelled errors are all answered with HTTP 400, ServerException apart (botocore, ecr/2015-09-21). */
export function ecrError(code: string, message: string): AwsError {
  return new AwsError(code, code === 'ServerException' ? 500 : 400, message);
}

/** `Invalid parameter at 'imageIds' failed to satisfy constraint: 'Member must have length less than or equal to 100'`. */
export function invalidParameter(name: string, constraint: string): AwsError {
  return ecrError('InvalidParameterException', `Invalid parameter at '${name}' failed to satisfy constraint: '${constraint}'`);
}

export function repositoryNotFound(name: string, registryId: string): AwsError {
  return ecrError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${registryId}'`,
  );
}

export function imageNotFound(
  repository: Repository,
  id: { readonly imageDigest?: string | undefined; readonly imageTag?: string | undefined },
): AwsError {
  const shown = `{imageDigest:'${id.imageDigest ?? 'null'}', imageTag:'${id.imageTag ?? 'null'}'}`;
  const place = `within the repository with name '${repository.name}' in the registry with id '${repository.accountId}'`;
  return ecrError('ImageNotFoundException', `The image with imageId ${shown} does not exist ${place}`);
}

export function layersNotFound(): AwsError {
  return ecrError(
    'LayersNotFoundException',
    'The specified layers could not be found, or the specified layer is not valid for this repository.',
  );
}

export function layerInaccessible(): AwsError {
  return ecrError(
    'LayerInaccessibleException',
    'The specified layer is not available because it is not associated with an image. Unassociated image layers may be cleaned up at any time.',
  );
}
