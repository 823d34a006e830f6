import type { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Coverage, EngineIdentity, ImageFinding, LayerFinding, LayerSummary, PathIndex } from '@tidewaiter/shared/findings';
import type { Digest, Platform } from '@tidewaiter/shared/images';

/** A finding with its plaintext under --show-secrets. */
export type Shown<F> = F & { readonly secret?: string };

/** One manifest or index of the image; `layers` are lowest first and empty for an index. */
export interface ScannedManifest {
  readonly digest: Digest;
  readonly shape: 'index' | 'image' | 'artifact';
  readonly platform: Platform | null;
  readonly layers: readonly {
    readonly digest: Digest;
    readonly sizeBytes: number;
    readonly diffId: Digest | null;
    readonly instruction: string | null;
  }[];
  readonly findings: readonly Shown<ImageFinding>[];
  readonly coverage: Coverage;
}

/** What one layer's bytes held; the same wherever the layer is used. */
export interface ScannedLayer {
  readonly summary: LayerSummary;
  readonly findings: readonly Shown<LayerFinding>[];
  readonly paths: PathIndex;
}

/** All that one scan of an image found out, in memory: what reports are made from. The root is the first manifest. */
export interface ScannedImage {
  readonly reference: string;
  readonly engine: EngineIdentity;
  readonly manifests: readonly ScannedManifest[];
  readonly layers: ReadonlyMap<Digest, ScannedLayer>;
  readonly unread: ReadonlyMap<Digest, TidewaiterError>;
}
