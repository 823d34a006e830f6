import type { Coverage, LayerFinding, LayerSummary } from '@tidewaiter/shared/findings';
import type { ManifestReport } from '@tidewaiter/shared/protocol';

/** A page of a layer's result, as it came. */
export interface LayerPart {
  readonly page: number;
  readonly paths: { readonly kind: 'files' | 'directories' | 'whiteouts' | 'opaques'; readonly hashes: Uint8Array } | null;
  readonly findings: readonly LayerFinding[];
}

/** A finding as stored, once: of a layer (`layerDigest`) or of a manifest (`manifestDigest`). */
export interface StoredFinding {
  readonly id: string;
  readonly detector: string;
  readonly confidence: 'certain' | 'likely' | 'possible';
  readonly keyId: string;
  readonly fingerprint: string;
  readonly preview: string;
  readonly layerDigest: string | null;
  readonly manifestDigest: string | null;
  /** Location as the report gave it (path, line, pathHash, parentHashes, kind, key, instruction, ...). */
  readonly location: Readonly<Record<string, unknown>>;
}

/** An image (not an index) with all that its verdict needs. */
export interface ImageFacts {
  readonly digest: string;
  readonly platform: string | null;
  readonly layers: readonly {
    readonly digest: string;
    readonly diffId: string | null;
    readonly instruction: string | null;
    /** Null when no sensor that counts for this root has read it under this engine. */
    readonly summary: LayerSummary | null;
    readonly findings: readonly StoredFinding[];
  }[];
  readonly coverage: Coverage;
  readonly findings: readonly StoredFinding[];
}

/** Everything known under a root digest: every image of its index, or itself. `missing`: children that were not reported yet. */
export interface RootFacts {
  readonly digest: string;
  readonly images: readonly ImageFacts[];
  readonly missing: readonly string[];
  /** When the root's own manifest was first reported under this engine; null where none counts. */
  readonly reportedAt: number | null;
  /** Manifests and layers of which a sensor of one of the root's registries reported another body than those who witness the one kept. */
  readonly disputed: readonly string[];
  /** Registries in which it, or an index above it, is placed. */
  readonly registryIds: readonly string[];
}

export interface LayerClaimAnswer {
  readonly known: readonly string[];
  readonly yours: readonly string[];
  readonly wait: readonly string[];
}

export type StoredManifest = Omit<ManifestReport, 'kind' | 'grant'>;
