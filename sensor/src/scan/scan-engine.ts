import type { EngineIdentity } from '@tidewaiter/shared/findings';
import { type ChosenRules, ENGINE_VERSION, ruleSetHash, TextDetector, usualRules } from '../detectors/index.ts';
import type { FingerprintKeys } from '../fingerprint/index.ts';
import { createPassMemory } from '../memory/index.ts';
import type { TextTools } from './image-findings.ts';
import { LayerPool } from './layer-pool.ts';
import { limitsHashOf, type ScanLimits } from './limits.ts';

/** What an engine is made of. It lives as long as the program: close it, or its threads keep the process. */
export interface ScanEngineOptions {
  readonly keys: FingerprintKeys;
  /** Plaintext beside each finding; of the one-shot only. */
  readonly showSecrets: boolean;
  readonly limits: ScanLimits;
  /** The usual ones unless given. */
  readonly detectors?: ChosenRules;
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

/** Makes an engine; its workers start with the first layer. @throws internal when the WebAssembly module was not built, at the first text. */
export function createScanEngine({ keys, showSecrets, limits, detectors = usualRules, workers }: ScanEngineOptions): ScanEngine {
  const texts = new TextDetector(detectors.rules, createPassMemory);
  const pool = new LayerPool(workers, { keys, showSecrets, limits, detectors: detectors.choice });
  return {
    identity: {
      fingerprintKeyId: keys[0].id,
      engineVersion: ENGINE_VERSION,
      ruleSetHash: ruleSetHash(detectors.rules),
      limitsHash: limitsHashOf(limits),
    },
    pool,
    texts: { keys, showSecrets, matches: (text) => texts.matches(text), redact: (text) => texts.redact(text) },
    close: () => pool.close(),
  };
}
