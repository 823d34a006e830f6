import type { Gap, GapReason } from '@tidewaiter/shared/findings';
import { ContentBlock, type ContentSink, type Entry, LayerContent, type LayerLimits, type Stop } from '../layers/index.ts';
import type { Budget } from './budget.ts';

const NO_BYTES = new Uint8Array(0);

/** A memory, and the sink of what is put there. */
interface Place {
  readonly memory: Uint8Array;
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

  end(gap: Gap | null): void {
    if (gap) this.told = gap.reason;
    this.#next.end(gap && { ...gap, path: this.#path });
  }
}

/** Content of one stream inside an archive: a tar, whose entries are files, or one file. The counterpart of a layer's content. */
export class StreamInside {
  readonly #sink: Prefixed;
  readonly #content: LayerContent;
  readonly #block: ContentBlock;
  readonly #budget: Budget;

  constructor({ memory, sink }: Place, archive: string, unnamed: string, limits: LayerLimits, budget: Budget) {
    this.#sink = new Prefixed(sink, archive, unnamed);
    this.#content = new LayerContent(memory, this.#sink, limits);
    this.#block = new ContentBlock(memory, this.#content, limits, () => 0);
    this.#budget = budget;
  }

  write(bytes: Uint8Array): Stop {
    return this.#budget.take(bytes.length) ?? this.#block.append(bytes);
  }

  /** @returns why parts of it were not read, but for what its last file was named with. */
  end(stop: Stop): readonly GapReason[] {
    this.#block.flush();
    this.#content.end(stop);
    const reasons = new Set(this.#content.gaps.map(({ reason }) => reason));
    if (stop) reasons.add(stop);
    if (this.#sink.told) reasons.delete(this.#sink.told);
    return [...reasons];
  }
}

/** The files of an archive that names each, one after the other. */
export class FilesInside {
  readonly #sink: Prefixed;
  readonly #block: ContentBlock;
  readonly #budget: Budget;

  constructor({ memory, sink }: Place, archive: string, limits: LayerLimits, budget: Budget) {
    const prefixed = new Prefixed(sink, archive, '');
    this.#sink = prefixed;
    this.#block = new ContentBlock(memory, { read: (at, length) => prefixed.push(at, length) }, limits, () => 0);
    this.#budget = budget;
  }

  /** What the last file that was not read whole was named with. */
  get told(): Stop {
    return this.#sink.told;
  }

  /** @param sizeBytes -1 when it is known at the end only. */
  begin(path: string, sizeBytes: number): void {
    this.#sink.begin({ path, rawPath: NO_BYTES, type: 'file', sizeBytes, linkTarget: '', hardLinkTo: null });
  }

  write(bytes: Uint8Array): Stop {
    return this.#budget.take(bytes.length) ?? this.#block.append(bytes);
  }

  end(stop: Stop): void {
    this.#block.flush();
    this.#sink.end(stop && { reason: stop, path: '', bytes: null });
  }
}
