import { authorizedRepository, type Operation } from '../call.ts';
import { ecrError } from '../errors.ts';

/** GetRepositoryPolicy: the text as it was put. */
export const getRepositoryPolicy: Operation = (call) => {
  const repository = authorizedRepository(call);
  if (repository.policy === undefined) {
    const place = `the repository with name '${repository.name}' in the registry with id '${repository.accountId}'`;
    throw ecrError('RepositoryPolicyNotFoundException', `Repository policy does not exist for ${place}`);
  }
  return { registryId: repository.accountId, repositoryName: repository.name, policyText: repository.policy.text };
};
