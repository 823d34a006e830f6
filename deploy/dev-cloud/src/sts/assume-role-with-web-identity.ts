import type { CredentialMemory } from '../credential-memory/index.ts';
import { AwsError, type Clock } from '../http/index.ts';
import type { Iam, OidcProvider, Role } from '../iam/index.ts';
import { contextOf, decide } from '../policies/index.ts';
import type { Members } from './answers.ts';
import { checkTokenSignature, checkTokenTime, type IdentityToken, parseIdentityToken } from './identity-token.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import type { Parameters } from './parameters.ts';
import { sessionPoliciesOf, sessionResult } from './sessions.ts';

/**
 * AssumeRoleWithWebIdentity (STS API reference). The call is not signed: the token is the proof. Its issuer must be a provider of
 * the role's own account, its key come from that issuer's discovery document, its audience be registered, and the trust policy allow it.
 */
export async function assumeRoleWithWebIdentity(
  parameters: Parameters,
  iam: Iam,
  keys: IssuerKeys,
  clock: Clock,
  memory: CredentialMemory,
): Promise<Members> {
  const roleArn = parameters.roleArn();
  const sessionName = parameters.sessionName();
  const shown = parameters.text('WebIdentityToken', 4, 20_000);
  memory.add('web-identity-token', shown);
  const token = parseIdentityToken(shown);
  const provider = providerOf(iam, roleArn, token);
  checkTokenSignature(token, await keys.find(token.issuer, token.keyId));
  checkTokenTime(token, clock.now());
  const audience = token.audiences.find((name) => provider.clientIds.includes(name));
  if (audience === undefined) throw new AwsError('InvalidIdentityToken', 400, 'Incorrect token audience');
  const role = iam.findRole(roleArn);
  if (role === undefined || !trusts(role, provider, token, audience, sessionName)) {
    throw new AwsError('AccessDenied', 403, 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
  }
  const expiresAt = clock.now() + parameters.durationSeconds(role.maxSessionSeconds, false) * 1000;
  const session = sessionResult(iam, role, sessionName, sessionPoliciesOf(parameters), expiresAt);
  return { SubjectFromWebIdentityToken: token.subject, ...session, Provider: provider.arn, Audience: audience };
}

function providerOf(iam: Iam, roleArn: string, token: IdentityToken): OidcProvider {
  const provider = iam.findProvider(roleArn.split(':')[4] ?? '', token.issuer);
  if (provider !== undefined) return provider;
  throw new AwsError('InvalidIdentityToken', 400, `No OpenIDConnect provider found in your account for ${token.issuer}`);
}

function trusts(role: Role, provider: OidcProvider, token: IdentityToken, audience: string, sessionName: string): boolean {
  // Session tags in the token need the trust policy's leave of their own.
  const actions = token.tagged ? ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'] : ['sts:AssumeRoleWithWebIdentity'];
  const name = provider.url.replace(/^https?:\/\//, '');
  const context = contextOf({ [`${name}:aud`]: audience, [`${name}:sub`]: token.subject, 'sts:RoleSessionName': sessionName });
  const question = {
    caller: { kind: 'federated', providerArn: provider.arn },
    resource: role.arn,
    ownerAccountId: role.accountId,
    identityPolicies: [],
    resourcePolicy: role.trustPolicy,
    context,
  } as const;
  return actions.every((action) => decide({ ...question, action }).allowed);
}
