import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../http/index.ts';
import { parseLayoutIndex, parseManifest } from './manifest.ts';
import type { Registries } from './registries.ts';
import type { Image, Repository } from './repository.ts';

/** An index within an index within …: real images have one level, buildx makes no more than two. */
const depthMax = 8;

/**
 * Pushes an image of an OCI layout in the order a client does: blobs, then the children of an index, untagged, then the index with its tag.
 * `reference` picks among several by `org.opencontainers.image.ref.name`; with one image in the layout it may be left out.
 */
export async function putLayout(
  registries: Registries,
  repository: Repository,
  layout: string,
  reference: string | undefined,
  tag: string | undefined,
): Promise<Image> {
  const entries = parseLayoutIndex(await readFile(join(layout, 'index.json')));
  const chosen = reference === undefined ? entries : entries.filter((entry) => entry.reference === reference);
  const [root, ...more] = chosen;
  if (root === undefined || more.length > 0) {
    const names = entries.map((entry) => entry.reference ?? entry.digest).join(', ');
    throw new SetupError(`the OCI layout ${layout} has ${chosen.length} images that fit, wanted one; it holds ${names}`);
  }
  return putTree(registries, repository, layout, root.digest, root.mediaType, tag, depthMax);
}

async function putTree(
  registries: Registries,
  repository: Repository,
  layout: string,
  digest: string,
  mediaType: string,
  tag: string | undefined,
  depthLeft: number,
): Promise<Image> {
  if (depthLeft === 0) throw new SetupError(`the OCI layout nests indexes more than ${depthMax} deep`);
  const manifest = await readFile(blobPath(layout, digest));
  const parsed = parseManifest(manifest);
  if (parsed === undefined) throw new SetupError(`${digest} of the OCI layout is no manifest`);
  for (const child of parsed.children)
    await putTree(registries, repository, layout, child.digest, child.mediaType, undefined, depthLeft - 1);
  const blobs = [...(parsed.config === undefined ? [] : [parsed.config]), ...parsed.layers];
  for (const blob of blobs) {
    if (blob.urls.length > 0) continue;
    if (!(await registries.blobs.addFile(blobPath(layout, blob.digest), blob.digest)))
      throw new SetupError(`the blob ${blob.digest} of the OCI layout has another digest`);
    if (!repository.blobs.has(blob.digest)) repository.blobs.set(blob.digest, undefined);
  }
  return registries.putImage(repository, { manifest, mediaType, tag });
}

function blobPath(layout: string, digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  if (algorithm !== 'sha256' || !/^[0-9a-f]{64}$/.test(hex)) throw new SetupError(`not a digest: ${digest}`);
  return join(layout, 'blobs', algorithm, hex);
}
