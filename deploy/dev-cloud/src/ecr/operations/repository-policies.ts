import { authorizedRepository, type Operation } from '../call.ts';
import { ecrError } from '../errors.ts';
import type { Repository } from '../repository.ts';

/** GetRepositoryPolicy: the text as it was put. */
export const getRepositoryPolicy: Operation = (call) => policyOf(authorizedRepository(call));

/** SetRepositoryPolicy: a policy this cloud does not understand wholly is refused. */
export const setRepositoryPolicy: Operation = (call) => {
  const repository = authorizedRepository(call);
  call.registries.setPolicy(repository, call.input.text('policyText'));
  return policyOf(repository);
};

/** DeleteRepositoryPolicy: answers with the policy that was. */
export const deleteRepositoryPolicy: Operation = (call) => {
  const repository = authorizedRepository(call);
  const answer = policyOf(repository);
  call.registries.setPolicy(repository, null);
  return answer;
};

function policyOf(repository: Repository): unknown {
  const { accountId: registryId, name: repositoryName, policy } = repository;
  if (policy !== undefined) return { registryId, repositoryName, policyText: policy.text };
  const place = `the repository with name '${repositoryName}' in the registry with id '${registryId}'`;
  throw ecrError('RepositoryPolicyNotFoundException', `Repository policy does not exist for ${place}`);
}
