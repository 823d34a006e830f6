import type { Gap, GapReason } from '@tidewaiter/shared/findings';
import {
  type BesidePlace,
  ContentBlock,
  type ContentSink,
  DeflatedContent,
  type Entry,
  LayerContent,
  type LayerLimits,
  type Stop,
} from '../layers/index.ts';
import { INPUT_AT, INPUT_BYTES, Inflater, type PassMemory } from '../memory/index.ts';
import type { Budget } from './budget.ts';
import { type Inflated, inflate } from './inflate.ts';
import { Unpacker } from './unpacker.ts';

const NO_BYTES = new Uint8Array(0);

/** A memory, and the sink of what is put there. */
interface Place {
  readonly memory: PassMemory;
  readonly sink: ContentSink;
}

/** Puts what an archive's name is before the names of what lies in it: `app.jar!/BOOT-INF/classes/application.yml`. */
class Prefixed implements ContentSink {
  readonly #next: ContentSink;
  readonly #archive: string;
  readonly #unnamed: string;
  #path = '';
  /** What the last file that was not read whole was named with. */
  told: Stop = null;

  /** @param unnamed the name of content that has none: what a single compressed file unpacks to. */
  constructor(next: ContentSink, archive: string, unnamed: string) {
    this.#next = next;
    this.#archive = archive;
    this.#unnamed = unnamed;
  }

  begin(entry: Entry): void {
    this.#path = `${this.#archive}!/${entry.sizeBytes === null ? this.#unnamed : entry.path}`;
    this.#next.begin({ ...entry, path: this.#path });
  }

  push(at: number, length: number): void {
    this.#next.push(at, length);
  }

  beside(place: BesidePlace, bytes: Uint8Array): void {
    this.#next.beside(place, bytes);
  }

  end(gap: Gap | null): void {
    if (gap) this.told = gap.reason;
    this.#next.end(gap && { ...gap, path: this.#path });
  }
}

/** What the archive's file of the layer may still give ends every block in it. */
class BudgetedBlock extends ContentBlock {
  readonly #budget: Budget;

  constructor(memory: PassMemory, reader: ConstructorParameters<typeof ContentBlock>[1], limits: LayerLimits, budget: Budget) {
    super(memory.bytes, reader, limits, () => 0);
    this.#budget = budget;
  }

  /** Sees all bytes as they come. */
  observer: ((bytes: Uint8Array) => void) | null = null;

  override commit(length: number): Stop {
    this.observer?.(this.view(length));
    return this.#budget.take(length) ?? super.commit(length);
  }
}

/** Content that an archive gives, in the memory it is put in. */
export abstract class Inside {
  readonly #memory: PassMemory;
  readonly #block: BudgetedBlock;
  #inflater: Inflater | null = null;
  #deflated: DeflatedContent | null = null;

  constructor(memory: PassMemory, reader: ConstructorParameters<typeof ContentBlock>[1], limits: LayerLimits, budget: Budget) {
    this.#memory = memory;
    this.#block = new BudgetedBlock(memory, reader, limits, budget);
  }

  /** For a decoder that writes to it itself. */
  get block(): ContentBlock {
    return this.#block;
  }

  /** Shows all that follows to `observer`, too, piece by piece; null ends it. */
  observe(observer: ((bytes: Uint8Array) => void) | null): void {
    this.#block.observer = observer;
  }

  /** For streams that are not content as they are, in the same memory: between two files only. */
  unpacker(keptBytesMax: number): Unpacker {
    return new Unpacker(this.#memory, keptBytesMax);
  }

  /** CRC-32 of what was inflated since `beginDeflated`. */
  get sum(): number {
    return this.#deflated?.crc ?? 0;
  }

  /** Length of it. */
  get sizeBytes(): number {
    return this.#deflated?.bytes ?? 0;
  }

  /** @returns the limit that was met. */
  write(bytes: Uint8Array): Stop {
    return this.#block.append(bytes);
  }

  /** What follows is raw deflate (RFC 1951). */
  beginDeflated(): void {
    this.#inflater ??= new Inflater(this.#memory, { at: INPUT_AT, bytes: INPUT_BYTES });
    this.#deflated = new DeflatedContent(this.#block, this.#inflater);
  }

  writeDeflated(bytes: Uint8Array): Inflated {
    const [inflater, deflated] = [this.#inflater, this.#deflated];
    return inflater && deflated ? inflate(bytes, inflater, () => deflated.take()) : { consumed: 0, state: 'corrupt' };
  }
}

/** Content of one stream inside an archive: a tar, whose entries are files, or one file. The counterpart of a layer's content. */
export class StreamInside extends Inside {
  readonly #sink: Prefixed;
  readonly #content: LayerContent;

  constructor({ memory, sink }: Place, archive: string, unnamed: string, limits: LayerLimits, budget: Budget) {
    const prefixed = new Prefixed(sink, archive, unnamed);
    const content = new LayerContent(memory.bytes, prefixed, limits);
    super(memory, content, limits, budget);
    this.#sink = prefixed;
    this.#content = content;
  }

  /** @returns why parts of it were not read, but for what its last file was named with. */
  end(stop: Stop): readonly GapReason[] {
    this.block.flush();
    this.#content.end(stop);
    const reasons = new Set(this.#content.gaps.map(({ reason }) => reason));
    if (stop) reasons.add(stop);
    if (this.#sink.told) reasons.delete(this.#sink.told);
    return [...reasons];
  }
}

/** Passes files on without what stands before each in its stream. */
class Headless {
  readonly #next: ContentSink;
  headerBytes = 0;

  constructor(next: ContentSink) {
    this.#next = next;
  }

  read(at: number, length: number): void {
    const header = Math.min(this.headerBytes, length);
    this.headerBytes -= header;
    if (length > header) this.#next.push(at + header, length - header);
  }
}

/** The files of an archive that names each, one after the other. */
export class FilesInside extends Inside {
  readonly #sink: Prefixed;
  readonly #content: Headless;

  constructor({ memory, sink }: Place, archive: string, limits: LayerLimits, budget: Budget) {
    const prefixed = new Prefixed(sink, archive, '');
    const content = new Headless(prefixed);
    super(memory, content, limits, budget);
    this.#sink = prefixed;
    this.#content = content;
  }

  /** What the last file that was not read whole was named with. */
  get told(): Stop {
    return this.#sink.told;
  }

  /** @param sizeBytes -1 when it is known at the end only. @param headerBytes how much of what follows stands before the file. */
  begin(path: string, sizeBytes: number, headerBytes = 0): void {
    this.#content.headerBytes = headerBytes;
    this.#sink.begin({ path, rawPath: NO_BYTES, type: 'file', sizeBytes, linkTarget: '', hardLinkTo: null });
  }

  end(stop: Stop): void {
    this.block.flush();
    this.#sink.end(stop && { reason: stop, path: '', bytes: null });
  }
}
