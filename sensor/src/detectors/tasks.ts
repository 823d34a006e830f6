import {
  KEYWORD_LENGTH_BITS,
  KIND_BASE64,
  KIND_KEYWORD,
  KIND_LITERAL,
  KIND_PREFIX,
  SETTLE_BYTES,
  TRAITS_ALL,
  WIDE_LITERAL,
} from '../memory/index.ts';
import { isControl } from './assignment.ts';
import type { CompiledRule, CompiledRules } from './compile.ts';
import { type Source, textOf } from './source.ts';
import { isToken } from './tables.ts';
import { type Wrapping, wrappingReach } from './unwrap.ts';

/** One rule's exact look at one place of a file, or a look at what a wrapping hides there. */
export interface Task {
  readonly look: CompiledRule | Wrapping;
  /** File offset of the anchor; of a keyword's, the run it stands before. */
  readonly offset: number;
  /** The file offset up to which the look may read. */
  readonly reach: number;
}

/** The looks at a file's beginning that its path asks for. Most paths concern no rule, which one expression says. */
export function fileTasks({ files }: CompiledRules, path: string): Task[] {
  if (path === '' || !files.any.test(path)) return [];
  return files.rules.flatMap((look) => (look.rule.anchors.files?.test(path) ? [{ look, offset: 0, reach: look.after }] : []));
}

/** What pass 1 wrote of one place (wasm/finder.ts, emit), as looks of the rules it concerns. */
export function addTasks(rules: CompiledRules, source: Source, address: number, word: number, tasks: Task[]): void {
  const id = (word >>> 16) & 0x3fff;
  const offset = address - source.base;
  switch (word >>> 30) {
    case KIND_PREFIX:
      addPrefixTasks(rules, source, offset, id, tasks);
      break;
    case KIND_LITERAL:
      if (id === WIDE_LITERAL) tasks.push(unwrapTask('utf16', offset));
      addLiteralTasks(rules.literals[id]?.rules ?? [], source, offset, tasks);
      break;
    case KIND_KEYWORD: {
      const keyword = rules.keywords[id - 1];
      // As textBefore has it: a name does not speak for a value across what no text holds. In a binary's table of strings that is most of them.
      if (keyword?.whole === true && offset > 0 && isControl(source.memory.bytes[address - 1] ?? 0)) break;
      const length = word & ((1 << KEYWORD_LENGTH_BITS) - 1);
      const traits = (word >>> KEYWORD_LENGTH_BITS) & TRAITS_ALL;
      for (const rule of keyword?.rules ?? []) {
        const { run: [least, most] = [0, length], traits: allowed = TRAITS_ALL, digitEvery } = rule.rule.anchors;
        if (length < least || length > most || (traits & ~allowed) !== 0 || isPlanned(tasks, rule, offset)) continue;
        if (digitEvery !== undefined && digitsIn(source, offset, length) * digitEvery < length) continue;
        tasks.push({ look: rule, offset, reach: offset + length + rule.after });
      }
      break;
    }
    case KIND_BASE64:
      tasks.push(unwrapTask('base64', offset));
      break;
    default:
  }
}

function digitsIn({ memory, base }: Source, offset: number, length: number): number {
  let digits = 0;
  for (let at = base + offset; at < base + offset + length; at++) if (isDigit(memory.bytes[at] ?? 0)) digits++;
  return digits;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Two of a rule's words may stand before one run: `api` and `key`. */
function isPlanned(tasks: readonly Task[], look: CompiledRule, offset: number): boolean {
  for (let at = tasks.length - 1; at >= 0 && tasks[at]?.offset === offset; at--) if (tasks[at]?.look === look) return true;
  return false;
}

/** A literal is told of only when so many bytes of the file, or all, are there: no cut changes what `follows` sees. */
const LITERAL_AHEAD = SETTLE_BYTES - 4;

function addLiteralTasks(rules: readonly CompiledRule[], source: Source, offset: number, tasks: Task[]): void {
  let ahead: string | undefined;
  // Rules beside each other share it.
  let last: RegExp | undefined;
  let isThere = false;
  for (const rule of rules) {
    const { follows } = rule.rule;
    if (follows !== undefined) {
      ahead ??= textOf(source, offset, Math.min(offset + LITERAL_AHEAD, source.to));
      if (follows !== last) isThere = follows.test(ahead);
      last = follows;
      if (!isThere) continue;
    }
    tasks.push({ look: rule, offset, reach: offset + rule.after });
  }
}

function unwrapTask(wrapping: Wrapping, offset: number): Task {
  return { look: wrapping, offset, reach: offset + wrappingReach[wrapping] };
}

function addPrefixTasks(rules: CompiledRules, source: Source, offset: number, id: number, tasks: Task[]): void {
  const named = rules.prefixes[id - 1];
  if (named === undefined) return;
  const alike = rules.alike.get(named.text.slice(0, 3)) ?? [];
  const stretch = stretchAt(source, offset);
  for (const anchor of alike) {
    const end = offset + anchor.text.length;
    if (anchor !== named && (end > source.to || textOf(source, offset, end) !== anchor.text)) continue;
    for (const rule of anchor.rules)
      if (fits(stretch, rule.rule.anchors.span)) tasks.push({ look: rule, offset, reach: offset + rule.after });
  }
}

/** A stretch of token characters, as far as it matters. */
interface Stretch {
  readonly length: number;
  /** It goes on beyond what was read, or in what an escape stands for. */
  readonly open: boolean;
}

/** Longer than any token whose length is bounded, but for those that bring a prefix as rare as they are long; a JWT's header is the longest. */
const STRETCH_MAX = 1024;
const [BACKSLASH, PERCENT] = [0x5c, 0x25];

/** Reading bytes costs a fiftieth of reading a window. */
function stretchAt({ memory, base, to }: Source, offset: number): Stretch {
  const end = Math.min(to, offset + STRETCH_MAX);
  let at = offset;
  while (at < end && isToken(memory.bytes[base + at] ?? 0)) at++;
  const next = at < to ? memory.bytes[base + at] : undefined;
  return { length: at - offset, open: at === end || next === BACKSLASH || next === PERCENT };
}

function fits({ length, open }: Stretch, [least, most]: readonly [number, number] = [0, STRETCH_MAX]): boolean {
  return (length >= least || open) && (length <= most || most >= STRETCH_MAX);
}
