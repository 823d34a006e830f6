import { permittedRepository, type RegistryCall } from './call.ts';
import { RegistryError } from './errors.ts';

/** `HEAD /v2/<name>/blobs/<digest>`. */
export async function headBlob(call: RegistryCall, digest: string): Promise<void> {
  const repository = permittedRepository(call, ['BatchCheckLayerAvailability']);
  if (!repository.blobs.has(digest)) throw blobUnknown();
  call.response
    .writeHead(200, {
      'content-length': call.registries.blobs.size(digest),
      'content-type': 'application/octet-stream',
      'docker-content-digest': digest,
    })
    .end();
}

/** `GET /v2/<name>/blobs/<digest>`: ECR never serves a layer itself, it redirects to the pre-signed origin. */
export async function getBlob(call: RegistryCall, digest: string): Promise<void> {
  const repository = permittedRepository(call, ['GetDownloadUrlForLayer']);
  if (!repository.blobs.has(digest)) throw blobUnknown();
  call.response.writeHead(307, { location: call.layerUrl(repository, digest), 'content-length': 0 }).end();
}

function blobUnknown(): RegistryError {
  return new RegistryError(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
}
