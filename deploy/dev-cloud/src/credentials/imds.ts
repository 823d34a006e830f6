import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError, type Clock, type Handler, isoSeconds } from '../http/index.ts';
import type { ServiceSessions } from './service-session.ts';

/** Longest life of a session token of IMDSv2. */
const tokenSecondsMax = 21_600;

/** The instance whose metadata is served; no role means an instance without a profile. */
export interface Instance {
  readonly instanceId: string;
  readonly accountId: string;
  readonly region: string;
  roleArn: string | undefined;
}

/** IMDSv2 (EC2 user guide, "Use the Instance Metadata Service"); v1 is off, so a call without a token is 401. */
export class Imds {
  readonly instance: Instance;
  readonly #clock: Clock;
  readonly #sessions: ServiceSessions;
  readonly #tokens = new Map<string, number>();

  constructor(instance: Instance, clock: Clock, sessions: ServiceSessions) {
    this.instance = instance;
    this.#clock = clock;
    this.#sessions = sessions;
  }

  get handler(): Handler {
    return async (request, response) => {
      const path = request.url ?? '';
      if (path === '/latest/api/token') return this.#issueToken(request, response);
      const expiresAt = this.#tokens.get(String(request.headers['x-aws-ec2-metadata-token'] ?? ''));
      if (expiresAt === undefined || expiresAt <= this.#clock.now()) return text(response, 401, 'Unauthorized');
      const found = request.method === 'GET' ? this.#document(path) : undefined;
      return found === undefined ? text(response, 404, 'Not Found') : text(response, 200, found);
    };
  }

  #issueToken(request: IncomingMessage, response: ServerResponse): void {
    const seconds = Number(request.headers['x-aws-ec2-metadata-token-ttl-seconds']);
    if (request.method !== 'PUT') return text(response, 405, 'Method Not Allowed');
    // A request that came through a proxy gets no token: what an open reverse proxy would forward ends here.
    if (request.headers['x-forwarded-for'] !== undefined) return text(response, 403, 'Forbidden');
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > tokenSecondsMax) return text(response, 400, 'Bad Request');
    for (const [old, expiresAt] of this.#tokens) if (expiresAt <= this.#clock.now()) this.#tokens.delete(old);
    const token = randomBytes(42).toString('base64url');
    this.#tokens.set(token, this.#clock.now() + seconds * 1000);
    response.setHeader('x-aws-ec2-metadata-token-ttl-seconds', String(seconds));
    return text(response, 200, token);
  }

  #document(path: string): string | undefined {
    const { instanceId, accountId, region, roleArn } = this.instance;
    const roleName = roleArn?.split('/').at(-1);
    switch (path) {
      case '/latest/meta-data/instance-id':
        return instanceId;
      case '/latest/meta-data/placement/region':
        return region;
      case '/latest/dynamic/instance-identity/document':
        return JSON.stringify({ accountId, instanceId, region, version: '2017-09-30' }, undefined, 2);
      case '/latest/meta-data/iam/security-credentials/':
      case '/latest/meta-data/iam/security-credentials':
        return roleName;
      case `/latest/meta-data/iam/security-credentials/${roleName}`:
        return roleArn === undefined ? undefined : JSON.stringify(this.#credentials(roleArn), undefined, 2);
      default:
        return undefined;
    }
  }

  #credentials(roleArn: string): Readonly<Record<string, string>> {
    try {
      const session = this.#sessions.get(roleArn, 'ec2.amazonaws.com', ['sts:AssumeRole'], this.instance.instanceId);
      return {
        Code: 'Success',
        LastUpdated: isoSeconds(session.issuedAt),
        Type: 'AWS-HMAC',
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: session.secretAccessKey,
        Token: session.token,
        Expiration: isoSeconds(session.expiresAt),
      };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const Message =
        'EC2 cannot assume the role. Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html';
      return { Code: 'AssumeRoleUnauthorizedAccess', Message, LastUpdated: isoSeconds(this.#clock.now()) };
    }
  }
}

function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body) }).end(body);
}
