import { rm } from 'node:fs/promises';
import type { RememberedCredentials } from '../credential-memory/index.ts';
import type { CloudRequest, CountersSnapshot } from '../counters/index.ts';
import { type ImageId, type ImageStatus, putLayout, type Repository } from '../ecr/index.ts';
import type { DeadLetter, Delivery, RetrySetup } from '../eventbridge/index.ts';
import type { Fault, FaultSetup } from '../faults/index.ts';
import { isoSeconds, SetupError } from '../http/index.ts';
import { closeOrigins, type Origins } from './origins.ts';
import type { CloudParts } from './parts.ts';
import type { Workloads } from './workloads.ts';

/** Account and region of a verb; the cloud's defaults where left out. */
export interface Place {
  readonly accountId?: string | undefined;
  readonly region?: string | undefined;
}

/** A repository that a verb is about. */
export interface RepositoryPlace extends Place {
  readonly repository: string;
}

/** A repository to be made, as CreateRepository takes it (`MUTABLE` unless said). */
export interface RepositorySetup extends Place {
  readonly name: string;
  readonly tagMutability?: 'MUTABLE' | 'IMMUTABLE' | undefined;
  /** A policy document. */
  readonly policy?: unknown;
}

/** A repository that was made, by its names. */
export interface RepositoryInfo {
  readonly arn: string;
  /** As DescribeRepositories has it: `<account>.dkr.ecr.<region>.amazonaws.com/<name>`. */
  readonly uri: string;
  /** Where the registry of its account listens; `<host>:<port>/<name>` is what docker and skopeo take. */
  readonly registryUrl: string;
}

/** A role to be made or replaced; policies are documents as JSON objects. A session lives for 3,600 s at most unless said. */
export interface RoleRequest {
  readonly accountId?: string | undefined;
  readonly name: string;
  readonly path?: string | undefined;
  readonly trustPolicy: unknown;
  /** Identity policies. */
  readonly policies?: readonly unknown[] | undefined;
  readonly maxSessionSeconds?: number | undefined;
}

/** An image in memory. Blobs are layers and config; `unchecked` stores what ECR would refuse. */
export interface MemoryImage extends RepositoryPlace {
  readonly tag?: string | undefined;
  readonly manifest: Buffer;
  readonly mediaType?: string | undefined;
  readonly blobs?: readonly Buffer[] | undefined;
  readonly unchecked?: { readonly digest?: string | undefined } | undefined;
}

/** An image on this machine; it is pushed under `tag`, or untagged. */
export interface LayoutImage extends RepositoryPlace {
  /** Folder of an OCI layout. */
  readonly layout: string;
  /** Which of its images, by `org.opencontainers.image.ref.name`; may be left out if it has one. */
  readonly reference?: string | undefined;
  readonly tag?: string | undefined;
}

/** A rule of EventBridge with one API destination; one that does not answer within `timeoutMs` (5,000) has failed. */
export interface RuleRequest extends Place {
  readonly name: string;
  readonly url: string;
  /** The API key of the connection. */
  readonly header?: { readonly name: string; readonly value: string } | undefined;
  /** An event pattern; `{"source": ["aws.ecr"]}` if left out. */
  readonly pattern?: unknown;
  readonly retry?: RetrySetup | undefined;
  readonly timeoutMs?: number | undefined;
}

/** A running development cloud and the verbs that set it up; the admin API has the same. */
export class Cloud {
  readonly #parts: CloudParts;
  readonly #origins: Origins;

  /** Use `startCloud`. */
  constructor(parts: CloudParts, origins: Origins) {
    this.#parts = parts;
    this.#origins = origins;
  }

  /** Base URLs, without a trailing slash; `registry` is the default account's in the default region. */
  get urls(): Readonly<Record<'sts' | 'ecr' | 'layers' | 'registry' | 'imds' | 'ecs' | 'eks' | 'eksIssuer', string>> {
    const { sts, ecr, layers, defaultRegistryUrl: registry } = this.#origins;
    return { sts: sts.url, ecr: ecr.url, layers: layers.url, registry, ...this.workloads.urls };
  }

