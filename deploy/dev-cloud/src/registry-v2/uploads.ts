import type { Repository } from '../ecr/index.ts';
import { permittedRepository, type RegistryCall } from './call.ts';
import { RegistryError } from './errors.ts';

const digestForm = /^sha256:[0-9a-f]{64}$/;
const pushActions = ['InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload'];

/** `POST /v2/<name>/blobs/uploads/`: begins an upload; with `mount` takes a blob of another repository; with `digest` takes it whole. */
export async function beginUpload(call: RegistryCall): Promise<void> {
  const repository = permittedRepository(call, pushActions);
  if (mountBlob(call, repository)) return;
  const id = await call.uploads.begin(repository.arn);
  if (call.query.get('digest') !== null) return finishUpload(call, id);
  accepted(call, id, 0);
}

/** `PATCH …/uploads/<id>`: a chunk. One that does not begin where the upload ends is refused (distribution specification, "Pushing a blob in chunks"). */
export async function appendUpload(call: RegistryCall, id: string): Promise<void> {
  const repository = permittedRepository(call, pushActions);
  const length = lengthOf(call, id, repository);
  const start = /^(\d+)-\d+$/.exec(call.request.headers['content-range'] ?? '')?.[1];
  if (start !== undefined && Number(start) !== length) {
    throw new RegistryError(416, 'BLOB_UPLOAD_INVALID', `the upload has ${length} bytes, the chunk begins at ${start}`);
  }
  accepted(call, id, await call.uploads.append(id, call.request));
}

/** `PUT …/uploads/<id>?digest=`: the last bytes, if any, and the digest that the whole must have. */
export async function finishUpload(call: RegistryCall, id: string): Promise<void> {
  const repository = permittedRepository(call, pushActions);
  lengthOf(call, id, repository);
  const digest = call.query.get('digest') ?? '';
  if (!digestForm.test(digest)) throw new RegistryError(400, 'DIGEST_INVALID', `not a sha256 digest: '${digest}'`);
  await call.uploads.append(id, call.request);
  if (!(await call.uploads.complete(id, digest)))
    throw new RegistryError(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
  if (!repository.blobs.has(digest)) repository.blobs.set(digest, undefined);
  created(call, digest);
}

/** `GET …/uploads/<id>`: how far it is. */
export async function uploadStatus(call: RegistryCall, id: string): Promise<void> {
  const length = lengthOf(call, id, permittedRepository(call, pushActions));
  call.response.writeHead(204, { range: rangeOf(length), 'docker-upload-uuid': id }).end();
}

/** `DELETE …/uploads/<id>`. */
export async function cancelUpload(call: RegistryCall, id: string): Promise<void> {
  lengthOf(call, id, permittedRepository(call, pushActions));
  await call.uploads.cancel(id);
  call.response.writeHead(204).end();
}

function mountBlob(call: RegistryCall, repository: Repository): boolean {
  const [digest, from] = [call.query.get('mount'), call.query.get('from')];
  if (digest === null || from === null) return false;
  if (!permittedRepository(call, ['GetDownloadUrlForLayer'], from).blobs.has(digest)) return false;
  repository.blobs.set(digest, repository.blobs.get(digest));
  created(call, digest);
  return true;
}

function lengthOf(call: RegistryCall, id: string, repository: Repository): number {
  const length = call.uploads.length(id, repository.arn);
  if (length === undefined) throw new RegistryError(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
  return length;
}

function accepted(call: RegistryCall, id: string, length: number): void {
  const location = `/v2/${call.name}/blobs/uploads/${id}`;
  call.response.writeHead(202, { location, range: rangeOf(length), 'docker-upload-uuid': id, 'content-length': 0 }).end();
}

function created(call: RegistryCall, digest: string): void {
  const location = `/v2/${call.name}/blobs/${digest}`;
  call.response.writeHead(201, { location, 'docker-content-digest': digest, 'content-length': 0 }).end();
}

function rangeOf(length: number): string {
  return `0-${Math.max(0, length - 1)}`;
}
