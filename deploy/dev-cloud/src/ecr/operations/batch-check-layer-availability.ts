import { authorizedRepository, type Operation } from '../call.ts';
import { invalidParameter } from '../errors.ts';
import { layerAvailability } from '../layer-availability.ts';

/** BatchCheckLayerAvailability: whether up to 100 layers can be pulled, with their sizes. */
export const batchCheckLayerAvailability: Operation = (call) => {
  const repository = authorizedRepository(call);
  const digests = call.input.texts('layerDigests', 1, 100);
  if (digests === undefined) throw invalidParameter('layerDigests', 'Member must not be null');
  const valid = digests.filter((digest) => /^[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+$/.test(digest));
  const failures = digests
    .filter((digest) => !valid.includes(digest))
    .map((layerDigest) => ({
      layerDigest,
      failureCode: layerDigest === '' ? 'MissingLayerDigest' : 'InvalidLayerDigest',
      failureReason: `Invalid layer digest '${layerDigest}'`,
    }));
  const layers = valid.map((layerDigest) => {
    const known = repository.blobs.has(layerDigest);
    const availability = known ? layerAvailability(repository, layerDigest) : 'UNAVAILABLE';
    return {
      layerDigest,
      // A layer uploaded but not yet named by an image is there for the push that checks it.
      layerAvailability: availability === 'UNASSOCIATED' ? 'AVAILABLE' : availability,
      layerSize: known ? call.registries.blobs.size(layerDigest) : undefined,
      mediaType: repository.blobs.get(layerDigest),
    };
  });
  return { layers, failures };
};
