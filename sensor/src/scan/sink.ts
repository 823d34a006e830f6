import type { Digest } from '@tidewaiter/shared/images';
import type { Coverage, EngineIdentity, ImageFinding, LayerFinding, LayerSummary } from '@tidewaiter/shared/findings';
import type { Platform } from '@tidewaiter/shared/images';
import type { TidewaiterError } from '@tidewaiter/shared/errors';

/** A manifest that was read: what the reports say of it. */
export interface ManifestFacts {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly shape: 'index' | 'image' | 'artifact';
  readonly platform: Platform | null;
  readonly children: readonly { readonly digest: Digest; readonly platform: Platform | null }[];
  readonly layers: readonly {
    readonly digest: Digest;
    readonly sizeBytes: number;
    readonly diffId: Digest | null;
    readonly instruction: string | null;
  }[];
  readonly findings: readonly ImageFinding[];
  readonly coverage: Coverage;
}

/** 8-byte big-endian path hashes, back to back. */
export interface PathPage {
  readonly kind: 'files' | 'directories' | 'whiteouts' | 'opaques';
  readonly hashes: Uint8Array<ArrayBuffer>;
}

/** A finding with its plaintext beside it; `secret` is there only when the engine was built with showSecrets. */
export type ScannedFinding<F> = F & { readonly secret?: string };

/** The sink's answer to which layers must be read here. */
export interface LayerClaims {
  readonly known: readonly Digest[];
  readonly yours: readonly Digest[];
  /** Somebody else reads these now: ask again after `retryAfterMs`. */
  readonly wait: readonly Digest[];
  readonly retryAfterMs: number;
}

/**
 * Where `scanImage` puts what it found. The daemon's sink reports to the control plane, the one-shot's keeps it for the report.
 * Verbs may wait (back pressure); a rejected promise ends the scan.
 */
export interface ScanSink {
  manifest(facts: ManifestFacts): Promise<void>;
  claim(digests: readonly Digest[]): Promise<LayerClaims>;
  layerPaths(digest: Digest, engine: EngineIdentity, page: PathPage): Promise<void>;
  layerFindings(digest: Digest, engine: EngineIdentity, findings: readonly ScannedFinding<LayerFinding>[]): Promise<void>;
  layerDone(summary: LayerSummary, engine: EngineIdentity): Promise<void>;
  /** The layer became no fact: it could not be had whole, or was not what its manifest says. What was given of it before is void. */
  layerUnread(digest: Digest, error: TidewaiterError): Promise<void>;
  /** Bytes read so far, for progress. */
  progress(done: {
    readonly layersDone: number;
    readonly layersTotal: number;
    readonly bytesDone: number;
    readonly bytesTotal: number;
  }): void;
}
