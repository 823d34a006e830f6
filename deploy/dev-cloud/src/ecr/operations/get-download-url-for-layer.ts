import { authorizedRepository, type Operation } from '../call.ts';
import { invalidParameter, layerInaccessible, layersNotFound } from '../errors.ts';
import { layerAvailability } from '../layer-availability.ts';

/** GetDownloadUrlForLayer: a pre-signed URL of the layer origin, for a layer that an image of the repository names. */
export const getDownloadUrlForLayer: Operation = (call) => {
  const repository = authorizedRepository(call);
  const layerDigest = call.input.text('layerDigest');
  if (!/^[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+$/.test(layerDigest)) {
    throw invalidParameter('layerDigest', "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'");
  }
  if (!repository.blobs.has(layerDigest)) throw layersNotFound();
  if (layerAvailability(repository, layerDigest) !== 'AVAILABLE') throw layerInaccessible();
  return { downloadUrl: call.layerUrl(repository, layerDigest), layerDigest };
};
