import { type EngineIdentity, type PathIndex, type PlacedFinding, type Visibility, visibilityOf } from '@tidewaiter/shared/findings';
import type { FactStore, ImageFacts, StoredFinding } from '../storage/index.ts';

export interface Sight {
  readonly finding: StoredFinding;
  readonly imageDigest: string;
  readonly visibility: Visibility;
}

/** What became of every finding in every image. A layer nobody has read hides nothing: better one sighting too many. */
export async function sightsOf(
  facts: Pick<FactStore, 'fetchPaths'>,
  workspaceId: string,
  engine: EngineIdentity,
  images: readonly ImageFacts[],
): Promise<readonly Sight[]> {
  const indexes = new Map<string, PathIndex>();
  for (const [digest, hashes] of hashesAsked(images)) indexes.set(digest, await facts.fetchPaths(workspaceId, digest, engine, hashes));
  return images.flatMap((image) => [...ownSights(image), ...layerSights(image, indexes)]);
}

/** By layer: the hashes of all paths and folders that findings below it lie in. Most layers are asked for none. */
function hashesAsked(images: readonly ImageFacts[]): ReadonlyMap<string, ReadonlySet<string>> {
  const asked = new Map<string, Set<string>>();
  for (const image of images) {
    const below = new Set<string>();
    for (const layer of image.layers) {
      if (below.size > 0 && layer.summary?.content === 'tar')
        asked.set(layer.digest, new Set([...(asked.get(layer.digest) ?? []), ...below]));
      for (const finding of layer.findings) for (const hash of hashesOf(placeOf(finding))) below.add(hash);
    }
  }
  return asked;
}

const hashesOf = (place: PlacedFinding): readonly string[] => (place.inFile ? [place.pathHash, ...place.parentHashes] : []);

function ownSights({ digest, findings }: ImageFacts): readonly Sight[] {
  return findings.map((finding) => ({ finding, imageDigest: digest, visibility: 'not-a-file' }));
}

/** A layer that stands twice in an image: its findings are seen at the place where they show most. */
function layerSights({ digest, layers }: ImageFacts, indexes: ReadonlyMap<string, PathIndex>): readonly Sight[] {
  const sights = new Map<string, Sight>();
  layers.forEach((layer, at) => {
    if (layer.findings.length === 0) return;
    const above = layers.slice(at + 1).flatMap((upper) => indexes.get(upper.digest) ?? []);
    for (const finding of layer.findings)
      sights.set(finding.id, { finding, imageDigest: digest, visibility: visibilityOf(placeOf(finding), above) });
  });
  return [...sights.values()];
}

/** The location of a layer's finding is stored as it was reported (LayerFindingSchema). */
function placeOf({ location }: StoredFinding): PlacedFinding {
  const { pathHash, parentHashes, superseded, inFile } = location;
  return {
    pathHash: typeof pathHash === 'string' ? pathHash : '',
    parentHashes: Array.isArray(parentHashes) ? parentHashes.filter((hash) => typeof hash === 'string') : [],
    superseded: superseded === true,
    inFile: inFile === true,
  };
}
