import type { Coverage, LayerFinding, LayerSummary } from '@tidewaiter/shared/findings';
import type { Platform } from '@tidewaiter/shared/images';
import type { Json } from '../columns.ts';

export interface LayerParts {
  workspaceId: string;
  digest: string;
  engineKey: string;
  sensorId: string;
  page: number;
  kind: PathKind | null;
  hashes: Uint8Array | null;
  findings: Json<readonly LayerFinding[]>;
  partHash: string;
  receivedAt: number;
}

export interface Layers {
  workspaceId: string;
  digest: string;
  engineKey: string;
  summary: Json<LayerSummary>;
  partHashes: Json<readonly string[]>;
  createdAt: number;
}

/** A sensor that delivered a layer or a manifest under an engine. `agrees` 0: another body than the one that is kept. */
export interface Witnesses {
  workspaceId: string;
  digest: string;
  engineKey: string;
  sensorId: string;
  agrees: 0 | 1;
}

export type PathKind = 'files' | 'directories' | 'whiteouts' | 'opaques';

/** A block of a layer's path index: sorted hashes of 8 big-endian bytes; `firstHash` is the first in hex. */
export interface LayerPaths {
  workspaceId: string;
  digest: string;
  engineKey: string;
  kind: PathKind;
  firstHash: string;
  hashes: Uint8Array;
}

export interface Manifests {
  workspaceId: string;
  digest: string;
  engineKey: string;
  mediaType: string;
  shape: 'index' | 'image' | 'artifact';
  platform: Json<Platform | null>;
  coverage: Json<Coverage>;
  bodyHash: string;
  createdAt: number;
}

export interface ManifestChildren {
  workspaceId: string;
  digest: string;
  engineKey: string;
  position: number;
  childDigest: string;
  platform: Json<Platform | null>;
}

export interface ManifestLayers {
  workspaceId: string;
  digest: string;
  engineKey: string;
  position: number;
  layerDigest: string;
  sizeBytes: number;
  diffId: string | null;
  instruction: string | null;
}
