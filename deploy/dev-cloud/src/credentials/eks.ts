import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError, type Handler, SetupError } from '../http/index.ts';
import type { Cluster, ServiceAccount } from './cluster.ts';
import { containerMembers, type ServiceSessions } from './service-session.ts';

/** Audience of the tokens that the Pod Identity agent takes. */
const podIdentityAudience = 'pods.eks.amazonaws.com';

/**
 * An EKS cluster: its public issuer (`/id/<name>`, for IRSA) and its Pod Identity agent (`/v1/credentials`), which takes a
 * projected token in the Authorization header and gives the role that the service account is associated with.
 */
export class Eks {
  readonly #cluster: Cluster;
  readonly #sessions: ServiceSessions;
  readonly #associations = new Map<string, string>();

  constructor(cluster: Cluster, sessions: ServiceSessions) {
    this.#cluster = cluster;
    this.#sessions = sessions;
  }

  /** Pod Identity association: one role for a service account. */
  associate(account: ServiceAccount, roleArn: string): void {
    this.#associations.set(keyOf(account), roleArn);
  }

  dissociate(account: ServiceAccount): void {
    if (!this.#associations.delete(keyOf(account))) throw new SetupError(`no association of ${keyOf(account)}`, 404);
  }

  get handler(): Handler {
    return async (request, response) => {
      const issuer = `http://${request.headers.host}${issuerPath}`;
      switch (request.url) {
        case `${issuerPath}/.well-known/openid-configuration`:
          return json(response, 200, this.#cluster.discovery(issuer));
        case `${issuerPath}/keys`:
          return json(response, 200, this.#cluster.keys());
        case '/v1/credentials':
          return this.#credentials(request, response);
        default:
          return json(response, 404, { message: 'Not Found' });
      }
    };
  }

  #credentials(request: IncomingMessage, response: ServerResponse): void {
    const account = this.#cluster.verify(request.headers.authorization ?? '', podIdentityAudience);
    if (account === undefined)
      return json(response, 400, { __type: 'InvalidTokenException', message: 'The service account token is not valid' });
    const roleArn = this.#associations.get(keyOf(account));
    if (roleArn === undefined)
      return json(response, 404, { __type: 'ResourceNotFoundException', message: `no association of ${keyOf(account)}` });
    try {
      const name = `eks-${account.serviceAccount}`.slice(0, 64);
      const session = this.#sessions.get(roleArn, podIdentityAudience, ['sts:AssumeRole', 'sts:TagSession'], name);
      return json(response, 200, { ...containerMembers(session), AccountId: session.accountId });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return json(response, error.status, { __type: error.code, message: error.message });
    }
  }
}

/** Where the cluster's issuer stands below its origin; EKS has `https://oidc.eks.<region>.amazonaws.com/id/<id>`. */
export const issuerPath = '/id/DEVCLOUD';

function keyOf({ namespace, serviceAccount }: ServiceAccount): string {
  return `${namespace}/${serviceAccount}`;
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
