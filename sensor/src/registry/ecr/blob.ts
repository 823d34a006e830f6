import { BatchCheckLayerAvailabilityCommand, GetDownloadUrlForLayerCommand } from '@aws-sdk/client-ecr';
import { hasCode, TidewaiterError } from '@tidewaiter/shared/errors';
import type { Digest } from '@tidewaiter/shared/images';
import { isLoopbackName } from '../network/addresses.ts';
import type { Answer, RegistryNetwork } from '../network/network.ts';
import { regionOfLayerBucket } from '../network/policy.ts';
import { bodyFrom, rangeFrom, resumed, retryAfterMsOf } from '../network/resume.ts';
import type { RemoteSurroundings } from '../remote.ts';
import type { EcrCalls } from './calls.ts';

export interface BlobParts {
  readonly calls: EcrCalls;
  readonly network: RegistryNetwork;
  readonly region: string;
  readonly repository: string;
  readonly around: RemoteSurroundings;
}

/** A layer or config from its pre-signed URL; cut, it goes on by Range; expired, the URL is asked for again. */
export function downloadBlob(parts: BlobParts, digest: Digest, sizeBytes: number, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const which = `${digest} of ${parts.repository}`;
  let url: URL | null = null;
  const open = async (fromByte: number, connected: AbortSignal): Promise<AsyncIterable<Uint8Array> | null> => {
    url ??= await layerUrl(parts, digest, which, connected);
    const answer = await parts.network.get(url, rangeFrom(fromByte), connected);
    if ([200, 206, 416].includes(answer.status)) return bodyFrom(answer, fromByte, which);
    // S3 answers 403 when the URL's time is over; anything else may be this URL's fault as well.
    url = null;
    await answer.discard();
    throw refusalOf(answer, which);
  };
  return resumed({ which, sizeBytes, open, around: parts.around }, signal);
}

function refusalOf(answer: Answer, which: string): TidewaiterError {
  const isBusy = answer.status === 503 || answer.status === 429;
  return new TidewaiterError(isBusy ? 'registry.throttled' : 'layer.download-failed', {
    which,
    got: `status ${answer.status} of the layer store`,
    want: '200',
    retryAfterMs: retryAfterMsOf(answer),
  });
}

async function layerUrl(parts: BlobParts, digest: Digest, which: string, signal: AbortSignal): Promise<URL> {
  const { calls, repository, region, network } = parts;
  const command = new GetDownloadUrlForLayerCommand({ registryId: calls.account, repositoryName: repository, layerDigest: digest });
  try {
    const { downloadUrl = '' } = await calls.send(which, signal, (client) => client.send(command, { abortSignal: signal }));
    return checkedUrl(downloadUrl, which, region, network.policy.allowPlainLoopback);
  } catch (error) {
    if (hasCode(error, 'image.gone') && (await isArchived(parts, digest, signal)))
      throw new TidewaiterError('image.archived', { which, remedy: 'Restore the image in ECR if it is to be scanned.' });
    throw error;
  }
}

/** ECR says "not associated with an image" of an archived image's layers too; only this call tells the two apart. */
async function isArchived({ calls, repository }: BlobParts, digest: Digest, signal: AbortSignal): Promise<boolean> {
  const command = new BatchCheckLayerAvailabilityCommand({ registryId: calls.account, repositoryName: repository, layerDigests: [digest] });
  try {
    const { layers = [] } = await calls.send(digest, signal, (client) => client.send(command, { abortSignal: signal }));
    return layers[0]?.layerAvailability === 'ARCHIVED';
  } catch (error) {
    // A role without this action is common. Any other failure leaves open which of the two it is, and `gone` would be for good.
    if (hasCode(error, 'registry.denied')) return false;
    throw error;
  }
}

/**
 * Only the region's own layer bucket serves layers, or this machine in development: the answer of an API is no reason to fetch from
 * anywhere else. The URL's query is a credential and stands in no error.
 */
function checkedUrl(text: string, which: string, region: string, allowPlainLoopback: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isBucket = url?.protocol === 'https:' && url.port === '' && regionOfLayerBucket(url.hostname) === region;
  if (url && (isBucket || (allowPlainLoopback && isLoopbackName(url.hostname)))) return url;
  throw new TidewaiterError('policy.refused', {
    which,
    got: `a download URL of ${url ? `${url.protocol}//${url.host}` : 'no host'}`,
    want: `https to the layer bucket of ${region}`,
    remedy: 'Layers are taken from AWS alone; see what answers in the place of ECR.',
  });
}
