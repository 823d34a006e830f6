export { type ConditionContext, contextOf } from './conditions.ts';
export { type Caller, type Decision, decide, type Question } from './decide.ts';
export { parsePolicy, type Policy, policyCharactersMax, type PolicyKind } from './document.ts';
export { PolicyError } from './policy-error.ts';
