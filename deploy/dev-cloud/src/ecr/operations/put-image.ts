import { authorizedRepository, type Operation } from '../call.ts';
import { digestOf } from '../blobs.ts';
import { ecrError } from '../errors.ts';
import { renderImage } from '../render.ts';

/** PutImage: a manifest whose layers are there already; re-tagging is putting it again under another tag. */
export const putImage: Operation = (call) => {
  const repository = authorizedRepository(call);
  const manifest = Buffer.from(call.input.text('imageManifest'), 'utf8');
  const [tag, digest] = [call.input.optional('imageTag'), call.input.optional('imageDigest')];
  const there = repository.images.has(digestOf(manifest)) && (tag === undefined || repository.tags.get(tag) === digestOf(manifest));
  if (there) {
    const id = `{imageDigest:'${digestOf(manifest)}', imageTag:'${tag ?? 'null'}'}`;
    throw ecrError('ImageAlreadyExistsException', `Image with ${id} already exists in the repository with name '${repository.name}'`);
  }
  const image = call.registries.putImage(repository, { manifest, mediaType: call.input.optional('imageManifestMediaType'), tag, digest });
  return { image: renderImage(repository, { imageTag: tag }, image) };
};
