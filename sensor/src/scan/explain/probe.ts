import type { Gap } from '@tidewaiter/shared/findings';
import { createEngine, type Drop, type Engine, type Match, type Rule } from '../../detectors/index.ts';
import type { ContentSink, Entry, EntryType } from '../../layers/index.ts';
import { createPassMemory, type PassMemory } from '../../memory/index.ts';
import type { Lane, NestedSink, OuterFile } from '../../nested/index.ts';

/** Drops told of one file: keywords stand beside many values that are no secrets. */
const DROPS_MAX = 20;
/** Files told of in one layer; asked for an archive, all in it are meant. */
const READ_FILES_MAX = 1_000;

/** A file that was asked for, or one inside it, as it was read. */
export interface ProbedFile {
  readonly path: string;
  readonly type: EntryType;
  /** As the header declares it; null for what has none. */
  readonly sizeBytes: number | null;
  readonly linkTarget: string;
  bytesRead: number;
  /** Why it was not read to its end. */
  gap: Gap | null;
  readonly matches: Match[];
  readonly drops: Drop[];
  dropsOmitted: number;
}

/** Who is asked, and where the answers go. */
export interface Question {
  /** The file itself, with `!/` where it lies in archives. */
  readonly path: string;
  readonly rules: readonly Rule[];
  readonly files: ProbedFile[];
  /** Read by nobody, being past READ_FILES_MAX. */
  filesOmitted: number;
  /** Told of what could not be read inside. */
  readonly gaps: Gap[];
}

/** Reads files with the engine when they are the one asked for, or lie in it; others go by. */
export class Probe implements ContentSink {
  readonly memory: PassMemory;
  readonly #question: Question;
  readonly #engine: Engine;
  #file: ProbedFile | null = null;

  constructor(question: Question, memory: PassMemory = createPassMemory()) {
    this.memory = memory;
    this.#question = question;
    this.#engine = createEngine({
      memory,
      rules: question.rules,
      listener: (match) => this.#file?.matches.push(match),
      dropped: (drop) => this.#drop(drop),
    });
  }

  begin({ path, type, sizeBytes, linkTarget }: Entry): void {
    const { path: asked, files } = this.#question;
    if (path !== asked && !path.startsWith(`${asked}!/`)) return;
    if (files.length >= READ_FILES_MAX) {
      this.#question.filesOmitted++;
      return;
    }
    this.#file = { path, type, sizeBytes, linkTarget, bytesRead: 0, gap: null, matches: [], drops: [], dropsOmitted: 0 };
    files.push(this.#file);
    if (type === 'file') this.#engine.begin({ path });
  }

  push(at: number, length: number): void {
    if (!this.#file) return;
    this.#file.bytesRead += length;
    this.#engine.push(at, length);
  }

  beside(): void {}

  end(gap: Gap | null): void {
    if (!this.#file) return;
    this.#file.gap = gap;
    if (this.#file.type === 'file') this.#engine.end();
    this.#file = null;
  }

  #drop(drop: Drop): void {
    if (!this.#file) return;
    const { drops } = this.#file;
    if (drops.some((one) => one.detector === drop.detector && one.reason === drop.reason && one.offset === drop.offset)) return;
    if (drops.length < DROPS_MAX) drops.push(drop);
    else this.#file.dropsOmitted++;
  }
}

/** The same for the files of a layer, and for what lies in them. */
export class LayerProbe extends Probe implements NestedSink {
  readonly #asked: Question;
  readonly #lanes: Lane[] = [];

  constructor(question: Question, memory: PassMemory) {
    super(question, memory);
    this.#asked = question;
  }

  enter(): OuterFile {
    return {
      takeLane: () => this.#lanes.pop() ?? this.#openLane(),
      giveBack: (lane) => void this.#lanes.push(lane),
      gap: (gap) => void this.#asked.gaps.push(gap),
      stay: () => undefined,
      leave: () => undefined,
    };
  }

  #openLane(): Lane {
    const probe = new Probe(this.#asked);
    return { memory: probe.memory, sink: probe };
  }
}
