import type { RememberedCredentials } from '../credential-memory/index.ts';
import { Api } from './api.ts';

/** What the development cloud says when it is ready. */
export interface CloudReady {
  readonly accountId: string;
  readonly region: string;
  readonly urls: { readonly admin: string; readonly ecr: string; readonly layers: string; readonly sts: string };
  readonly environment: Readonly<Record<string, string>>;
}

/** What the trust policy must name, as the control plane says it. */
export interface Trust {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
}

/** The account owner's side of the demo: repositories, the role that trusts the issuer, the rule that posts push events. */
export class CloudAdmin {
  readonly #api: Api;
  readonly #ready: CloudReady;

  constructor(ready: CloudReady) {
    this.#ready = ready;
    this.#api = new Api(`${ready.urls.admin}/_cloud`);
  }

  get registryHost(): string {
    return `${this.#ready.accountId}.dkr.ecr.${this.#ready.region}.amazonaws.com`;
  }

  roleArn(role: string): string {
    return `arn:aws:iam::${this.#ready.accountId}:role/${role}`;
  }

  /** Where the ECR API answers. */
  get ecrUrl(): string {
    return this.#ready.urls.ecr;
  }

  /** `registryUrl` is where `docker push` would go. */
  createRepository(name: string): Promise<{ readonly registryUrl: string }> {
    return this.#api.post('/repositories', { name });
  }

  /** Keys of a user of the account who may do everything. */
  createAdminKey(user: string): Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string }> {
    return this.#api.post('/access-keys', { user, policies: [policy([{ Effect: 'Allow', Action: '*', Resource: '*' }])] });
  }

  /** The customer's role: assumable with our issuer's tokens for this workspace only, allowed to read and nothing else. */
  async trust(role: string, { issuer, audience, subject }: Trust): Promise<void> {
    const provider = await this.#api.post<{ arn: string }>('/oidc-providers', { url: issuer });
    const key = issuer.replace(/^https?:\/\//, '');
    const condition = { StringEquals: { [`${key}:aud`]: audience, [`${key}:sub`]: subject } };
    const trustPolicy = policy([
      { Effect: 'Allow', Principal: { Federated: provider.arn }, Action: 'sts:AssumeRoleWithWebIdentity', Condition: condition },
    ]);
    await this.#api.post('/roles', { name: role, trustPolicy, policies: [this.#readPolicy()] });
  }

  /** A rule of this name, as many as there are webhooks. */
  async sendPushEvents(name: string, url: string, key: string): Promise<void> {
    await this.#api.post('/rules', { name, url, header: { name: 'x-tidewaiter-key', value: key } });
  }

  async putLayout(repository: string, tag: string, layout: string, reference: string | undefined): Promise<string> {
    const { digest } = await this.#api.post<{ digest: string }>('/images', { repository, tag, layout, reference });
    return digest;
  }

  /** Stores a manifest as it is, under the digest that is claimed: what ECR would refuse. */
  async putUnchecked(repository: string, manifest: string, claimed?: { readonly digest: string }): Promise<string> {
    const body = { repository, tag: 'latest', manifest: Buffer.from(manifest).toString('base64'), unchecked: true, ...claimed };
    return (await this.#api.post<{ digest: string }>('/images', body)).digest;
  }

  /** Requests served by digest. */
  async blobsServed(): Promise<Readonly<Record<string, { readonly requests: number; readonly complete: number; readonly bytes: number }>>> {
    return (await this.#api.get<{ blobs: Record<string, { requests: number; complete: number; bytes: number }> }>('/counters')).blobs;
  }

  /** Every credential that went through the cloud, in plain. */
  credentials(): Promise<RememberedCredentials> {
    return this.#api.get('/credentials');
  }

  async setFault(fault: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#api.post('/faults', fault);
  }

  async clearFaults(): Promise<void> {
    await this.#api.delete('/faults');
  }

  #readPolicy(): unknown {
    const repositories = `arn:aws:ecr:${this.#ready.region}:${this.#ready.accountId}:repository/*`;
    return policy([
      { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
      {
        Effect: 'Allow',
        Action: ['ecr:DescribeRepositories', 'ecr:DescribeImages', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        Resource: repositories,
      },
    ]);
  }
}

const policy = (statements: readonly unknown[]): unknown => ({ Version: '2012-10-17', Statement: statements });
