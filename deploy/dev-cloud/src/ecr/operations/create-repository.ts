import { authorize } from '../authorization.ts';
import { type Operation, registryIdOf } from '../call.ts';
import { repositoryArn } from '../repository.ts';
import { ecrError } from '../errors.ts';
import { renderRepository } from '../render.ts';

/** CreateRepository, with mutable or immutable tags; encryption and scan settings are not looked at. */
export const createRepository: Operation = (call) => {
  const [accountId, name] = [registryIdOf(call), call.input.repositoryName()];
  const target = { arn: repositoryArn(accountId, call.region, name), ownerAccountId: accountId, repository: undefined };
  authorize(call.credential.principal, call.action, target, call.region);
  const mutability = call.input.oneOf('imageTagMutability', ['MUTABLE', 'IMMUTABLE']) ?? 'MUTABLE';
  if (call.registries.find(accountId, call.region, name) !== undefined) {
    const message = `The repository with name '${name}' already exists in the registry with id '${accountId}'`;
    throw ecrError('RepositoryAlreadyExistsException', message);
  }
  return { repository: renderRepository(call.registries.create(accountId, call.region, name, mutability)) };
};
