import { TidewaiterError } from '@tidewaiter/shared/errors';
import { uuidv7 } from '@tidewaiter/shared/ids';
import type { AssignedRegistry } from '@tidewaiter/shared/protocol';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DaemonConfig, spoolBytesOf } from './config/index.ts';
import { type AwsCredentialsProvider, createCredentials, createStsClient, fetchOwnIdentity } from './credentials/index.ts';
import { AssertionSigner, IdentityFile, lockState } from './enrolment/index.ts';
import { ownIdentityPolicy, type Policy, policyOf, type PolicyRules, readPolicyFile } from './policy/index.ts';
import {
  createEcrClient,
  createEcrRegistry,
  createOciRegistry,
  createRegistryNetwork,
  type RegistryNetwork,
  type RemoteRegistry,
  type RemoteSurroundings,
} from './registry/index.ts';
import { fingerprintKeyOf } from './fingerprint/index.ts';
import { openSpool } from './reports/index.ts';
import { createScanEngine, scanLimits } from './scan/index.ts';
import { Enrolments, Session, type WorkTools } from './session/index.ts';
import type { Log } from './telemetry/index.ts';

/** What the daemon takes from its process. */
export interface Surroundings {
  readonly log: Log;
  readonly hostname: string;
  readonly version: string;
  readonly cores: number;
  readonly nowMs: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Aborted by the first SIGTERM or SIGINT: drain. */
  readonly stop: AbortSignal;
}

const now = (): number => performance.now();

/** Registries whose client is kept: far more than one sensor serves. */
const REGISTRIES_MAX = 1_000;

/**
 * The daemon: enrols if it must, connects, works, and drains when told to stop. Resolves when it has drained.
 * @throws config.* for what only its operator can mend; nothing else ends it.
 */
export async function runSensor(config: DaemonConfig, around: Surroundings): Promise<void> {
  const { log, nowMs, randomBytes } = around;
  const newId = (): string => uuidv7(nowMs(), randomBytes(10));
  const random = (): number => new DataView(randomBytes(4).slice().buffer).getUint32(0) / 2 ** 32;
  const rules = config.policyFile === null ? null : await readPolicyFile(config.policyFile);
  const network = createRegistryNetwork({
    allowPlainLoopback: config.allowPlainLoopback,
    allowedHosts: [...config.allowedHosts, ...(rules?.hosts ?? [])],
    tokenHosts: config.tokenHosts,
  });
  const key = await readKey(config.fingerprintKeyFile);
  const file = new IdentityFile(config.stateDir);
  await file.prepare();
  const unlock = await lockState(config.stateDir);
  const enrolments = new Enrolments({
    controlPlaneUrl: config.controlPlaneUrl,
    token: config.enrolmentToken,
    tokenFile: config.enrolmentTokenFile,
    name: config.sensorName ?? around.hostname,
    file,
    log,
    nowMs,
    random,
    stop: around.stop,
  });
  const identity = await enrolments.identity();
  if (identity === null) return;
  const spool = await openSpool({
    folder: join(config.stateDir, 'spool'),
    bytesMax: spoolBytesOf(config),
    newId,
    onSetAside: (entry, why) => log.error({ err: why, report: entry.name, remedy: why.facts.remedy }, 'a report was set aside'),
  });
  const engine = createScanEngine({ keys: [key], showSecrets: false, limits: scanLimits, workers: config.scanWorkers ?? around.cores });
  // What is missing in the build is said now, not at the first scan.
  engine.texts.redact('');
  const credentials = createCredentials({ sensorId: identity.sensorId, now: nowMs, monotonic: now, chance: random, createStsClient });
  const tools = toolsOf(rules, { spool, engine, credentials, random, network });
  let signer = new AssertionSigner(identity, config.controlPlaneUrl, newId);
  const session = new Session({
    controlPlaneUrl: config.controlPlaneUrl,
    sensorVersion: around.version,
    concurrency: config.concurrency,
    drainMs: config.drainSeconds * 1_000,
    tools,
    log,
    nowMs,
    random,
    newId,
    assertion: () => signer.sign(nowMs()),
    onUnknown: async () => {
      const renewed = await enrolments.again();
      if (renewed) signer = new AssertionSigner(renewed, config.controlPlaneUrl, newId);
      return renewed !== null;
    },
  });
  await session.run(around.stop);
  await network.close();
  unlock();
  await engine.close();
  log.info('the sensor has drained');
}

type Made = Pick<WorkTools, 'spool' | 'engine' | 'credentials'> & { readonly random: () => number; readonly network: RegistryNetwork };

function toolsOf(rules: PolicyRules | null, { spool, engine, credentials, random, network }: Made): WorkTools {
  const policy: Policy = rules ? policyOf(rules) : ownIdentityPolicy(fetchOwnIdentity);
  const around = { monotonic: now, chance: random };
  const registries = new Map<string, RemoteRegistry>();
  return {
    policy,
    credentials,
    engine,
    limits: scanLimits,
    spool,
    openRegistry: (registry, provider) => {
      const key = JSON.stringify(registry);
      const open = registries.get(key) ?? openRegistry(registry, provider, network, around);
      registries.set(key, open);
      const [oldest] = registries.keys();
      if (registries.size > REGISTRIES_MAX && oldest !== undefined) registries.delete(oldest);
      return open;
    },
  };
}

function openRegistry(
  { provider, host, account, region }: AssignedRegistry,
  credentials: AwsCredentialsProvider | null,
  network: RegistryNetwork,
  around: RemoteSurroundings,
): RemoteRegistry {
  if (provider === 'oci') return createOciRegistry({ host, login: null, network, around });
  if (account === null || region === null || credentials === null)
    throw new TidewaiterError('reference.invalid', { which: host, got: 'no account, region or credentials', want: 'all of them for ECR' });
  const client = createEcrClient({ host, region, credentials });
  return createEcrRegistry({ host, account, region, client, network, around });
}

async function readKey(file: string): Promise<ReturnType<typeof fingerprintKeyOf>> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new TidewaiterError('config.invalid', {
      which: 'TIDEWAITER_FINGERPRINT_KEY_FILE',
      got: cause instanceof Error ? cause.message : file,
      want: 'a file of 32 bytes that can be read',
      remedy: 'Make one with `tidewaiter-sensor keygen FILE`.',
      cause,
    });
  });
  return fingerprintKeyOf(bytes);
}
