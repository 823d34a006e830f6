import type { TidewaiterError } from '@tidewaiter/shared/errors';
import type {
  Coverage,
  EngineIdentity,
  Gap,
  GapReason,
  ImageFinding,
  LayerFinding,
  LayerSummary,
  PathIndex,
} from '@tidewaiter/shared/findings';
import type { Digest, Platform } from '@tidewaiter/shared/images';

/** A finding with its plaintext under --show-secrets. */
export type Shown<F> = F & { readonly secret?: string };

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

/** A layer that became no fact, as a gap of the image. */
export function gapOfUnread(digest: Digest, error: TidewaiterError): Gap {
  return { reason: reasonOf(error), path: digest, bytes: null };
}

function reasonOf({ code }: TidewaiterError): GapReason {
  switch (code) {
    case 'layer.digest-mismatch':
      return 'digest-mismatch';
    case 'layer.size-mismatch':
      return 'size-lies';
    case 'layer.foreign':
      return 'foreign';
    default:
      return 'download-failed';
  }
}
