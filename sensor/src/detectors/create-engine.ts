import {
  CANDIDATES_AT,
  CARRY_BYTES,
  type PassMemory,
  SCRATCH_AT,
  SCRATCH_BYTES,
  SCRATCH_CANDIDATES_AT,
  SLICE_BYTES,
  TAIL_AT,
} from '../memory/index.ts';
import { AFTER_MAX, BEFORE_MAX, type CompiledRule, type CompiledRules, compileRules } from './compile.ts';
import { confirm, forgetWindow, type Hit } from './confirm.ts';
import { Crowds } from './crowds.ts';
import type { Drop, DropListener, Engine, FileStart, MatchListener } from './engine.ts';
import { LineCounter } from './line-counter.ts';
import { Resolver } from './resolve.ts';
import type { Rule } from './rule.ts';
import { type Source, textOf } from './source.ts';
import { ensureTables } from './tables.ts';
import { addTasks, fileTasks, type Task } from './tasks.ts';
import { unwrap, WIDE_OVERLAP, type Wrapping } from './unwrap.ts';

/** Raised whenever the same bytes may give other matches than before under the same rule set. Part of a layer result's key. */
export const ENGINE_VERSION = '4';

export interface EngineOptions {
  /** The worker's memory, into which pushes point. Several engines may share one, but not interleave their files. */
  readonly memory: PassMemory;
  readonly rules: readonly Rule[];
  /** Called with each match, by the time `end` returns. */
  readonly listener: MatchListener;
  readonly dropped?: DropListener;
}

const compiledSets = new WeakMap<readonly Rule[], CompiledRules>();

/**
 * The two-pass engine over one pass memory. Pass 1 (WebAssembly) names the few places worth a look; pass 2 tries the exact rules there.
 * A look waits until its whole window is there or the file ends, so where the file is cut into pushes changes nothing.
 */
export function createEngine({ memory, rules, listener, dropped }: EngineOptions): Engine {
  const compiled = compiledSets.get(rules) ?? compileRules(rules);
  compiledSets.set(rules, compiled);
  return new TwoPassEngine(memory, compiled, listener, dropped);
}

class TwoPassEngine implements Engine {
  readonly #memory: PassMemory;
  readonly #rules: CompiledRules;
  readonly #resolver: Resolver;
  readonly #dropped: DropListener | undefined;
  #path = '';
  #size: number | null = null;
  /** File offsets: how much was pushed, and where pass 1 goes on. */
  #seen = 0;
  #runFrom = 0;
  #inRun = false;
  #literalFrom = 0;
  /** Looks whose window was not all there yet. */
  #waiting: Task[] = [];
  readonly #crowds = new Crowds();
  #lines = new LineCounter();
  /** By the parity of its characters' offsets: from where on UTF-16 needs another look. */
  #wideFrom = [0, 0];
  /** File offset of the first byte that lies at TAIL_AT. */
  #tailFrom = 0;

  constructor(memory: PassMemory, rules: CompiledRules, listener: MatchListener, dropped: DropListener | undefined) {
    this.#dropped = dropped;
    this.#memory = memory;
    this.#rules = rules;
    this.#resolver = new Resolver(({ match }) => listener(match));
  }

