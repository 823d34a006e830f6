import { KIND_BASE64, KIND_KEYWORD, KIND_LITERAL, KIND_PREFIX } from '../memory/index.ts';
import type { CompiledRule, CompiledRules } from './compile.ts';
import { type Source, textOf } from './source.ts';

/** One rule's exact look at one place of a file; without a rule, a look at what base64 hides there. */
export interface Task {
  readonly rule: CompiledRule | null;
  /** File offset of the anchor; of a keyword's, the run it stands before. */
  readonly offset: number;
  /** The file offset up to which the look may read. */
  readonly reach: number;
}

/** The longest piece of base64 that is decoded: an 8,192-bit RSA key in PEM, wrapped twice. */
const BASE64_REACH = 16 * 1024;

/** What pass 1 wrote of one place (wasm/finder.ts, emit), as looks of the rules it concerns. */
export function addTasks(rules: CompiledRules, source: Source, address: number, word: number, tasks: Task[]): void {
  const id = (word >>> 16) & 0x3fff;
  const offset = address - source.base;
  switch (word >>> 30) {
    case KIND_PREFIX:
      addPrefixTasks(rules, source, offset, id, tasks);
      break;
    case KIND_LITERAL:
      for (const rule of rules.literals[id]?.rules ?? []) tasks.push({ rule, offset, reach: offset + rule.after });
      break;
    case KIND_KEYWORD: {
      const length = word & 0xffff;
      for (const rule of rules.keywords[id - 1]?.rules ?? []) {
        const [least, most] = rule.rule.anchors.run ?? [0, length];
        if (length >= least && length <= most) tasks.push({ rule, offset, reach: offset + length + rule.after });
      }
      break;
    }
    case KIND_BASE64:
      tasks.push({ rule: null, offset, reach: offset + BASE64_REACH });
      break;
    default:
  }
}

function addPrefixTasks(rules: CompiledRules, source: Source, offset: number, id: number, tasks: Task[]): void {
  const named = rules.prefixes[id - 1];
  if (named === undefined) return;
  const alike = rules.alike.get(named.text.slice(0, 3)) ?? [];
  for (const anchor of alike) {
    const end = offset + anchor.text.length;
    if (anchor !== named && (end > source.to || textOf(source, offset, end) !== anchor.text)) continue;
    for (const rule of anchor.rules) tasks.push({ rule, offset, reach: offset + rule.after });
  }
}
