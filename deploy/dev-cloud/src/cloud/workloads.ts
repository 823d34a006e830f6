import {
  Cluster,
  Eks,
  Imds,
  issuerPath,
  type ServiceAccount,
  ServiceSessions,
  TaskCredentials,
  writeTokenFile,
} from '../credentials/index.ts';
import { listen, type LoopbackServer } from '../http/index.ts';
import type { CloudParts } from './parts.ts';

/** What a verb returns for the process that is to use it: variables of the AWS SDK. */
export interface WorkloadEnvironment {
  readonly environment: Readonly<Record<string, string>>;
}

/** A token to be projected into a file. */
export interface ProjectedToken extends ServiceAccount {
  readonly file: string;
  /** `sts.amazonaws.com` for IRSA, `pods.eks.amazonaws.com` for Pod Identity, or the URL of whoever is to verify it. */
  readonly audience: string;
  readonly seconds?: number | undefined;
}

/** The ways a workload gets credentials by itself: EC2's metadata service, an ECS task, and an EKS cluster's two. */
export class Workloads {
  readonly #imds: Imds;
  readonly #tasks: TaskCredentials;
  readonly #cluster: Cluster;
  readonly #eks: Eks;
  #servers: Readonly<Record<'imds' | 'ecs' | 'eks', LoopbackServer>> | undefined;

  constructor(parts: CloudParts) {
    const { accountId, region, workloadSessionSeconds } = parts.options;
    const sessions = new ServiceSessions(parts.iam, parts.clock, workloadSessionSeconds);
    this.#imds = new Imds({ instanceId: 'i-0123456789abcdef0', accountId, region, roleArn: undefined }, parts.clock, sessions);
    this.#tasks = new TaskCredentials(sessions);
    this.#cluster = new Cluster(parts.clock);
    this.#eks = new Eks(this.#cluster, sessions);
  }

  async open(): Promise<void> {
    const [imds, ecs, eks] = await Promise.all([listen(this.#imds.handler), listen(this.#tasks.handler), listen(this.#eks.handler)]);
    this.#servers = { imds, ecs, eks };
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#servers ?? {}).map((server) => server.close()));
  }

  get urls(): Readonly<Record<'imds' | 'ecs' | 'eks' | 'eksIssuer', string>> {
    const url = (name: 'imds' | 'ecs' | 'eks') => this.#servers?.[name].url ?? '';
    return { imds: url('imds'), ecs: url('ecs'), eks: url('eks'), eksIssuer: `${url('eks')}${issuerPath}` };
  }

  /** Gives the instance this role (its trust policy names `ec2.amazonaws.com`), or takes its role away. */
  setInstanceRole(roleArn: string | undefined): WorkloadEnvironment {
    this.#imds.instance.roleArn = roleArn;
    return { environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: this.urls.imds } };
  }

  /** Starts an ECS task with this task role (trusting `ecs-tasks.amazonaws.com`). */
  startTask(roleArn: string): WorkloadEnvironment {
    const { path, authorization } = this.#tasks.start(roleArn);
    return {
      environment: { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${this.urls.ecs}${path}`, AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization },
    };
  }

  /** Associates a service account with a role (trusting `pods.eks.amazonaws.com`); null ends the association. */
  associate(account: ServiceAccount, roleArn: string | null): void {
    if (roleArn === null) this.#eks.dissociate(account);
    else this.#eks.associate(account, roleArn);
  }

  /** Writes a service-account token as the kubelet does, and says which variables a pod with it is given. */
  async projectToken(token: ProjectedToken): Promise<WorkloadEnvironment> {
    const { file, audience, seconds = 86_400 } = token;
    await writeTokenFile(file, this.#cluster.token(this.urls.eksIssuer, token, audience, seconds));
    if (audience !== 'pods.eks.amazonaws.com') return { environment: { AWS_WEB_IDENTITY_TOKEN_FILE: file } };
    return {
      environment: { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${this.urls.eks}/v1/credentials`, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file },
    };
  }
}
