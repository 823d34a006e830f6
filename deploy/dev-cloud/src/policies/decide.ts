import { type ConditionContext, conditionsHold } from './conditions.ts';
import type { Policy, PrincipalPattern, Statement } from './document.ts';
import { wildcardMatches } from './wildcard.ts';

/** Who asks, as a policy's Principal can name it. */
export type Caller =
  | { readonly kind: 'aws'; readonly accountId: string; readonly arn: string; readonly roleArn?: string }
  | { readonly kind: 'federated'; readonly providerArn: string }
  | { readonly kind: 'service'; readonly service: string };

/** One question: may this caller do that action to this resource, of that account? */
export interface Question {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  readonly ownerAccountId: string;
  readonly identityPolicies: readonly Policy[];
  /** Of an AssumeRole call: what it does not allow the session cannot do. */
  readonly sessionPolicies?: readonly Policy[];
  readonly resourcePolicy?: Policy | undefined;
  /** A role's trust policy must name the caller; identity policies alone never open a role, not even in its own account. */
  readonly resourcePolicyDecides?: boolean;
  readonly context: ConditionContext;
}

/** Allowed, or the end of AWS's sentence that says why not. */
export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly because: string };

type Grant = 'none' | 'account' | 'direct';

/**
 * IAM's evaluation (IAM user guide, "Policy evaluation logic"): an explicit deny anywhere wins; within one account either side
 * may allow, but a resource policy that only names the account leaves the choice to identity policies; across accounts both must.
 */
export function decide(question: Question): Decision {
  const denied = explicitDeny(question);
  if (denied !== undefined) return { allowed: false, because: `with an explicit deny in ${denied}` };
  const missing = (kind: string): Decision => ({
    allowed: false,
    because: `because no ${kind} policy allows the ${question.action} action`,
  });
  const identity = allows(question.identityPolicies, question);
  const resource = resourceGrant(question);
  if (question.sessionPolicies !== undefined && !allows(question.sessionPolicies, question)) return missing('session');
  if (question.caller.kind !== 'aws') return resource === 'none' ? missing('resource-based') : { allowed: true };
  if (question.caller.accountId === question.ownerAccountId) {
    if (question.resourcePolicyDecides === true && resource === 'none') return missing('resource-based');
    return identity || resource === 'direct' ? { allowed: true } : missing('identity-based');
  }
  if (!identity) return missing('identity-based');
  return resource === 'none' ? missing('resource-based') : { allowed: true };
}

function explicitDeny(question: Question): string | undefined {
  const denies = (policy: Policy) =>
    policy.statements.some((statement) => statement.effect === 'Deny' && applies(statement, question) && names(statement, question));
  if (question.identityPolicies.some(denies)) return 'an identity-based policy';
  if (question.sessionPolicies?.some(denies) === true) return 'a session policy';
  return question.resourcePolicy !== undefined && denies(question.resourcePolicy) ? 'a resource-based policy' : undefined;
}

function allows(policies: readonly Policy[], question: Question): boolean {
  return policies.some((policy) => policy.statements.some((statement) => statement.effect === 'Allow' && applies(statement, question)));
}

function resourceGrant(question: Question): Grant {
  const grants = (question.resourcePolicy?.statements ?? [])
    .filter((statement) => statement.effect === 'Allow' && applies(statement, question))
    .flatMap((statement) => statement.principals.map((pattern) => grantTo(pattern, question.caller)));
  if (grants.includes('direct')) return 'direct';
  return grants.includes('account') ? 'account' : 'none';
}

function applies(statement: Statement, question: Question): boolean {
  const action = question.action.toLowerCase();
  return (
    statement.actions.some((pattern) => wildcardMatches(pattern.toLowerCase(), action)) &&
    statement.resources.some((pattern) => wildcardMatches(pattern, question.resource)) &&
    conditionsHold(statement.conditions, question.context)
  );
}

function names(statement: Statement, question: Question): boolean {
  if (statement.principals.length === 0) return true;
  return statement.principals.some((pattern) => grantTo(pattern, question.caller) !== 'none');
}

function grantTo(pattern: PrincipalPattern, caller: Caller): Grant {
  switch (caller.kind) {
    case 'federated':
      return pattern.kind === 'federated' && pattern.value === caller.providerArn ? 'direct' : 'none';
    case 'service':
      return pattern.kind === 'service' && pattern.value === caller.service ? 'direct' : 'none';
    default:
      return grantToAws(pattern, caller);
  }
}

function grantToAws(pattern: PrincipalPattern, caller: Extract<Caller, { kind: 'aws' }>): Grant {
  if (pattern.kind === 'any') return 'direct';
  if (pattern.kind !== 'aws') return 'none';
  if (pattern.value === caller.arn || pattern.value === caller.roleArn) return 'direct';
  return pattern.value === caller.accountId || pattern.value.endsWith(`::${caller.accountId}:root`) ? 'account' : 'none';
}
