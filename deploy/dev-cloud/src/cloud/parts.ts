import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { CredentialMemory } from '../credential-memory/index.ts';
import { Counters } from '../counters/index.ts';
import { AuthorizationTokens, BlobStore, type ImageAction, Registries } from '../ecr/index.ts';
import { EventBus } from '../eventbridge/index.ts';
import { FaultSwitches } from '../faults/index.ts';
import { MovableClock } from '../http/index.ts';
import { Iam, newAccessKeyId, newSecretAccessKey } from '../iam/index.ts';
import type { PresignKey } from '../signatures/index.ts';
import { IssuerKeys } from '../sts/index.ts';
import { OutboundFederation } from '../tokens/index.ts';
import type { CloudOptions } from './options.ts';
import { Throttle } from './throttle.ts';

/** The cloud's state, before any of it listens. */
export interface CloudParts {
  readonly options: Required<CloudOptions>;
  readonly clock: MovableClock;
  readonly iam: Iam;
  /** Every credential that went through the cloud. */
  readonly memory: CredentialMemory;
  readonly counters: Counters;
  readonly faults: FaultSwitches;
  readonly bus: EventBus;
  readonly registries: Registries;
  readonly tokens: AuthorizationTokens;
  readonly issuerKeys: IssuerKeys;
  readonly outbound: OutboundFederation;
  readonly throttle: Throttle;
  readonly presignKey: PresignKey;
  /** Where blobs are kept; removed when the cloud closes. */
  readonly folder: string;
}

export async function makeParts(options: Required<CloudOptions>): Promise<CloudParts> {
  const clock = new MovableClock(options.now);
  const folder = await mkdtemp(join(options.dataFolder, 'tidewaiter-dev-cloud-'));
  const memory = new CredentialMemory();
  const faults = new FaultSwitches();
  const bus = new EventBus(clock, faults);
  const { issuerTimeoutMs: timeoutMs, jwksCacheSeconds: cacheSeconds } = options;
  return {
    options,
    clock,
    iam: new Iam(memory),
    memory,
    counters: new Counters(),
    faults,
    bus,
    registries: new Registries(new BlobStore(folder), clock, (action) => putImageAction(bus, action)),
    tokens: new AuthorizationTokens(clock, memory),
    issuerKeys: new IssuerKeys({ clock, fetch, timeoutMs, cacheSeconds }),
    outbound: new OutboundFederation(clock),
    throttle: new Throttle(clock, options.ratesPerSecond),
    presignKey: newPresignKey(options.accountId, memory),
    folder,
  };
}

function newPresignKey(accountId: string, memory: CredentialMemory): PresignKey {
  const key = { accessKeyId: newAccessKeyId('AKIA', accountId), secretAccessKey: newSecretAccessKey() };
  memory.addKeys(key);
  return key;
}

function putImageAction(bus: EventBus, action: ImageAction): void {
  const { accountId: account, region, time, detail } = action;
  bus.put({ 'detail-type': 'ECR Image Action', source: 'aws.ecr', account, time, region, detail });
}
