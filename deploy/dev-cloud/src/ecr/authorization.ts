import { accountOf, arnOf, callerOf, policiesOf, type Principal } from '../iam/index.ts';
import { contextOf, decide } from '../policies/index.ts';
import { ecrError } from './errors.ts';
import type { Repository } from './repository.ts';

/** What an action is done to: a repository (that may not exist), or `*`. */
export interface Target {
  readonly arn: string;
  readonly ownerAccountId: string;
  readonly repository: Repository | undefined;
}

/** Throws AccessDeniedException in AWS's words unless the identity and repository policies allow it. */
export function authorize(principal: Principal, action: string, target: Target, region: string): void {
  const sessionPolicies = principal.kind === 'session' ? principal.sessionPolicies : undefined;
  const decision = decide({
    caller: callerOf(principal),
    action,
    resource: target.arn,
    ownerAccountId: target.ownerAccountId,
    identityPolicies: policiesOf(principal),
    ...(sessionPolicies === undefined ? {} : { sessionPolicies }),
    resourcePolicy: target.repository?.policy,
    context: contextOf({
      'aws:PrincipalArn': principal.kind === 'session' ? principal.role.arn : principal.user.arn,
      'aws:PrincipalAccount': accountOf(principal),
      'aws:PrincipalType': principal.kind === 'session' ? 'AssumedRole' : 'User',
      'aws:RequestedRegion': region,
      'aws:ResourceAccount': target.ownerAccountId,
      // Loopback stands for AWS's TLS endpoints, which take nothing else.
      'aws:SecureTransport': 'true',
    }),
  });
  if (decision.allowed) return;
  const message = `User: ${arnOf(principal)} is not authorized to perform: ${action} on resource: ${target.arn} ${decision.because}`;
  throw ecrError('AccessDeniedException', message);
}
