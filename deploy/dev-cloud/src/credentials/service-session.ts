import { AwsError, type Clock, isoSeconds } from '../http/index.ts';
import type { Iam, Role } from '../iam/index.ts';
import { contextOf, decide } from '../policies/index.ts';

/** Temporary keys as the three credential endpoints give them out, each in its own member names. */
export interface ServiceSession {
  readonly roleArn: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly token: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** New keys are given out this long before the old ones end (EC2 user guide: "at least five minutes before"). */
const renewMs = 10 * 60 * 1000;

/**
 * Sessions that an AWS service takes for a workload (`ec2.amazonaws.com`, `ecs-tasks.amazonaws.com`, `pods.eks.amazonaws.com`);
 * the role's trust policy must name the service. The same keys are given until they are about to end.
 */
export class ServiceSessions {
  readonly #iam: Iam;
  readonly #clock: Clock;
  readonly #seconds: number;
  readonly #current = new Map<string, ServiceSession>();

  constructor(iam: Iam, clock: Clock, seconds: number) {
    this.#iam = iam;
    this.#clock = clock;
    this.#seconds = seconds;
  }

  get(roleArn: string, service: string, actions: readonly string[], sessionName: string): ServiceSession {
    const key = `${service} ${sessionName} ${roleArn}`;
    const current = this.#current.get(key);
    if (current !== undefined && current.expiresAt - this.#clock.now() > renewMs) return current;
    const role = this.#iam.findRole(roleArn);
    if (role === undefined || !actions.every((action) => trusts(role, service, action))) {
      throw new AwsError('AccessDeniedException', 403, `${service} is not authorized to assume the role ${roleArn}`);
    }
    const issuedAt = this.#clock.now();
    const expiresAt = issuedAt + this.#seconds * 1000;
    const {
      accessKeyId,
      secretAccessKey,
      sessionToken: token,
    } = this.#iam.issueSession({ kind: 'session', role, sessionName, sessionPolicies: undefined }, expiresAt);
    const session = { roleArn, accountId: role.accountId, accessKeyId, secretAccessKey, token, issuedAt, expiresAt };
    this.#current.set(key, session);
    return session;
  }
}

/** The members that ECS and EKS share. */
export function containerMembers(session: ServiceSession): Readonly<Record<string, string>> {
  const { accessKeyId, secretAccessKey, token, expiresAt } = session;
  return { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: token, Expiration: isoSeconds(expiresAt) };
}

function trusts(role: Role, service: string, action: string): boolean {
  return decide({
    caller: { kind: 'service', service },
    action,
    resource: role.arn,
    ownerAccountId: role.accountId,
    identityPolicies: [],
    resourcePolicy: role.trustPolicy,
    context: contextOf({}),
  }).allowed;
}
