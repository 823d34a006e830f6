import type { Gap } from '@tidewaiter/shared/findings';
import type { BesidePlace, ContentSink, Entry } from '../layers/index.ts';
import { Budget } from './budget.ts';
import type { Lane, NestedSink } from './face.ts';
import { type Format, type FormatNow, HEAD_BYTES } from './format.ts';
import { formatOf } from './formats.ts';
import { Later } from './later.ts';
import { type ArchivePlace, type ContentLimits, type OpenArchive, OpenLater, OpenNow, type Scope } from './open-archive.ts';
import type { PushInput, Reading } from './push-input.ts';
import { endsAsZip, END_BYTES } from './zip-header.ts';

/** A layer's content on its way to a sink, with the files in it that are archives opened. */
export interface NestedContent extends ContentSink {
  /** Has all read that was pushed and waits for a decoder. To be awaited between two pieces of the layer, and at its end. */
  settle(): Promise<void>;
}

/** The sink with what opens files in files before it: the layer's entries go on to `sink`, and what lies in them to lanes it gives. `memory` is the layer's own. */
export function withNestedContent(sink: NestedSink, memory: Uint8Array, limits: ContentLimits): NestedContent {
  return new LayerFiles(sink, memory, limits);
}

/** One depth: passes files on and has each that is an archive read by a reader, whose files go to the next depth. */
abstract class Files implements ContentSink {
  readonly #sink: ContentSink;
  readonly #memory: Uint8Array;
  #entry: Entry | null = null;
  #head: Uint8Array | null = null;
  #open: OpenArchive | null = null;
  #isKnown = false;
  #seen = 0;

  constructor(sink: ContentSink, memory: Uint8Array) {
    this.#sink = sink;
    this.#memory = memory;
  }

  protected abstract open(format: Format, path: string): OpenArchive | null;
  protected abstract unread(path: string): void;

  begin(entry: Entry): void {
    this.#sink.begin(entry);
    this.#entry = entry.type === 'file' ? entry : null;
    this.#head = null;
    this.#isKnown = false;
    this.#seen = 0;
  }

  push(at: number, length: number): void {
    this.#sink.push(at, length);
    const before = this.#seen;
    this.#seen += length;
    if (this.#open) this.#open.push(this.#memory.subarray(at, at + length));
    else if (before < HEAD_BYTES) this.#look(at - before, at + length);
    if (!this.#isKnown && this.#seen === this.#entry?.sizeBytes && this.#seen >= END_BYTES) this.#lookBack(at + length);
  }

  beside(place: BesidePlace, bytes: Uint8Array): void {
    this.#sink.beside(place, bytes);
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

  /** A zip at the end of a file that does not begin as what a zip stands behind: it was not read. */
  #lookBack(to: number): void {
    if (endsAsZip(this.#memory.subarray(to - END_BYTES, to), this.#seen)) this.unread(this.#entry?.path ?? '');
  }

  #decide(bytes: Uint8Array): void {
    this.#head = null;
    const format = this.#entry && formatOf(bytes.subarray(0, HEAD_BYTES));
    if (!format) return;
    this.#isKnown = true;
    this.#open = this.open(format, this.#entry?.path ?? '');
    this.#open?.push(bytes);
  }
}

/** Only looks whether there is one. */
function tooDeep(find: (input: PushInput) => Reading<boolean>): FormatNow['read'] {
  return function* (input) {
    return (yield* find(input)) ? 'limit-depth' : null;
  };
}

/** Opens an archive of any depth, or tells that it is too deep. */
function openArchive(format: Format, place: ArchivePlace, later: readonly Later[]): OpenArchive | null {
  if (place.depth < place.limits.nested.depthMax)
    return 'read' in format ? new OpenNow(format, place) : new OpenLater(format, place, later);
  if ('read' in format && format.find) return new OpenNow({ ...format, read: tooDeep(format.find) }, place);
  place.scope.outer.gap({ reason: 'limit-depth', path: `${place.path}!/`, bytes: null });
  return null;
}

/** The files of a layer. */
class LayerFiles extends Files implements NestedContent {
  readonly #sink: NestedSink;
  readonly #limits: ContentLimits;
  readonly #later: readonly Later[];
  /** An archive in it may be read on when it is over. */
  #file = { bytes: 0 };

  constructor(sink: NestedSink, memory: Uint8Array, limits: ContentLimits) {
    super(sink, memory);
    this.#sink = sink;
    this.#limits = limits;
    const inUse = new Set<object>();
    this.#later = Array.from({ length: limits.nested.depthMax }, () => new Later(inUse));
  }

  async settle(): Promise<void> {
    for (const later of this.#later) await later.settle();
  }

  override begin(entry: Entry): void {
    this.#file = { bytes: 0 };
    super.begin(entry);
  }

  override push(at: number, length: number): void {
    this.#file.bytes += length;
    super.push(at, length);
  }

  protected override open(format: Format, path: string): OpenArchive | null {
    const [limits, file] = [this.#limits, this.#file];
    const scope: Scope = { outer: this.#sink.enter(), budget: new Budget(limits.nested, () => file.bytes) };
    const within = (lane: Lane): ContentSink => new FilesWithin(lane, { depth: 1, scope, limits }, this.#later);
    const opened = openArchive(format, { path, depth: 0, scope, limits, within }, this.#later);
    scope.outer.leave();
    return opened;
  }

  protected override unread(path: string): void {
    const outer = this.#sink.enter();
    outer.gap(unreadZip(path));
    outer.leave();
  }
}

const unreadZip = (path: string): Gap => ({ reason: 'unsupported-compression', path: `${path}!/`, bytes: null });

/** The files of an archive. */
class FilesWithin extends Files {
  readonly #place: Pick<ArchivePlace, 'depth' | 'scope' | 'limits'>;
  readonly #later: readonly Later[];

  constructor({ sink, memory }: Lane, place: Pick<ArchivePlace, 'depth' | 'scope' | 'limits'>, later: readonly Later[]) {
    super(sink, memory.bytes);
    this.#place = place;
    this.#later = later;
  }

  protected override open(format: Format, path: string): OpenArchive | null {
    const place = this.#place;
    const within = (lane: Lane): ContentSink => new FilesWithin(lane, { ...place, depth: place.depth + 1 }, this.#later);
    return openArchive(format, { ...place, path, within }, this.#later);
  }

  protected override unread(path: string): void {
    this.#place.scope.outer.gap(unreadZip(path));
  }
}
