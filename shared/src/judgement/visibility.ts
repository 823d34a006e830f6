/** What may have become of a finding's file; Visibility says what each means. */
export const visibilities = ['visible', 'shadowed', 'deleted', 'not-a-file'] as const;

/** Per platform: there to read in the running container; overwritten above; removed above; or in no file at all. */
export type Visibility = (typeof visibilities)[number];

/** All that is asked of a set of hashes, however it is kept. */
export interface KeySet {
  has(key: string): boolean;
}

/** What one layer did to the tree: every path it wrote (by type), whited out or made opaque, by key (a path's hash). */
export interface PathIndex {
  readonly files: KeySet;
  readonly directories: KeySet;
  readonly whiteouts: KeySet;
  readonly opaques: KeySet;
}

/** The part of a finding that visibility depends on. Parents nearest first. */
export interface PlacedFinding {
  readonly pathHash: string;
  readonly parentHashes: readonly string[];
  readonly superseded: boolean;
  readonly inFile: boolean;
}

/**
 * What became of a finding's file in an image (OCI image-spec, layer.md: whiteouts act on lower layers only).
 * @param above path indexes of the layers above the finding's own, lowest first.
 */
export function visibilityOf(finding: PlacedFinding, above: readonly PathIndex[]): Visibility {
  if (!finding.inFile) return 'not-a-file';
  if (finding.superseded) return 'shadowed';
  for (const layer of above) {
    if (layer.files.has(finding.pathHash) || layer.directories.has(finding.pathHash)) return 'shadowed';
    if (layer.whiteouts.has(finding.pathHash)) return 'deleted';
    if (finding.parentHashes.some((parent) => layer.whiteouts.has(parent) || layer.opaques.has(parent) || layer.files.has(parent)))
      return 'deleted';
  }
  return 'visible';
}