  /** The ways a workload gets credentials by itself. */
  get workloads(): Workloads {
    return this.#origins.workloads;
  }

  /** The variables that point a genuine AWS SDK here. */
  get environment(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL_ECR: this.urls.ecr,
      AWS_ENDPOINT_URL_STS: this.urls.sts,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: this.urls.imds,
      AWS_REGION: this.#parts.options.region,
    };
  }

  async createRepository(setup: RepositorySetup): Promise<RepositoryInfo> {
    const { accountId, region } = this.#place(setup);
    const repository = this.#parts.registries.create(accountId, region, setup.name, setup.tagMutability);
    if (setup.policy !== undefined) this.#parts.registries.setPolicy(repository, setup.policy);
    return { arn: repository.arn, uri: repository.uri, registryUrl: await this.#origins.registries.url(accountId, region) };
  }

  deleteRepository(place: RepositoryPlace): void {
    this.#parts.registries.delete(this.#repository(place));
  }

  /** Puts a repository policy; null removes it. */
  putRepositoryPolicy(place: RepositoryPlace, policy: unknown): void {
    this.#parts.registries.setPolicy(this.#repository(place), policy);
  }

  createOidcProvider(setup: {
    readonly accountId?: string | undefined;
    readonly url: string;
    readonly clientIds?: readonly string[] | undefined;
  }): { readonly arn: string } {
    const provider = this.#parts.iam.putProvider(this.#place(setup).accountId, setup.url, setup.clientIds ?? ['sts.amazonaws.com']);
    return { arn: provider.arn };
  }

  /** Turns on outbound identity federation (sts:GetWebIdentityToken) for an account; see `OutboundFederation` about `issuer`. */
  enableOutboundFederation(setup: { readonly accountId?: string | undefined; readonly issuer?: string | undefined } = {}): {
    readonly issuer: string;
    readonly servedAt: string;
  } {
    return this.#parts.outbound.enable(this.#place(setup).accountId, this.#origins.tokens.url, setup.issuer);
  }

  /** Creates a role, or replaces the policies of the one of that name. */
  createRole(setup: RoleRequest): { readonly arn: string } {
    const { accountId } = this.#place(setup);
    const { name, trustPolicy, path = '/', policies = [], maxSessionSeconds = 3600 } = setup;
    return { arn: this.#parts.iam.putRole({ accountId, name, path, trustPolicy, policies, maxSessionSeconds }).arn };
  }

  /** Creates a user (if new) with these identity policies, and an access key of it. */
  createAccessKey(setup: {
    readonly accountId?: string | undefined;
    readonly user: string;
    readonly policies?: readonly unknown[] | undefined;
  }): {
    readonly arn: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  } {
    const credential = this.#parts.iam.createAccessKey(this.#place(setup).accountId, setup.user, setup.policies ?? []);
    const { accessKeyId, secretAccessKey, principal } = credential;
    return { arn: principal.kind === 'user' ? principal.user.arn : '', accessKeyId, secretAccessKey };
  }

  deleteAccessKey(accessKeyId: string): void {
    if (!this.#parts.iam.deleteCredential(accessKeyId)) throw new SetupError(`no access key ${accessKeyId}`, 404);
  }

  /** Pushes an image of an OCI layout: children first and untagged, then the image under its tag. */
  async putLayoutImage(image: LayoutImage): Promise<{ readonly digest: string }> {
    const { digest } = await putLayout(this.#parts.registries, this.#repository(image), image.layout, image.reference, image.tag);
    return { digest };
  }

  async putImage(image: MemoryImage): Promise<{ readonly digest: string }> {
    const { registries } = this.#parts;
    const repository = this.#repository(image);
    for (const blob of image.blobs ?? []) repository.blobs.set(await registries.blobs.addBytes(blob), undefined);
    const { manifest, mediaType, tag } = image;
    const unchecked = image.unchecked === undefined ? {} : { unchecked: image.unchecked };
    return { digest: registries.putImage(repository, { manifest, mediaType, tag, ...unchecked }).digest };
  }

  /** Deletes a tag, or by digest the image with all its tags. */
  deleteImage(image: RepositoryPlace & ImageId): void {
    this.#parts.registries.deleteImage(this.#repository(image), image);
  }

  /** Archives an image or restores it, as a lifecycle rule would. */
  setImageStatus(image: RepositoryPlace & ImageId & { readonly status: ImageStatus }): void {
    this.#parts.registries.setStatus(this.#repository(image), image, image.status);
  }

  /** Connects the default bus of an account and region to an API destination. */
  createRule(setup: RuleRequest): void {
    const { accountId, region } = this.#place(setup);
    const { name, url, header, pattern = { source: ['aws.ecr'] }, retry = {}, timeoutMs = 5_000 } = setup;
    const headers = header === undefined ? {} : { [header.name]: header.value };
    this.#parts.bus.putRule({ name, accountId, region, pattern, destination: { url, headers }, retry, timeoutMs });
  }

  deleteRule(name: string): void {
    if (!this.#parts.bus.deleteRule(name)) throw new SetupError(`no rule ${name}`, 404);
  }

  /** Puts an event of any service on the default bus; ECR's own come by themselves. */
  putEvent(
    event: Place & { readonly source: string; readonly detailType: string; readonly detail: Readonly<Record<string, unknown>> },
  ): void {
    const { accountId: account, region } = this.#place(event);
    const time = isoSeconds(this.#parts.clock.now());
    this.#parts.bus.put({ 'detail-type': event.detailType, source: event.source, account, time, region, detail: event.detail });
  }

  deliveries(): readonly Readonly<Delivery>[] {
    return this.#parts.bus.deliveries();
  }

  deadLetters(): readonly DeadLetter[] {
    return this.#parts.bus.deadLetters();
  }

  setFault(setup: FaultSetup): Fault {
    return this.#parts.faults.set(setup);
  }

  faults(): readonly Fault[] {
    return this.#parts.faults.list();
  }

  clearFaults(id?: string): void {
    this.#parts.faults.clear(id);
  }

  counters(): CountersSnapshot & { readonly events: Readonly<Record<string, number>> } {
    return { ...this.#parts.counters.snapshot(), events: this.#parts.bus.counts() };
  }

  requests(): readonly CloudRequest[] {
    return this.#parts.counters.requests();
  }

  resetCounters(): void {
    this.#parts.counters.reset();
  }

  /** Every credential that the cloud gave out or was shown, in plain: for tests that look for leaks. */
  credentials(): RememberedCredentials {
    return this.#parts.memory.all();
  }

  /** Sets the cloud's clock this far ahead of the machine's. */
  setClockOffset(offsetMs: number): void {
    this.#parts.clock.setOffset(offsetMs);
  }

  /** Makes STS forget every issuer's keys, as the end of its cache does. */
  clearIssuerKeys(): void {
    this.#parts.issuerKeys.clear();
  }

  async close(): Promise<void> {
    this.#parts.bus.close();
    await closeOrigins(this.#origins);
    await rm(this.#parts.folder, { recursive: true, force: true });
  }

  #place(place: Place): { accountId: string; region: string } {
    const { accountId = this.#parts.options.accountId, region = this.#parts.options.region } = place;
    if (!/^\d{12}$/.test(accountId)) throw new SetupError(`an account id has 12 digits, got ${accountId}`);
    if (!/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)) throw new SetupError(`not a region: ${region}`);
    return { accountId, region };
  }

  #repository(place: RepositoryPlace): Repository {
    const { accountId, region } = this.#place(place);
    return this.#parts.registries.require(accountId, region, place.repository);
  }
}
