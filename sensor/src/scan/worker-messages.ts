import type { ErrorCode, ErrorFacts } from '@tidewaiter/shared/errors';
import type { LayerFinding, LayerSummary } from '@tidewaiter/shared/findings';
import type { Digest } from '@tidewaiter/shared/images';
import type { RuleChoice } from '../detectors/index.ts';
import type { FingerprintKeys } from '../fingerprint/index.ts';
import type { ScanLimits } from './limits.ts';
import type { PathPage, ScannedFinding } from './sink.ts';

/** What a layer worker is made with, once. */
export interface WorkerSetup {
  readonly keys: FingerprintKeys;
  readonly showSecrets: boolean;
  readonly limits: ScanLimits;
  readonly detectors: RuleChoice;
  /** CHUNKS_IN_FLIGHT slots of CHUNK_BYTES, which compressed bytes pass through. */
  readonly slots: SharedArrayBuffer;
}

/**
 * A layer goes in as begin, chunks, end. A chunk is a slot of the shared memory: it is the worker's until it comes back as a credit.
 * Shared, not transferred: moving a buffer to and fro costs 0.4 ms each way, and makes garbage that only a full collection frees.
 */
export type ToWorker =
  | { readonly type: 'begin'; readonly digest: Digest; readonly sizeBytes: number }
  | { readonly type: 'chunk'; readonly slot: number; readonly length: number }
  | { readonly type: 'end' };

/** Only redacted findings come out (with plaintext under --show-secrets, on this machine). `done` or `failed` ends a layer. */
export type FromWorker =
  | { readonly type: 'credit'; readonly slot: number }
  | { readonly type: 'paths'; readonly page: PathPage }
  | { readonly type: 'findings'; readonly findings: readonly ScannedFinding<LayerFinding>[] }
  | { readonly type: 'done'; readonly summary: LayerSummary }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly facts: Pick<ErrorFacts, 'which' | 'got' | 'want'> };
