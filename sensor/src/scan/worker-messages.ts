import type { ErrorCode, ErrorFacts } from '@tidewaiter/shared/errors';
import type { LayerFinding, LayerSummary } from '@tidewaiter/shared/findings';
import type { Digest } from '@tidewaiter/shared/images';
import type { FingerprintKeys } from '../fingerprint/index.ts';
import type { ScanLimits } from './limits.ts';
import type { PathPage, ScannedFinding } from './sink.ts';

/** What a layer worker is made with, once. */
export interface WorkerSetup {
  readonly keys: FingerprintKeys;
  readonly showSecrets: boolean;
  readonly limits: ScanLimits;
}

/** A layer goes in as begin, chunks, end. A chunk's buffer moves to the worker and comes back as a credit. */
export type ToWorker =
  | { readonly type: 'begin'; readonly digest: Digest; readonly sizeBytes: number }
  | { readonly type: 'chunk'; readonly buffer: ArrayBuffer; readonly length: number }
  | { readonly type: 'end' };

/** Only redacted findings come out (with plaintext under --show-secrets, on this machine). `done` or `failed` ends a layer. */
export type FromWorker =
  | { readonly type: 'credit'; readonly buffer: ArrayBuffer }
  | { readonly type: 'paths'; readonly page: PathPage }
  | { readonly type: 'findings'; readonly findings: readonly ScannedFinding<LayerFinding>[] }
  | { readonly type: 'done'; readonly summary: LayerSummary }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly facts: Pick<ErrorFacts, 'which' | 'got' | 'want'> };
