import { authorize } from '../authorization.ts';
import { authorizedRepository, type Operation, registryIdOf } from '../call.ts';
import { repositoryArn } from '../repository.ts';
import { checkRepositoryName } from '../input.ts';
import { pageOf } from '../paging.ts';
import { renderRepository } from '../render.ts';

/** DescribeRepositories: by name (each must exist), or all of a registry in pages. */
export const describeRepositories: Operation = (call) => {
  const names = call.input.texts('repositoryNames', 1, 100);
  if (names !== undefined) {
    call.input.refusePaging('repositoryNames');
    return {
      repositories: names.map((name) => renderRepository(authorizedRepository(call, checkRepositoryName('repositoryNames', name)))),
    };
  }
  const accountId = registryIdOf(call);
  const target = { arn: repositoryArn(accountId, call.region, '*'), ownerAccountId: accountId, repository: undefined };
  authorize(call.credential.principal, call.action, target, call.region);
  const all = call.registries.list(accountId, call.region);
  const page = pageOf(all, (r) => r.name, `repositories ${accountId}`, call.input.optional('nextToken'), call.input.maxResults(1000, 100));
  return { repositories: page.items.map(renderRepository), nextToken: page.nextToken };
};
