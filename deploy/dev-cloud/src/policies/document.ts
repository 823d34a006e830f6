import { isRecord } from '../http/index.ts';
import { type Condition, parseConditions } from './conditions.ts';
import { PolicyError } from './policy-error.ts';

/** Where a policy hangs decides its elements: identity policies have Resource, the two others have Principal. */
export type PolicyKind = 'identity' | 'repository' | 'trust';

/** One principal of a statement. `aws` is an ARN, a 12-digit account or `*`. */
export interface PrincipalPattern {
  readonly kind: 'any' | 'aws' | 'federated' | 'service';
  readonly value: string;
}

export interface Statement {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals: readonly PrincipalPattern[];
  readonly conditions: readonly Condition[];
}

/** A policy document, understood: what this cloud does not know of one was refused when it was put. */
export interface Policy {
  readonly kind: PolicyKind;
  readonly statements: readonly Statement[];
  /** As it was put: GetRepositoryPolicy gives it back. */
  readonly text: string;
}

const elements: Readonly<Record<PolicyKind, readonly string[]>> = {
  identity: ['Sid', 'Effect', 'Action', 'Resource', 'Condition'],
  repository: ['Sid', 'Effect', 'Action', 'Principal', 'Condition'],
  trust: ['Sid', 'Effect', 'Action', 'Principal', 'Condition'],
};

/** Characters of a policy: ECR's `policyText` may hold 10,240, IAM's inline role policies too (IAM quotas). */
export const policyCharactersMax = 10_240;

/** Reads a policy document; NotAction, NotResource, NotPrincipal, variables and unknown elements are refused by name. */
export function parsePolicy(document: unknown, kind: PolicyKind): Policy {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  if (text.length > policyCharactersMax) throw new PolicyError(`a policy of more than ${policyCharactersMax} characters`);
  const parsed = asRecord(typeof document === 'string' ? parseJson(document) : document, 'policy');
  const unknown = Object.keys(parsed).find((key) => !['Version', 'Id', 'Statement'].includes(key));
  if (unknown !== undefined) throw new PolicyError(`unknown element ${unknown}`);
  // ECR's own examples still carry the older version; they differ in policy variables only, which are refused anyway.
  if (parsed['Version'] !== '2012-10-17' && parsed['Version'] !== '2008-10-17')
    throw new PolicyError('Version must be 2012-10-17 or 2008-10-17');
  const statements = Array.isArray(parsed['Statement']) ? (parsed['Statement'] as unknown[]) : [parsed['Statement']];
  return { kind, text, statements: statements.map((statement) => parseStatement(asRecord(statement, 'Statement'), kind)) };
}

function parseStatement(statement: Readonly<Record<string, unknown>>, kind: PolicyKind): Statement {
  const unknown = Object.keys(statement).find((key) => !elements[kind].includes(key));
  if (unknown !== undefined) throw new PolicyError(`the development cloud does not take the element ${unknown} in a ${kind} policy`);
  const effect = statement['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') throw new PolicyError('Effect must be Allow or Deny');
  return {
    sid: typeof statement['Sid'] === 'string' ? statement['Sid'] : undefined,
    effect,
    actions: strings(statement['Action'], 'Action').map(checkAction),
    resources: kind === 'identity' ? strings(statement['Resource'], 'Resource').map(checkResource) : ['*'],
    principals: kind === 'identity' ? [] : parsePrincipals(statement['Principal']),
    conditions: parseConditions(statement['Condition']),
  };
}

function parsePrincipals(value: unknown): PrincipalPattern[] {
  if (value === '*') return [{ kind: 'any', value: '*' }];
  return Object.entries(asRecord(value, 'Principal')).flatMap(([type, names]) =>
    strings(names, `Principal.${type}`).map((name) => parsePrincipal(type, name)),
  );
}

function parsePrincipal(type: string, name: string): PrincipalPattern {
  if (type === 'AWS' && name === '*') return { kind: 'any', value: '*' };
  if (type === 'AWS' && /^(\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|(user|role|assumed-role)\/[\w+=,.@/-]+))$/.test(name)) {
    return { kind: 'aws', value: name };
  }
  if (type === 'Federated' && /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/.+$/.test(name)) return { kind: 'federated', value: name };
  if (type === 'Service' && /^[a-z0-9.-]+\.amazonaws\.com$/.test(name)) return { kind: 'service', value: name };
  throw new PolicyError(`Invalid principal in policy: "${type}":"${name}"`);
}

function checkAction(action: string): string {
  if (action === '*' || /^[a-z0-9-]+:[A-Za-z*?]+$/.test(action)) return action;
  throw new PolicyError(`Actions/Conditions must be prefaced by a vendor (got ${action})`);
}

function checkResource(resource: string): string {
  if (resource.includes('${')) throw new PolicyError(`the development cloud does not know policy variables (${resource})`);
  if (resource === '*' || /^arn:[^:]*:[^:]*:[^:]*:[^:]*:.+$/.test(resource)) return resource;
  throw new PolicyError(`Resource ${resource} must be in ARN format or "*".`);
}

function strings(value: unknown, element: string): string[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  if (list.length === 0) throw new PolicyError(`${element} must not be empty`);
  return list.map((item) => {
    if (typeof item !== 'string') throw new PolicyError(`${element} must be a string or a list of strings`);
    return item;
  });
}

function asRecord(value: unknown, element: string): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw new PolicyError(`${element} must be an object`);
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PolicyError('This policy contains invalid Json');
  }
}
