import { isRecord } from '../http/index.ts';
import { PolicyError } from './policy-error.ts';
import { arnMatches, wildcardMatches } from './wildcard.ts';

/** Values of the condition keys of one request; a key that is absent has no entry. */
export type ConditionContext = Readonly<Record<string, string>>;

/** One line of a Condition block: an operator, its key (in lower case) and the values, any of which may match. */
export interface Condition {
  readonly operator: Operator;
  /** `…IfExists`: a missing key passes. */
  readonly ifExists: boolean;
  readonly key: string;
  readonly values: readonly string[];
}

/**
 * The operators this cloud knows. Numeric, Date, IpAddress, Binary, ForAllValues and ForAnyValue are absent: a policy
 * that uses them is refused when it is put, so that a test never passes on a condition that was not looked at.
 */
const operators = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  'ArnEquals',
  'ArnNotEquals',
  'ArnLike',
  'ArnNotLike',
  'Bool',
  'Null',
] as const;
type Operator = (typeof operators)[number];

/** Global and service keys this cloud knows. Condition keys are not case-sensitive. */
const knownKeys = new Set(
  [
    'aws:SecureTransport',
    'aws:PrincipalArn',
    'aws:PrincipalAccount',
    'aws:PrincipalType',
    'aws:userid',
    'aws:RequestedRegion',
    'aws:ResourceAccount',
    'sts:ExternalId',
    'sts:RoleSessionName',
    'sts:IdentityTokenAudience',
    'sts:SigningAlgorithm',
    // Known, but in no request: callers here belong to no organisation and come through no endpoint and no service.
    'aws:PrincipalOrgID',
    'aws:SourceVpc',
    'aws:SourceVpce',
    'aws:SourceArn',
    'aws:SourceAccount',
  ].map((key) => key.toLowerCase()),
);

/** Keys of an OIDC provider: its URL without the scheme, then the claim. */
const providerKey = /^[a-z0-9.-]+(:\d+)?(\/[^:]*)?:(aud|sub)$/;

/** Reads a Condition block; an operator or key that is not known here is refused by name. */
export function parseConditions(block: unknown): readonly Condition[] {
  if (block === undefined) return [];
  if (!isRecord(block)) throw new PolicyError('Condition must be an object of operators');
  return Object.entries(block).flatMap(([name, keys]) => {
    const { operator, ifExists } = parseOperator(name);
    if (!isRecord(keys)) throw new PolicyError(`Condition ${name} must be an object of keys`);
    return Object.entries(keys).map(([key, value]) => ({ operator, ifExists, key: parseKey(key), values: parseValues(key, value) }));
  });
}

/** Every line must hold (they are and-ed); within a line one value is enough. */
export function conditionsHold(conditions: readonly Condition[], context: ConditionContext): boolean {
  return conditions.every((condition) => holds(condition, context[condition.key]));
}

/** A context with its keys in lower case, as `conditionsHold` looks them up. */
export function contextOf(values: Readonly<Record<string, string | undefined>>): ConditionContext {
  const context: Record<string, string> = {};
  for (const [key, value] of Object.entries(values)) if (value !== undefined) context[key.toLowerCase()] = value;
  return context;
}

function holds(condition: Condition, got: string | undefined): boolean {
  const { operator, values } = condition;
  if (operator === 'Null') return values.some((value) => (value === 'true') === (got === undefined));
  // "If the key is not present, negated operators match" (IAM user guide, condition operators).
  if (got === undefined) return condition.ifExists || operator.includes('Not');
  const some = (test: (value: string) => boolean) => values.some(test);
  switch (operator) {
    case 'StringEquals':
    case 'Bool':
      return some((value) => value === got);
    case 'StringNotEquals':
      return !some((value) => value === got);
    case 'StringEqualsIgnoreCase':
      return some((value) => value.toLowerCase() === got.toLowerCase());
    case 'StringNotEqualsIgnoreCase':
      return !some((value) => value.toLowerCase() === got.toLowerCase());
    case 'StringLike':
      return some((value) => wildcardMatches(value, got));
    case 'StringNotLike':
      return !some((value) => wildcardMatches(value, got));
    // ArnEquals and ArnLike behave identically (same page).
    case 'ArnEquals':
    case 'ArnLike':
      return some((value) => arnMatches(value, got));
    default:
      return !some((value) => arnMatches(value, got));
  }
}

function parseOperator(name: string): { operator: Operator; ifExists: boolean } {
  const ifExists = name.endsWith('IfExists');
  const bare = ifExists ? name.slice(0, -'IfExists'.length) : name;
  const operator = operators.find((known) => known === bare);
  if (operator === undefined)
    throw new PolicyError(`the development cloud does not know the condition operator ${name}; it knows ${operators.join(', ')}`);
  return { operator, ifExists };
}

function parseKey(key: string): string {
  const lower = key.toLowerCase();
  if (knownKeys.has(lower) || providerKey.test(lower)) return lower;
  throw new PolicyError(`the development cloud does not know the condition key ${key}`);
}

function parseValues(key: string, value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((item: unknown) => {
    if (typeof item === 'boolean') return String(item);
    if (typeof item !== 'string') throw new PolicyError(`Condition ${key} must hold strings`);
    if (item.includes('${')) throw new PolicyError(`the development cloud does not know policy variables (${item})`);
    return item;
  });
}
