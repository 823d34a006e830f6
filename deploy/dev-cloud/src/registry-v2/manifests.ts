import { type Image, type ImageId, manifestBytesMax } from '../ecr/index.ts';
import { readBody } from '../http/index.ts';
import { permittedRepository, type RegistryCall } from './call.ts';
import { RegistryError } from './errors.ts';

/** `GET` and `HEAD /v2/<name>/manifests/<reference>`. */
export async function getManifest(call: RegistryCall, reference: string): Promise<void> {
  const repository = permittedRepository(call, ['BatchGetImage']);
  const image = call.registries.findImage(repository, imageIdOf(reference));
  if (image === undefined) throw new RegistryError(404, 'MANIFEST_UNKNOWN', 'Requested image not found');
  if (image.status !== 'ACTIVE')
    throw new RegistryError(403, 'DENIED', 'The image is archived and must be restored before it can be pulled');
  checkAccept(call, reference, image);
  const headers = { 'content-type': image.mediaType, 'content-length': image.manifest.length, 'docker-content-digest': image.digest };
  call.response.writeHead(200, headers).end(call.request.method === 'HEAD' ? undefined : image.manifest);
}

/** `PUT /v2/<name>/manifests/<reference>`: by tag, or by digest as children of an index are pushed. */
export async function putManifest(call: RegistryCall, reference: string): Promise<void> {
  const repository = permittedRepository(call, ['PutImage']);
  const manifest = await readBody(call.request, manifestBytesMax);
  const { imageDigest, imageTag } = imageIdOf(reference);
  const mediaType = call.request.headers['content-type'];
  const image = call.registries.putImage(repository, { manifest, mediaType, tag: imageTag, digest: imageDigest });
  const location = `/v2/${call.name}/manifests/${image.digest}`;
  const subject = image.subjectDigest === undefined ? {} : { 'oci-subject': image.subjectDigest };
  call.response.writeHead(201, { location, 'docker-content-digest': image.digest, 'content-length': 0, ...subject }).end();
}

/** `GET /v2/<name>/tags/list?n=&last=`: pages of at most 1,000. */
export async function listTags(call: RegistryCall): Promise<void> {
  const repository = permittedRepository(call, ['ListImages']);
  const count = Number(call.query.get('n') ?? '1000');
  if (!(count <= 1000)) {
    const text = "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'";
    throw new RegistryError(405, 'UNSUPPORTED', text);
  }
  const last = call.query.get('last') ?? '';
  const rest = [...repository.tags.keys()].filter((tag) => tag > last).sort();
  const tags = rest.slice(0, count);
  const link = `</v2/${call.name}/tags/list?n=${count}&last=${tags.at(-1) ?? ''}>; rel="next"`;
  sendJson(call, { name: call.name, tags }, rest.length > tags.length ? { link } : {});
}

/** `GET /v2/<name>/referrers/<digest>` (OCI distribution 1.1). */
export async function listReferrers(call: RegistryCall, digest: string): Promise<void> {
  const repository = permittedRepository(call, ['BatchGetImage']);
  const type = call.query.get('artifactType');
  const manifests = [...repository.images.values()]
    .filter((image) => image.subjectDigest === digest && (type === null || image.artifactType === type))
    .map((image) => descriptorOf(image));
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  sendJson(
    call,
    { schemaVersion: 2, mediaType, manifests },
    { 'content-type': mediaType, ...(type === null ? {} : { 'oci-filters-applied': 'artifactType' }) },
  );
}

function descriptorOf(image: Image): unknown {
  const { mediaType, digest, artifactType, annotations, manifest } = image;
  return { mediaType, digest, size: manifest.length, artifactType, annotations };
}

/** A client that cannot read the stored type gets no other: ECR does not convert. */
function checkAccept(call: RegistryCall, reference: string, image: Image): void {
  const accepted = (call.request.headers.accept ?? '*/*').split(',').map((type) => type.split(';')[0]?.trim() ?? '');
  if (accepted.includes('*/*') || accepted.includes(image.mediaType)) return;
  const kind = reference.includes(':') ? 'digest' : 'tag';
  const text = `Manifest with ${kind} '${reference}' has media type '${image.mediaType}', but client accepts '[${accepted.join(', ')}]'.`;
  throw new RegistryError(404, 'MANIFEST_UNKNOWN', text);
}

function imageIdOf(reference: string): ImageId {
  return reference.includes(':') ? { imageDigest: reference } : { imageTag: reference };
}

function sendJson(call: RegistryCall, value: unknown, headers: Readonly<Record<string, string>>): void {
  call.response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}
