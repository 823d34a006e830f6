import { CARRY_BYTES, type PassMemory } from '../memory/index.ts';
import type { Engine, MatchListener } from './engine.ts';
import type { Rule } from './rule.ts';

/** Raised whenever the same bytes may give other matches than before under the same rule set. Part of a layer result's key. */
export const ENGINE_VERSION = '1';

export interface EngineOptions {
  /** The worker's memory, into which pushes point. Several engines may share one, but not interleave their files. */
  readonly memory: PassMemory;
  readonly rules: readonly Rule[];
  /** Called with each match, by the time `end` returns. */
  readonly listener: MatchListener;
}

/** An engine over one pass memory. */
export function createEngine({ memory, rules, listener }: EngineOptions): Engine {
  let seen = 0;
  let reported = new Set<string>();
  return {
    begin() {
      seen = 0;
      reported = new Set();
    },
    push(at, length) {
      const from = at - Math.min(seen, CARRY_BYTES);
      const text = Buffer.from(memory.bytes.buffer, from, at + length - from).toString('latin1');
      for (const rule of rules) {
        for (const match of text.matchAll(new RegExp(rule.pattern, 'g'))) {
          const offset = seen - (at - from) + match.index;
          if (reported.has(`${rule.id} ${offset}`)) continue;
          reported.add(`${rule.id} ${offset}`);
          listener({
            detector: rule.id,
            confidence: rule.confidence,
            canonical: Buffer.from(match[0], 'latin1'),
            text: match[0],
            preview: `${rule.prefix ?? ''}… (${match[0].length})`,
            offset,
            length: match[0].length,
            line: 1,
            column: offset + 1,
          });
        }
      }
      seen += length;
    },
    end() {},
  };
}
