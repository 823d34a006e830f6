import type { ECRClient } from '@aws-sdk/client-ecr';
import type { RegistryNetwork } from '../network/network.ts';
import type { ImageTarget, RemoteRegistry, RemoteSurroundings } from '../remote.ts';
import type { ImageSource } from '../source.ts';
import { downloadBlob } from './blob.ts';
import { EcrCalls } from './calls.ts';
import { CALLS_AT_ONCE, CALLS_PER_SECOND } from './limits.ts';
import { listEcr } from './listing.ts';
import { fetchManifest } from './manifest.ts';
import { Pace } from './pace.ts';

interface EcrRegistryOptions {
  /** `<account>.dkr.ecr.<region>.amazonaws.com` or another form; for reports. */
  readonly host: string;
  readonly account: string;
  readonly region: string;
  /** From createEcrClient. */
  readonly client: ECRClient;
  readonly network: RegistryNetwork;
  readonly around: RemoteSurroundings;
}

/**
 * One account's ECR in one region, by BatchGetImage, GetDownloadUrlForLayer and the pre-signed URL: there is no registry handshake that
 * could be turned elsewhere.
 */
export function createEcrRegistry({ host, account, region, client, network, around }: EcrRegistryOptions): RemoteRegistry {
  const calls = new EcrCalls(client, account, new Pace(CALLS_PER_SECOND, CALLS_AT_ONCE, around.monotonic));
  return {
    list: (allows, signal) => listEcr(calls, allows, signal),
    image: (repository, target) => ecrSource({ calls, network, region, repository, around }, `${host}/${repository}`, target),
  };
}

function ecrSource(parts: Parameters<typeof downloadBlob>[0], name: string, target: ImageTarget): ImageSource {
  const { calls, repository } = parts;
  return {
    reference: 'digest' in target ? `${name}@${target.digest}` : `${name}:${target.tag}`,
    root: (signal) => fetchManifest(calls, repository, target, signal),
    manifest: (digest, signal) => fetchManifest(calls, repository, { digest }, signal),
    blob: (digest, sizeBytes, signal) => downloadBlob(parts, digest, sizeBytes, signal),
    close: () => Promise.resolve(),
  };
}
