import { TidewaiterError } from '@tidewaiter/shared/errors';
import { parseRegistryUrl } from '@tidewaiter/shared/registries';
import type { RegistryNetwork } from '../network/network.ts';
import type { ImageTarget, RemoteRegistry, RemoteSurroundings } from '../remote.ts';
import type { ImageSource } from '../source.ts';
import { OciClient } from './client.ts';
import { OciConnection } from './connection.ts';
import { listOci } from './listing.ts';
import type { OciLogin } from './login.ts';
import { checkRepository } from './reference.ts';

interface OciRegistryOptions {
  /** Host, with its port if it is not the default. */
  readonly host: string;
  /** Null for anonymous. */
  readonly login: OciLogin | null;
  readonly network: RegistryNetwork;
  readonly around: RemoteSurroundings;
}

/**
 * Any registry of the OCI distribution specification.
 * @throws reference.invalid for an ECR host, which is asked by its API, and for what is no host.
 */
export function createOciRegistry({ host, login, network, around }: OciRegistryOptions): RemoteRegistry {
  if (parseRegistryUrl(host).provider !== 'oci')
    throw new TidewaiterError('reference.invalid', { which: host, got: 'a host of Amazon ECR', want: 'another registry' });
  const client = new OciClient(new OciConnection(host, login, network), around);
  return {
    list: (allows, signal) => listOci(client, allows, signal),
    image: (repository, target) => {
      checkRepository(repository);
      return ociSource(client, repository, target, `${host}/${repository}`);
    },
  };
}

function ociSource(client: OciClient, repository: string, target: ImageTarget, name: string): ImageSource {
  return {
    reference: 'digest' in target ? `${name}@${target.digest}` : `${name}:${target.tag}`,
    root: (signal) => client.manifest(repository, target, signal),
    manifest: (digest, signal) => client.manifest(repository, { digest }, signal),
    blob: (digest, sizeBytes, signal) => client.blob(repository, digest, sizeBytes, signal),
    close: () => Promise.resolve(),
  };
}
