import { AwsError, type Clock } from '../http/index.ts';
import { accountOf, arnOf, callerOf, type Credential, type Iam, policiesOf, type Principal, type Role } from '../iam/index.ts';
import { contextOf, decide } from '../policies/index.ts';
import type { Members } from './answers.ts';
import type { Parameters } from './parameters.ts';
import { sessionPoliciesOf, sessionResult } from './sessions.ts';

/**
 * AssumeRole: the role's trust policy must name the caller (sts:ExternalId among its conditions), and unless it does so directly
 * within one account, the caller's own policies must allow it too. A session that assumes a role chains: an hour at most.
 */
export function assumeRole(parameters: Parameters, credential: Credential, iam: Iam, clock: Clock): Members {
  const roleArn = parameters.roleArn();
  const sessionName = parameters.sessionName();
  const externalId =
    parameters.optional('ExternalId') === undefined ? undefined : parameters.text('ExternalId', 2, 1224, /^[\w+=,.@:/-]*$/);
  const role = iam.findRole(roleArn);
  if (role === undefined || !maySessionBegin(role, credential.principal, externalId, sessionName)) {
    const message = `User: ${arnOf(credential.principal)} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
    throw new AwsError('AccessDenied', 403, message);
  }
  const chained = credential.principal.kind === 'session';
  const expiresAt = clock.now() + parameters.durationSeconds(role.maxSessionSeconds, chained) * 1000;
  return sessionResult(iam, role, sessionName, sessionPoliciesOf(parameters), expiresAt);
}

function maySessionBegin(role: Role, principal: Principal, externalId: string | undefined, sessionName: string): boolean {
  const context = contextOf({
    'sts:ExternalId': externalId,
    'sts:RoleSessionName': sessionName,
    'aws:PrincipalArn': principal.kind === 'session' ? principal.role.arn : principal.user.arn,
    'aws:PrincipalAccount': accountOf(principal),
    'aws:SecureTransport': 'true',
  });
  const sessionPolicies = principal.kind === 'session' ? principal.sessionPolicies : undefined;
  return decide({
    caller: callerOf(principal),
    action: 'sts:AssumeRole',
    resource: role.arn,
    ownerAccountId: role.accountId,
    identityPolicies: policiesOf(principal),
    ...(sessionPolicies === undefined ? {} : { sessionPolicies }),
    resourcePolicy: role.trustPolicy,
    resourcePolicyDecides: true,
    context,
  }).allowed;
}
