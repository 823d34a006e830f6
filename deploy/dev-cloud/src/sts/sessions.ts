import { AwsError, isoSeconds } from '../http/index.ts';
import { arnOf, type Iam, type Principal, type Role, userIdOf } from '../iam/index.ts';
import { parsePolicy, PolicyError, type Policy } from '../policies/index.ts';
import type { Members } from './answers.ts';
import type { Parameters } from './parameters.ts';

/** The inline session policy of the call, if any (at most 2,048 characters). */
export function sessionPoliciesOf(parameters: Parameters): readonly Policy[] | undefined {
  const given = parameters.optional('Policy');
  if (given === undefined) return undefined;
  if (parameters.optional('PolicyArns.member.1.arn') !== undefined) {
    throw new AwsError('ValidationError', 400, 'the development cloud does not know PolicyArns');
  }
  try {
    return [parsePolicy(parameters.text('Policy', 1, 2048), 'identity')];
  } catch (error) {
    if (error instanceof PolicyError) throw new AwsError('MalformedPolicyDocument', 400, error.message);
    throw error;
  }
}

/** Issues the session and renders it as both AssumeRole calls answer it. */
export function sessionResult(
  iam: Iam,
  role: Role,
  sessionName: string,
  sessionPolicies: readonly Policy[] | undefined,
  expiresAt: number,
): Members {
  const principal: Extract<Principal, { kind: 'session' }> = { kind: 'session', role, sessionName, sessionPolicies };
  const credential = iam.issueSession(principal, expiresAt);
  return {
    AssumedRoleUser: { AssumedRoleId: userIdOf(principal), Arn: arnOf(principal) },
    Credentials: {
      AccessKeyId: credential.accessKeyId,
      SecretAccessKey: credential.secretAccessKey,
      SessionToken: credential.sessionToken,
      Expiration: isoSeconds(expiresAt),
    },
  };
}
