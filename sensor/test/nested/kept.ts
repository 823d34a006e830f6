import type { Gap } from '@tidewaiter/shared/findings';
import { type Entry, readLayer } from '../../src/layers/index.ts';
import { BLOCK_AT, CARRY_BYTES, createPassMemory, type PassMemory } from '../../src/memory/index.ts';
import { type Lane, type NestedSink, type OuterFile, withNestedContent } from '../../src/nested/index.ts';
import { scanLimits } from '../../src/scan/index.ts';
import { testLimits } from '../layers/recorder.ts';

/** Keeps the content of every file by its path, and counts whether every lane and every file is given back. */
export class Kept implements NestedSink {
  readonly gaps: string[] = [];
  readonly files = new Map<string, Buffer>();
  bytes = 0;
  /** Lanes and entered files that are not given back. */
  taken = 0;
  readonly #memory: PassMemory;
  readonly #all: Kept;
  readonly #free: Lane[] = [];
  #path = '';
  #parts: Buffer[] = [];

  constructor(memory: PassMemory, all?: Kept) {
    this.#memory = memory;
    this.#all = all ?? this;
  }

  begin({ path }: Entry): void {
    this.#path = path;
    this.#parts = [];
  }

  push(at: number, length: number): void {
    if (at < BLOCK_AT - CARRY_BYTES) throw new Error(`a push below the carry: ${at}`);
    this.#all.bytes += length;
    this.#parts.push(Buffer.from(this.#memory.bytes.subarray(at, at + length)));
  }

  beside(): void {}

  end(gap: Gap | null): void {
    if (gap) this.#all.gaps.push(`${gap.reason} ${gap.path}`);
    this.#all.files.set(this.#path, Buffer.concat(this.#parts));
  }

  enter(): OuterFile {
    this.taken++;
    return {
      takeLane: () => {
        this.taken++;
        return this.#free.pop() ?? this.#openLane();
      },
      giveBack: (lane) => {
        this.taken--;
        this.#free.push(lane);
      },
      gap: ({ reason, path }) => this.gaps.push(`${reason} ${path}`),
      stay: () => this.taken++,
      leave: () => this.taken--,
    };
  }

  #openLane(): Lane {
    const memory = createPassMemory();
    return { memory, sink: new Kept(memory, this) };
  }
}

const memory = createPassMemory();

/** Reads a layer, with what lies in its files, into a sink over `memory`. */
export async function readInto(
  sink: NestedSink,
  layer: Buffer,
  nested: Partial<typeof scanLimits.nested> = {},
  pieceBytes = 1 << 20,
): Promise<void> {
  const content = withNestedContent(sink, memory.bytes, {
    nested: { ...scanLimits.nested, ...nested },
    layer: { ...testLimits, entriesMax: 1 << 20 },
  });
  async function* chunks(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < layer.length; at += pieceBytes) {
      yield layer.subarray(at, at + pieceBytes);
      await content.settle();
    }
  }
  await readLayer(chunks(), memory, content, testLimits);
  await content.settle();
}

/** All that lies in the files of a layer. */
export async function kept(layer: Buffer, nested: Partial<typeof scanLimits.nested> = {}, pieceBytes = 1 << 20): Promise<Kept> {
  const all = new Kept(memory);
  await readInto(all, layer, nested, pieceBytes);
  return all;
}