  begin({ path, sizeBytes = null }: FileStart): void {
    ensureTables(this.#memory, this.#rules);
    this.#path = path;
    this.#size = sizeBytes;
    this.#seen = this.#runFrom = this.#literalFrom = this.#tailFrom = 0;
    this.#inRun = false;
    this.#waiting = fileTasks(this.#rules, path);
    this.#wideFrom = [0, 0];
    this.#crowds.clear();
    this.#lines = new LineCounter();
    this.#resolver.clear();
  }

  push(at: number, length: number): void {
    if (length === 0) return;
    if (this.#isOver) throw new RangeError(`more than the ${this.#size} bytes the file was said to have`);
    const base = at - this.#seen;
    const from = this.#seen - Math.min(this.#seen, CARRY_BYTES);
    this.#seen += length;
    const isLast = this.#isOver;
    const source = this.#source(base, from, isLast);
    const tasks = this.#waiting;
    for (let to = this.#seen - length; to < this.#seen; ) {
      to = Math.min(to + SLICE_BYTES, this.#seen);
      this.#find(source, to, isLast && to === this.#seen, tasks);
    }
    this.#waiting = this.#work(source, tasks);
    // Most files come in one push: their end is not looked at apart.
    if (!isLast) this.#keepTail(source);
  }

  end(): void {
    if (this.#seen > 0 && !this.#isOver) {
      const source = this.#source(TAIL_AT - this.#tailFrom, this.#tailFrom, true);
      this.#find(source, this.#seen, true, this.#waiting);
      this.#work(source, this.#waiting);
    }
    this.#waiting = [];
    this.#resolver.finish();
    forgetWindow();
  }

  /** The last byte was pushed: `end` has nothing more to look at. */
  get #isOver(): boolean {
    return this.#size !== null && this.#seen >= this.#size;
  }

  #source(base: number, from: number, last: boolean): Source {
    return { memory: this.#memory, path: this.#path, base, from, to: this.#seen, last, dropped: this.#dropped };
  }

  /** Pass 1 up to the file offset `to`. */
  #find(source: Source, to: number, last: boolean, tasks: Task[]): void {
    const { base } = source;
    const answer = this.#memory.find({
      lowest: base + source.from,
      runFrom: base + this.#runFrom,
      inRun: this.#inRun,
      literalFrom: base + this.#literalFrom,
      end: base + to,
      last,
      out: CANDIDATES_AT,
    });
    const found: Task[] = [];
    readTasks(this.#rules, source, CANDIDATES_AT, answer.count, found);
    for (const task of found) if (this.#isWanted(task)) tasks.push(task);
    this.#runFrom = answer.nextRun - base;
    this.#inRun = answer.nextInRun;
    this.#literalFrom = answer.nextLiteral - base;
  }

  /** One look reads far: pass 1 names every piece of UTF-16, and each again when the data is cut. */
  #isWanted({ look, offset, reach }: Task): boolean {
    if (look !== 'utf16') return true;
    if (offset < (this.#wideFrom[offset & 1] ?? 0)) return false;
    this.#wideFrom[offset & 1] = reach - WIDE_OVERLAP;
    return true;
  }

  /** Pass 2 for each look whose window is there. Returns those that must wait. */
  #work(source: Source, tasks: readonly Task[]): Task[] {
    const waiting: Task[] = [];
    for (const task of tasks) {
      if (!source.last && task.reach > source.to) waiting.push(task);
      else this.#look(source, task);
    }
    return waiting;
  }

  #look(source: Source, { look, offset, reach }: Task): void {
    const hits = typeof look === 'string' ? this.#lookInside(look, source, offset, reach) : this.#confirm(source, look, offset, reach);
    for (const hit of hits) {
      const match = { ...hit.match, ...this.#lines.placeOf(source, hit.match.offset) };
      this.#resolver.add({ rule: hit.rule, match });
    }
  }

  #confirm(source: Source, rule: CompiledRule, offset: number, reach: number): readonly Hit[] {
    if (this.#crowds.isCrowded(rule, offset)) return [];
    const hits = confirm(source, rule, offset, reach);
    if (hits.length > 0) this.#crowds.add(rule, hits);
    return hits;
  }

  /** Unwraps the text at `offset` and runs both passes over what it says, once: a wrapping in it is left alone. */
  #lookInside(wrapping: Wrapping, source: Source, offset: number, reach: number): Hit[] {
    const inside = unwrap(wrapping, source, offset, reach);
    const bytes = inside.bytes.subarray(0, SCRATCH_BYTES);
    this.#memory.bytes.set(bytes, SCRATCH_AT);
    const dropped = source.dropped && ((drop: Drop): void => source.dropped?.({ ...drop, offset }));
    const inner: Source = { memory: this.#memory, path: source.path, base: SCRATCH_AT, from: 0, to: bytes.length, last: true, dropped };
    return this.#hitsOfScratch(inner).map(({ rule, match }) => {
      const [from, to] = inside.spanOf(match.offset, match.offset + match.length);
      const text = wrapping === 'base64' ? textOf(source, from, to) : match.text;
      return { rule, match: { ...match, text, offset: from, length: to - from } };
    });
  }

  #hitsOfScratch(inner: Source): Hit[] {
    const { count } = this.#memory.find({
      lowest: SCRATCH_AT,
      runFrom: SCRATCH_AT,
      inRun: false,
      literalFrom: SCRATCH_AT,
      end: SCRATCH_AT + inner.to,
      last: true,
      out: SCRATCH_CANDIDATES_AT,
    });
    const tasks: Task[] = [];
    readTasks(this.#rules, inner, SCRATCH_CANDIDATES_AT, count, tasks);
    return tasks.flatMap(({ look, offset, reach }) => (typeof look === 'string' ? [] : confirm(inner, look, offset, reach)));
  }

  /** What `end` will need: a push's bytes are gone when it returns. */
  #keepTail(source: Source): void {
    let pending = Math.min(this.#runFrom, this.#literalFrom);
    for (const { offset } of this.#waiting) pending = Math.min(pending, offset);
    const keep = Math.max(0, pending - BEFORE_MAX);
    this.#resolver.settle(keep);
    this.#lines.advance(source, keep);
    this.#memory.bytes.copyWithin(TAIL_AT, source.base + keep, source.base + source.to);
    this.#tailFrom = keep;
  }
}

function readTasks(rules: CompiledRules, source: Source, at: number, count: number, tasks: Task[]): void {
  const { words } = source.memory;
  for (let i = at / 4; i < at / 4 + count * 2; i += 2) addTasks(rules, source, words[i] ?? 0, words[i + 1] ?? 0, tasks);
}

if (AFTER_MAX + BEFORE_MAX + 1024 > CARRY_BYTES) throw new RangeError('a window does not fit the carry');
