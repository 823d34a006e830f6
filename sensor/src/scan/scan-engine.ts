import type { EngineIdentity } from '@tidewaiter/shared/findings';
import { builtInRules, ENGINE_VERSION, ruleSetHash, TextDetector } from '../detectors/index.ts';
import type { FingerprintKeys } from '../fingerprint/index.ts';
import { createPassMemory } from '../memory/index.ts';
import type { TextTools } from './image-findings.ts';
import { LayerPool } from './layer-pool.ts';
import { limitsHashOf, type ScanLimits } from './limits.ts';

export interface ScanEngineOptions {
  readonly keys: FingerprintKeys;
  /** Plaintext beside each finding; of the one-shot only. */
  readonly showSecrets: boolean;
  readonly limits: ScanLimits;
  /** Layers read at once: one for each core. */
  readonly workers: number;
}

/** What scans bytes: the worker threads for layers, and detection over short texts on this one. Serves any number of scans. */
export interface ScanEngine {
  readonly identity: EngineIdentity;
  readonly pool: LayerPool;
  readonly texts: TextTools;
  close(): Promise<void>;
}

export function createScanEngine({ keys, showSecrets, limits, workers }: ScanEngineOptions): ScanEngine {
  const texts = new TextDetector(builtInRules, createPassMemory);
  const pool = new LayerPool(workers, { keys, showSecrets, limits });
  return {
    identity: {
      fingerprintKeyId: keys[0].id,
      engineVersion: ENGINE_VERSION,
      ruleSetHash: ruleSetHash(builtInRules),
      limitsHash: limitsHashOf(limits),
    },
    pool,
    texts: { keys, showSecrets, matches: (text) => texts.matches(text), redact: (text) => texts.redact(text) },
    close: () => pool.close(),
  };
}
