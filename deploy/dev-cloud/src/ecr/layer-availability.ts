import type { Repository } from './repository.ts';

/** A layer is as available as the best of the images that name it. */
export function layerAvailability(repository: Repository, digest: string): 'AVAILABLE' | 'ARCHIVED' | 'UNASSOCIATED' {
  const images = [...repository.images.values()].filter((image) => image.blobs.includes(digest));
  if (images.length === 0) return 'UNASSOCIATED';
  return images.some((image) => image.status === 'ACTIVE') ? 'AVAILABLE' : 'ARCHIVED';
}
