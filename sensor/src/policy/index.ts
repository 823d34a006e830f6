export { ownIdentityPolicy, type Policy, policyOf } from './policy.ts';
export { type PolicyRules, readPolicyFile } from './policy-file.ts';
