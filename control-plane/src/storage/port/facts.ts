import type { Confidence, Coverage, EngineIdentity, LayerFinding, LayerSummary } from '@tidewaiter/shared/findings';
import type { Grant, ManifestReport } from '@tidewaiter/shared/protocol';

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
  readonly confidence: Confidence;
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

/** The layers that a sensor asked for, by what it should do with each. */
export interface LayerClaimAnswer {
  /** Facts already: not to be read. */
  readonly known: readonly string[];
  /** Claimed for this sensor: to be read now. */
  readonly yours: readonly string[];
  /** Claimed by another sensor: to be asked for again. */
  readonly wait: readonly string[];
}

/** A manifest or index as a sensor reported it. */
export type StoredManifest = Omit<ManifestReport, 'kind' | 'grant'>;

/** Results of layers and manifests: immutable, keyed by digest and engine, each with the sensors that vouch for it. */
export interface FactStore {
  /**
   * Leased claims on layers for a grant; `known` are facts under this engine with a witness that may serve the grant's registry.
   * `foreign`: digests that no manifest this sensor reported below the grant's root names; then nothing is claimed. Null when the grant
   * is stale. A grant to deliver outlives its lease.
   */
  claim(
    workspaceId: string,
    sensorId: string,
    grant: Grant,
    engine: EngineIdentity,
    digests: readonly string[],
    leaseMs: number,
    nowMs: number,
  ): Promise<LayerClaimAnswer | { readonly foreign: readonly string[] } | null>;
  /** Keeps a page of a result; false when this sensor was never granted a claim on the digest under this engine. The same page again changes nothing. */
  createLayerPart(
    workspaceId: string,
    sensorId: string,
    engine: EngineIdentity,
    digest: string,
    part: LayerPart,
    nowMs: number,
  ): Promise<boolean>;
  /**
   * Makes the parts a fact and the sensor its witness, or a witness of the fact that is there; ends its claim. 'conflict': a different
   * body is there already (kept; an alarm is the caller's). 'parts-missing': pages 0..n-1 are not all there.
   */
  createLayer(
    workspaceId: string,
    sensorId: string,
    engine: EngineIdentity,
    summary: LayerSummary,
    pages: number,
    ids: readonly string[],
    nowMs: number,
  ): Promise<'created' | 'known' | 'conflict' | 'parts-missing' | 'unclaimed'>;
  /**
   * Writes a manifest, its children, layers and own findings, once by digest and engine, and makes the sensor its witness. 'conflict': a
   * different body is there already (kept; an alarm is the caller's). 'refused': the sensor is none of this workspace, or compromised.
   */
  createManifest(
    workspaceId: string,
    sensorId: string,
    manifest: StoredManifest,
    newId: () => string,
    nowMs: number,
  ): Promise<'created' | 'known' | 'conflict' | 'refused'>;
  /**
   * Marks the sensor as revoked and compromised, and takes back all it ever said, in one go: its witness, parts, grants and claims; facts
   * that have no other witness, with their findings; the verdicts that stood on what is not witnessed any more wherever this sensor may
   * serve, and those it gave without facts (gone, failed). Incidents stay. Null when there is no such sensor; again: nothing is left.
   */
  deleteBySensor(
    workspaceId: string,
    sensorId: string,
    nowMs: number,
  ): Promise<{ readonly facts: number; readonly images: readonly string[] } | null>;
  /** Whether the root, all below it and all their layers are known and undisputed under this engine: what settling needs, for a few cheap queries. */
  isComplete(workspaceId: string, digest: string, engine: EngineIdentity): Promise<boolean>;
  /**
   * What is known of a root by witnesses that may serve a registry in which it is placed (or, where it has no place of its own, an index
   * above it). Null when no such witness ever reported it. What lies deeper than 8 indexes or beyond 5,000 manifests is `missing`.
   */
  fetchRoot(workspaceId: string, digest: string, engine: EngineIdentity): Promise<RootFacts | null>;
  /** Forgets pages received before `beforeMs` whose layer never became a fact. Returns how many. */
  prune(beforeMs: number): Promise<number>;
  /**
   * Root digests (placed ones, reported under this engine) whose images hold this layer and whose verdict under it is open: none yet,
   * or with something unread. They are settled anew when the layer becomes a fact.
   */
  listRootsOfLayer(workspaceId: string, layerDigest: string, engine: EngineIdentity): Promise<readonly string[]>;
  /** Which of `hashes` the layer wrote, whited out or made opaque. */
  fetchPaths(
    workspaceId: string,
    layerDigest: string,
    engine: EngineIdentity,
    hashes: ReadonlySet<string>,
  ): Promise<{
    readonly files: ReadonlySet<string>;
    readonly directories: ReadonlySet<string>;
    readonly whiteouts: ReadonlySet<string>;
    readonly opaques: ReadonlySet<string>;
  }>;
}
