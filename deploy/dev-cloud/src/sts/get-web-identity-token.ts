import { AwsError, type Clock, isoSeconds } from '../http/index.ts';
import { accountOf, arnOf, callerOf, type Credential, policiesOf } from '../iam/index.ts';
import { contextOf, decide } from '../policies/index.ts';
import type { OutboundFederation, TokenAlgorithm } from '../tokens/index.ts';
import type { Members } from './answers.ts';
import type { Parameters } from './parameters.ts';

/** GetWebIdentityToken: a JWT that says, to whoever trusts the account's issuer, which role (or user) asks. */
export function getWebIdentityToken(
  parameters: Parameters,
  credential: Credential,
  region: string,
  outbound: OutboundFederation,
  clock: Clock,
): Members {
  const audiences = parameters.members('Audience', 1, 10);
  const algorithm = parameters.oneOf<TokenAlgorithm>('SigningAlgorithm', ['RS256', 'ES384']);
  const seconds = parameters.integer('DurationSeconds', 60, 3600, 300);
  checkAllowed(credential, audiences, algorithm);
  const expiresAt = clock.now() + seconds * 1000;
  if (credential.expiresAt !== undefined && expiresAt > credential.expiresAt) {
    throw new AwsError(
      'SessionDurationEscalationException',
      403,
      'The requested token duration would extend the session beyond its original expiration time.',
    );
  }
  const { principal } = credential;
  const account = accountOf(principal);
  const claims = {
    aud: audiences.length === 1 ? audiences[0] : audiences,
    sub: principal.kind === 'session' ? principal.role.arn : principal.user.arn,
    'https://sts.amazonaws.com/': { aws_account: account, source_region: region },
  };
  const token = outbound.token(account, claims, seconds, algorithm);
  if (token === undefined) {
    const message = 'The outbound web identity federation feature is not enabled for this account.';
    throw new AwsError('OutboundWebIdentityFederationDisabledException', 403, message);
  }
  return { WebIdentityToken: token, Expiration: isoSeconds(expiresAt) };
}

function checkAllowed(credential: Credential, audiences: readonly string[], algorithm: string): void {
  const { principal } = credential;
  const sessionPolicies = principal.kind === 'session' ? principal.sessionPolicies : undefined;
  const decision = decide({
    caller: callerOf(principal),
    action: 'sts:GetWebIdentityToken',
    resource: '*',
    ownerAccountId: accountOf(principal),
    identityPolicies: policiesOf(principal),
    ...(sessionPolicies === undefined ? {} : { sessionPolicies }),
    context: contextOf({
      // Several audiences need ForAllValues, which this cloud does not know: the key is then absent, and such a condition fails.
      'sts:IdentityTokenAudience': audiences.length === 1 ? audiences[0] : undefined,
      'sts:SigningAlgorithm': algorithm,
    }),
  });
  if (decision.allowed) return;
  const message = `User: ${arnOf(principal)} is not authorized to perform: sts:GetWebIdentityToken on resource: * ${decision.because}`;
  throw new AwsError('AccessDenied', 403, message);
}
