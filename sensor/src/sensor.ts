import { TidewaiterError } from '@tidewaiter/shared/errors';
import { uuidv7 } from '@tidewaiter/shared/ids';
import type { AssignedRegistry } from '@tidewaiter/shared/protocol';
import { join } from 'node:path';
import { type DaemonConfig, detectorVariables, spoolBytesOf } from './config/index.ts';
import {
  type AwsCredentialsProvider,
  createCredentials,
  createHostCredentials,
  createHostStsClient,
  createStsClient,
  fetchOwnIdentity,
} from './credentials/index.ts';
import { AssertionSigner, type Identity, IdentityFile, lockState, postJson } from './enrolment/index.ts';
import { ownIdentityPolicy, type Policy, policyOf, type PolicyRules, readPolicyFile } from './policy/index.ts';
import {
  createEcrClient,
  createEcrRegistry,
  createOciRegistry,
  createRegistryNetwork,
  keptRegistries,
  type RegistryNetwork,
  type RemoteRegistry,
  type RemoteSurroundings,
} from './registry/index.ts';
import { type FingerprintKeys, readFingerprintKeys } from './fingerprint/index.ts';
import { openSpool, type Spool } from './reports/index.ts';
import { createScanEngine, loadDetectors, type ScanEngine, scanLimits } from './scan/index.ts';
import { Enrolments, openSocket, Session, type WorkTools } from './session/index.ts';
import type { Log } from './telemetry/index.ts';

/** What the daemon takes from its process. */
export interface Surroundings {
  readonly log: Log;
  readonly hostname: string;
  readonly version: string;
  readonly cores: number;
  readonly nowMs: () => number;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Aborted by the first SIGTERM or SIGINT: drain. */
  readonly stop: AbortSignal;
}

/** Ids and chance, made of what the process gives. */
interface Sources {
  readonly newId: () => string;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * The daemon: enrols if it must, connects, works, and drains when told to stop. Resolves when it has drained.
 * @throws config.* for what only its operator can mend; nothing else ends it.
 */
export async function runSensor(config: DaemonConfig, around: Surroundings): Promise<void> {
  const sources = sourcesOf(around);
  // Everything that may be wrong with the configuration is looked at before the enrolment token is spent.
  const rules = config.policyFile === null ? null : await readPolicyFile(config.policyFile);
  const network = networkOf(config, rules);
  const engine = engineOf(config, around, await readFingerprintKeys(config.fingerprintKeys), await detectorsOf(config));
  const file = new IdentityFile(config.stateDir);
  await file.prepare();
  const unlock = await lockState(config.stateDir);
  try {
    const spool = await spoolOf(config, around, sources);
    const enrolments = enrolmentsOf(config, around, sources, file);
    const identity = await enrolments.identity();
    if (identity !== null) {
      const credentials = createCredentials({
        sensorId: identity.sensorId,
        now: around.nowMs,
        monotonic: around.monotonic,
        chance: sources.random,
        createStsClient,
        createHostCredentials,
      });
      const tools = toolsOf(rules, { spool, engine, credentials, network, monotonic: around.monotonic, random: sources.random });
      await sessionOf(config, around, sources, { tools, identity, enrolments }).run(around.stop);
    }
  } finally {
    await network.close();
    await engine.close();
    unlock();
  }
  around.log.info('the sensor has drained');
}

function sourcesOf({ nowMs, randomBytes }: Surroundings): Sources {
  return {
    newId: () => uuidv7(nowMs(), randomBytes(10)),
    random: () => new DataView(randomBytes(4).slice().buffer).getUint32(0) / 2 ** 32,
  };
}

function networkOf(config: DaemonConfig, rules: PolicyRules | null): RegistryNetwork {
  return createRegistryNetwork({
    allowPlainLoopback: config.allowPlainLoopback,
    allowedHosts: [...config.allowedHosts, ...(rules?.hosts ?? [])],
    tokenHosts: config.tokenHosts,
  });
}

function detectorsOf({ rulesFile, enable, disable }: DaemonConfig): ReturnType<typeof loadDetectors> {
  const named = {
    rulesFile: detectorVariables.rulesFile.name,
    enable: detectorVariables.enable.name,
    disable: detectorVariables.disable.name,
  };
  return loadDetectors({ rulesFile, enable, disable, named });
}

function engineOf(
  config: DaemonConfig,
  { cores }: Surroundings,
  keys: FingerprintKeys,
  detectors: Awaited<ReturnType<typeof loadDetectors>>,
): ScanEngine {
  const workers = config.scanWorkers ?? cores;
  const engine = createScanEngine({ keys, showSecrets: false, limits: scanLimits, detectors, workers });
  // What is missing in the build is said now, not at the first scan.
  engine.texts.redact('');
  return engine;
}

function spoolOf(config: DaemonConfig, { log }: Surroundings, { newId }: Sources): Promise<Spool> {
  return openSpool({
    folder: join(config.stateDir, 'spool'),
    bytesMax: spoolBytesOf(config),
    newId,
    onSetAside: (entry, why) => log.error({ err: why, report: entry.name, remedy: why.facts.remedy }, 'a report was set aside'),
    onFull: (why) => log.error({ err: why, remedy: why.facts.remedy }, 'reports wait for room, and no new work is taken'),
  });
}

function enrolmentsOf(config: DaemonConfig, around: Surroundings, { random }: Sources, file: IdentityFile): Enrolments {
  const { controlPlaneUrl, enrolmentToken: token, enrolmentTokenFile: tokenFile, sensorName } = config;
  const { hostname, log, nowMs, monotonic, stop } = around;
  return new Enrolments({
    controlPlaneUrl,
    token,
    tokenFile,
    name: sensorName ?? hostname,
    file,
    post: postJson,
    log,
    nowMs,
    monotonic,
    random,
    stop,
  });
}

interface Ready {
  readonly tools: WorkTools;
  readonly identity: Identity;
  readonly enrolments: Enrolments;
}

function sessionOf(
  config: DaemonConfig,
  around: Surroundings,
  { newId, random }: Sources,
  { tools, identity, enrolments }: Ready,
): Session {
  const { log, nowMs, monotonic, version } = around;
  const { controlPlaneUrl, concurrency, drainSeconds } = config;
  let signer = new AssertionSigner(identity, controlPlaneUrl, newId);
  return new Session({
    controlPlaneUrl,
    sensorVersion: version,
    concurrency,
    drainMs: drainSeconds * 1_000,
    tools,
    openSocket,
    log,
    nowMs,
    monotonic,
    random,
    newId,
    assertion: () => signer.sign(nowMs()),
    onUnknown: async () => {
      const renewed = await enrolments.again();
      if (renewed) signer = new AssertionSigner(renewed, controlPlaneUrl, newId);
      return renewed !== null;
    },
  });
}

type Made = Pick<WorkTools, 'spool' | 'engine' | 'credentials'> &
  Pick<Surroundings, 'monotonic'> & { readonly random: () => number; readonly network: RegistryNetwork };

function toolsOf(rules: PolicyRules | null, { spool, engine, credentials, random, monotonic, network }: Made): WorkTools {
  const policy: Policy = rules
    ? policyOf(rules)
    : ownIdentityPolicy(() => fetchOwnIdentity({ createHostStsClient, createHostCredentials }));
  const around = { monotonic, chance: random };
  return {
    policy,
    credentials,
    engine,
    limits: scanLimits,
    spool,
    openRegistry: keptRegistries((registry, provider: AwsCredentialsProvider | null) => openRegistry(registry, provider, network, around)),
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
