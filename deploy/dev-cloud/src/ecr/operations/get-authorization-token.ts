import { accountOf } from '../../iam/index.ts';
import { authorize } from '../authorization.ts';
import { type Operation, timestamp } from '../call.ts';
import { invalidParameter } from '../errors.ts';

/** GetAuthorizationToken: it has no resource, so a policy must allow it on `*`. */
export const getAuthorizationToken: Operation = async (call) => {
  const own = accountOf(call.credential.principal);
  authorize(call.credential.principal, call.action, { arn: '*', ownerAccountId: own, repository: undefined }, call.region);
  const registryIds = call.input.texts('registryIds', 1, 10) ?? [own];
  if (!registryIds.every((id) => /^\d{12}$/.test(id))) throw invalidParameter('registryIds', "must satisfy regular expression '[0-9]{12}'");
  const { password, expiresAt } = call.tokens.issue(call.credential, call.region);
  const authorizationToken = Buffer.from(`AWS:${password}`).toString('base64');
  const render = async (id: string) => ({
    authorizationToken,
    expiresAt: timestamp(expiresAt),
    proxyEndpoint: await call.registryUrl(id, call.region),
  });
  return { authorizationData: await Promise.all(registryIds.map(render)) };
};
