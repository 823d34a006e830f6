import type { ScanConfig } from '../config/index.ts';
import { createHostCredentials, ONE_SHOT_REMEDY } from '../credentials/index.ts';
import {
  createEcrClient,
  createEcrRegistry,
  createOciRegistry,
  createRegistryNetwork,
  type ImageSource,
  parseReference,
  type RegistryNetwork,
  type RegistryReference,
  type RemoteRegistry,
} from '../registry/index.ts';
import type { ProgramIo } from './program-io.ts';

/** An image of a registry: ECR by this machine's AWS identity, others anonymously or by the configured user. */
export async function openRemote(text: string, io: ProgramIo, config: ScanConfig): Promise<ImageSource> {
  const reference = parseReference(text);
  const { allowPlainLoopback, allowedHosts, tokenHosts } = config;
  const network = createRegistryNetwork({ allowPlainLoopback, allowedHosts, tokenHosts });
  const source = registryOf(reference, network, io, config).image(reference.repository, reference.target);
  return { ...source, close: () => network.close() };
}

function registryOf({ address }: RegistryReference, network: RegistryNetwork, io: ProgramIo, config: ScanConfig): RemoteRegistry {
  const around = { monotonic: () => io.now(), chance: () => (io.randomBytes(1)[0] ?? 0) / 256 };
  const { host } = address;
  if (address.provider === 'oci') return createOciRegistry({ host, login: loginOf(config), network, around });
  const { account, region } = address;
  const client = createEcrClient({ host, region, credentials: createHostCredentials(region, ONE_SHOT_REMEDY) });
  return createEcrRegistry({ host, account, region, client, network, around });
}

const loginOf = ({ registryUsername: username, registryPassword: password }: ScanConfig): { username: string; password: string } | null =>
  username === null || password === null ? null : { username, password };
