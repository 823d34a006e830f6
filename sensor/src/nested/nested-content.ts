import type { Gap } from '@tidewaiter/shared/findings';
import type { ContentSink, Entry, LayerLimits, Stop } from '../layers/index.ts';
import { Budget } from './budget.ts';
import type { Lane, NestedSink, OuterFile } from './face.ts';
import { type Archive, type Format, HEAD_BYTES } from './format.ts';
import { formatOf } from './formats.ts';
import { FilesInside, StreamInside } from './inside.ts';
import { type NestedLimits, tarLimits } from './limits.ts';
import { PushInput, type Reading } from './push-input.ts';

/** The bounds of nested content; those of a tar in it beside them. */
export interface ContentLimits {
  readonly nested: NestedLimits;
  readonly layer: LayerLimits;
}

/** Passes a layer's content on to `sink`, and opens the files in it that are archives. */
export function withNestedContent(sink: NestedSink, memory: Uint8Array, limits: ContentLimits): ContentSink {
  const enter = (outerBytes: () => number): Scope => ({ outer: sink.enter(), budget: new Budget(limits.nested, outerBytes) });
  return new NestedContent(sink, memory, limits, 0, enter);
}

/** What everything in one file of the layer has in common. */
interface Scope {
  readonly outer: OuterFile;
  readonly budget: Budget;
}

/** One depth: passes files on and has each that is an archive read by a reader, whose files go to the next depth. */
class NestedContent implements ContentSink {
  readonly #sink: ContentSink;
  readonly #memory: Uint8Array;
  readonly #limits: ContentLimits;
  readonly #depth: number;
  readonly #enter: (outerBytes: () => number) => Scope;
  #entry: Entry | null = null;
  #seen = 0;
  /** The file's first bytes, while they are too few to tell what it is. */
  #head: Uint8Array | null = null;
  #open: OpenArchive | null = null;

  constructor(sink: ContentSink, memory: Uint8Array, limits: ContentLimits, depth: number, enter: (outerBytes: () => number) => Scope) {
    this.#sink = sink;
    this.#memory = memory;
    this.#limits = limits;
    this.#depth = depth;
    this.#enter = enter;
  }

  begin(entry: Entry): void {
    this.#sink.begin(entry);
    this.#entry = entry.type === 'file' ? entry : null;
    this.#seen = 0;
    this.#head = null;
  }

  push(at: number, length: number): void {
    this.#sink.push(at, length);
    const before = this.#seen;
    this.#seen += length;
    if (this.#open) this.#open.push(this.#memory.subarray(at, at + length));
    else if (before < HEAD_BYTES) this.#look(at - before, at + length);
  }

  end(gap: Gap | null): void {
    if (this.#head) this.#decide(this.#head);
    this.#open?.end(gap !== null);
    this.#open = this.#head = null;
    this.#sink.end(gap);
  }

  /** At [from, to) are all bytes of the file so far: those before this push lie just below it. */
  #look(from: number, to: number): void {
    const bytes = this.#memory.subarray(from, to);
    if (this.#seen >= HEAD_BYTES || this.#seen === this.#entry?.sizeBytes) this.#decide(bytes);
    else this.#head = bytes.slice();
  }

  #decide(bytes: Uint8Array): void {
    this.#head = null;
    const format = formatOf(bytes.subarray(0, HEAD_BYTES));
    if (!format || !this.#entry) return;
    const scope = this.#enter(() => this.#seen);
    this.#open = new OpenArchive(format, this.#entry.path, scope, this.#limits, this.#depth);
    this.#open.push(bytes);
  }
}

/** An archive on its way through its reader. */
class OpenArchive {
  readonly #path: string;
  readonly #scope: Scope;
  readonly #depth: number;
  readonly #input = new PushInput();
  readonly #lanes: Lane[] = [];
  #files: FilesInside | null = null;
  #reading: Reading<Stop> | null;

  constructor(format: Format, path: string, scope: Scope, limits: ContentLimits, depth: number) {
    this.#path = path;
    this.#scope = scope;
    this.#depth = depth;
    const isTooDeep = depth >= limits.nested.depthMax;
    this.#reading = isTooDeep ? null : format.read(this.#input, this.#archive(limits, depth));
    if (isTooDeep) this.#gap('limit-depth', null, null);
  }

  push(bytes: Uint8Array): void {
    if (!this.#reading) return;
    this.#input.give(bytes);
    this.#step(false);
    this.#input.hold();
  }

  /** @param isCut the file itself was not whole, which is named already. */
  end(isCut: boolean): void {
    this.#input.end();
    if (this.#reading) this.#step(isCut);
    for (const lane of this.#lanes) this.#scope.outer.giveBack(lane);
    if (this.#depth === 0) this.#scope.outer.leave();
  }

  #step(isCut: boolean): void {
    const { done, value } = this.#reading?.next() ?? {};
    if (!done) return;
    this.#reading = null;
    const isTold = (isCut && value === 'truncated') || (isOfOneFile(value) && value === this.#files?.told);
    if (value && !isTold) this.#gap(value, null, null);
  }

  #archive(limits: ContentLimits, depth: number): Archive {
    const layer = tarLimits(limits.nested, limits.layer.headerBytesMax);
    const { budget } = this.#scope;
    const inside = (): { readonly memory: Uint8Array; readonly sink: ContentSink } => {
      const lane = this.#scope.outer.takeLane();
      this.#lanes.push(lane);
      return { memory: lane.memory, sink: new NestedContent(lane.sink, lane.memory, limits, depth + 1, () => this.#scope) };
    };
    return {
      path: this.#path,
      limits: limits.nested,
      tarLimits: layer,
      budget,
      stream: (unnamed) => new StreamInside(inside(), this.#path, unnamed, layer, budget),
      files: () => (this.#files = new FilesInside(inside(), this.#path, layer, budget)),
      gap: (reason, name, bytes) => this.#gap(reason, name, bytes),
    };
  }

  #gap(reason: Gap['reason'], name: string | null, bytes: number | null): void {
    this.#scope.outer.gap({ reason, path: `${this.#path}!/${name ?? ''}`, bytes });
  }
}

/** Where the bytes end or make no sense, nothing follows the file they belong to; a limit leaves something out. */
const isOfOneFile = (stop: Stop | undefined): boolean => stop === 'truncated' || stop === 'corrupt';
