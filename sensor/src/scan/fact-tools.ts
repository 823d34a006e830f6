import { createEngine, type MatchListener, type Rule, TextDetector } from '../detectors/index.ts';
import { createPassMemory, type PassMemory } from '../memory/index.ts';
import { pathKeyOf } from '../fingerprint/index.ts';
import type { FactTools } from './layer-facts.ts';
import { PATH_HASH_BYTES } from './path-pages.ts';
import type { WorkerSetup } from './worker-messages.ts';

/** Makes a worker's own memory and engine. Their bytes never leave it. */
export function openFactTools(
  { keys, showSecrets, limits }: Omit<WorkerSetup, 'slots' | 'detectors'>,
  rules: readonly Rule[],
  listener: MatchListener,
): { readonly tools: FactTools; readonly memory: PassMemory } {
  const memory = createPassMemory();
  const texts = new TextDetector(rules, createPassMemory);
  const pathKey = new DataView(pathKeyOf(keys[0]).buffer);
  const [k0, k1] = [pathKey.getBigUint64(0, true), pathKey.getBigUint64(8, true)];
  // Written here and copied: a DataView on each hash would take every one of them off the heap, which costs more than the hash.
  const [written, hash] = viewsOf(new ArrayBuffer(PATH_HASH_BYTES));
  const tools: FactTools = {
    engine: createEngine({ memory, rules, listener }),
    keys,
    showSecrets,
    findingsMax: limits.findingsMax,
    linkedFindingsMax: limits.linkedFindingsMax,
    redact: (text) => texts.redact(text),
    hashPath(path) {
      written.setBigUint64(0, memory.pathHashOf(path, k0, k1));
      return hash.slice();
    },
    openLane(laneListener) {
      const lane = createPassMemory();
      return { memory: lane, engine: createEngine({ memory: lane, rules, listener: laneListener }) };
    },
  };
  return { tools, memory };
}

const viewsOf = (buffer: ArrayBuffer): [DataView, Uint8Array] => [new DataView(buffer), new Uint8Array(buffer)];
