import type { GapReason } from '@tidewaiter/shared/findings';
import type { ContentSink, LayerLimits, Stop } from '../layers/index.ts';
import type { PassMemory } from '../memory/index.ts';
import type { Budget } from './budget.ts';
import type { Lane, OuterFile } from './face.ts';
import type { Archive, FormatLater, FormatNow } from './format.ts';
import { FilesInside, StreamInside } from './inside.ts';
import { type Later, type LaterJob, QueuedBytes } from './later.ts';
import { type NestedLimits, tarLimits } from './limits.ts';
import { PushInput, type Reading } from './push-input.ts';

/** The bounds of nested content; those of a tar in it beside them. */
export interface ContentLimits {
  readonly nested: NestedLimits;
  readonly layer: LayerLimits;
}

/** What everything in one file of the layer has in common. */
export interface Scope {
  readonly outer: OuterFile;
  readonly budget: Budget;
}

/** Where an archive lies. */
export interface ArchivePlace {
  /** As findings name it. */
  readonly path: string;
  /** 0 for a file of the layer. */
  readonly depth: number;
  readonly scope: Scope;
  readonly limits: ContentLimits;
  /** What opens archives among the files of this one. */
  within(lane: Lane): ContentSink;
}

/** An archive on its way through its reader. */
export interface OpenArchive {
  push(bytes: Uint8Array): void;
  /** @param isCut the file itself was not whole, which is named already. */
  end(isCut: boolean): void;
}

/** The lanes an archive has taken, and what was told of it. */
class Opened {
  readonly #place: ArchivePlace;
  readonly #lanes: Lane[] = [];
  #files: FilesInside | null = null;
  /** The file itself was not whole, which is named already. */
  isCut = false;
  readonly archive: Archive;

  constructor(place: ArchivePlace) {
    this.#place = place;
    place.scope.outer.stay();
    const { path, limits } = place;
    const { budget } = place.scope;
    const layer = tarLimits(limits.nested, limits.layer);
    this.archive = {
      path,
      limits: limits.nested,
      tarLimits: layer,
      budget,
      stream: (unnamed) => new StreamInside(this.#inside(), path, unnamed, layer, budget),
      files: () => (this.#files = new FilesInside(this.#inside(), path, layer, budget)),
      gap: (reason, name, bytes) => this.gap(reason, name, bytes),
    };
  }

  gap(reason: GapReason, name: string | null, bytes: number | null): void {
    if (reason === 'truncated' && this.isCut) return;
    this.#place.scope.outer.gap({ reason, path: `${this.#place.path}!/${name ?? ''}`, bytes });
  }

  stopped(stop: Stop): void {
    if (stop && !(isOfOneFile(stop) && stop === this.#files?.told)) this.gap(stop, null, null);
  }

  close(): void {
    const { outer } = this.#place.scope;
    for (const lane of this.#lanes) outer.giveBack(lane);
    outer.leave();
  }

  #inside(): { readonly memory: PassMemory; readonly sink: ContentSink } {
    const lane = this.#place.scope.outer.takeLane();
    this.#lanes.push(lane);
    return { memory: lane.memory, sink: this.#place.within(lane) };
  }
}

/** Where the bytes end or make no sense, nothing follows the file they belong to; a limit leaves something out. */
const isOfOneFile = (stop: Stop): boolean => stop === 'truncated' || stop === 'corrupt';

/** Reads it as it is pushed. */
export class OpenNow implements OpenArchive {
  readonly #opened: Opened;
  readonly #input = new PushInput();
  #reading: Reading<Stop> | null;

  constructor(format: FormatNow, place: ArchivePlace) {
    this.#opened = new Opened(place);
    this.#reading = format.read(this.#input, this.#opened.archive);
  }

  push(bytes: Uint8Array): void {
    if (!this.#reading) return;
    this.#input.give(bytes);
    this.#step();
    this.#input.hold();
  }

  end(isCut: boolean): void {
    this.#opened.isCut = isCut;
    this.#input.end();
    this.#step();
    this.#opened.close();
  }

  #step(): void {
    const { done, value } = this.#reading?.next() ?? {};
    if (!done) return;
    this.#reading = null;
    this.#opened.stopped(value ?? null);
  }
}

/** Queues it for a decoder that answers on a later turn. */
export class OpenLater implements OpenArchive, LaterJob {
  readonly #format: FormatLater;
  readonly #opened: Opened;
  readonly #isFull: () => boolean;
  readonly input = new QueuedBytes();
  readonly alone: object | null;
  readonly #settleWithin: () => Promise<void>;
  #isOver = false;

  /** @param later all depths; what lies in this archive is settled before more of it is read. */
  constructor(format: FormatLater, place: ArchivePlace, later: readonly Later[]) {
    const { heldBytesMax } = place.limits.nested;
    this.#format = format;
    this.alone = format.isAlone ? format : null;
    this.#opened = new Opened(place);
    this.#isFull = () => later.reduce((sum, { heldBytes }) => sum + heldBytes, 0) > heldBytesMax;
    this.#settleWithin = async () => {
      for (const deeper of later.slice(place.depth + 1)) await deeper.settle();
    };
    later[place.depth]?.add(this);
  }

  push(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.input.push(bytes);
    if (!this.#isFull()) return;
    this.#isOver = true;
    this.input.drop();
    this.input.end();
    this.#opened.gap('limit-bytes', null, null);
    this.#opened.isCut = true;
  }

  end(isCut: boolean): void {
    this.#opened.isCut ||= isCut;
    this.input.end();
  }

  async run(onDecoded: () => void): Promise<void> {
    const stop = await this.#format.readLater(this.#chunks(), this.#opened.archive).catch((): Stop => 'corrupt');
    onDecoded();
    this.#isOver = true;
    this.input.drop();
    await this.#settleWithin();
    this.#opened.stopped(stop);
    this.#opened.close();
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.input.chunks()) {
      await this.#settleWithin();
      yield chunk;
    }
  }
}
