import type { Caller, Policy } from '../policies/index.ts';

/** An IAM role: who may assume it and what its sessions may do. Policies can be replaced while sessions live. */
export interface Role {
  readonly accountId: string;
  readonly name: string;
  readonly arn: string;
  readonly roleId: string;
  maxSessionSeconds: number;
  trustPolicy: Policy;
  policies: readonly Policy[];
}

/** An IAM user with long-lived keys. */
export interface User {
  readonly accountId: string;
  readonly name: string;
  readonly arn: string;
  readonly userId: string;
  policies: readonly Policy[];
}

/** An IAM OIDC provider; its ARN is the URL without the scheme. */
export interface OidcProvider {
  readonly accountId: string;
  readonly url: string;
  readonly arn: string;
  readonly clientIds: readonly string[];
}

/** Who a key pair stands for. */
export type Principal =
  | { readonly kind: 'user'; readonly user: User }
  | {
      readonly kind: 'session';
      readonly role: Role;
      readonly sessionName: string;
      /** Policies passed with the AssumeRole call: they only narrow. */
      readonly sessionPolicies: readonly Policy[] | undefined;
    };

/** A key pair the cloud gave out. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiresAt?: number;
  readonly principal: Principal;
}

/** The account of 12 digits that a principal belongs to. */
export function accountOf(principal: Principal): string {
  return principal.kind === 'user' ? principal.user.accountId : principal.role.accountId;
}

/** The ARN AWS writes into messages: a role session has no path (`arn:aws:sts::<account>:assumed-role/<role>/<session>`). */
export function arnOf(principal: Principal): string {
  if (principal.kind === 'user') return principal.user.arn;
  const { role, sessionName } = principal;
  return `arn:${partitionOf(role.arn)}:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`;
}

/** `UserId` of GetCallerIdentity. */
export function userIdOf(principal: Principal): string {
  return principal.kind === 'user' ? principal.user.userId : `${principal.role.roleId}:${principal.sessionName}`;
}

/** Identity policies; a session has those of its role. */
export function policiesOf(principal: Principal): readonly Policy[] {
  return principal.kind === 'user' ? principal.user.policies : principal.role.policies;
}

/** The principal as a policy's Principal element can name it: a session by its own ARN or by its role's. */
export function callerOf(principal: Principal): Caller {
  const base = { kind: 'aws', accountId: accountOf(principal), arn: arnOf(principal) } as const;
  return principal.kind === 'user' ? base : { ...base, roleArn: principal.role.arn };
}

/** `aws`, `aws-cn` or `aws-us-gov` of an ARN. */
export function partitionOf(arn: string): string {
  return arn.split(':')[1] ?? 'aws';
}
