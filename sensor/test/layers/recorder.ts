import { createHash } from 'node:crypto';
import type { Gap } from '@tidewaiter/shared/findings';
import { type BesidePlace, type ContentSink, type Entry, type LayerLimits, type LayerReading, readLayer } from '../../src/layers/index.ts';
import { BLOCK_AT, CARRY_BYTES, createPassMemory } from '../../src/memory/index.ts';

/** An entry as it went by, with its whole content. */
export interface Recorded {
  readonly path: string;
  readonly type: Entry['type'];
  readonly sizeBytes: number | null;
  readonly linkTarget: string;
  readonly content: Buffer;
  readonly gap: Gap | null;
}

export const testLimits: LayerLimits = {
  contentBytesMax: 2 ** 30,
  ratioMax: 250,
  ratioFromBytes: 2 ** 24,
  entriesMax: 1_000,
  headerBytesMax: 2 ** 20,
  besideBytesMax: 2 ** 20,
  zstdWindowBytesMax: 2 ** 27,
};

/** Keeps what a layer holds, and checks on each push that the carry before it holds the file's bytes before it. */
class Recorder implements ContentSink {
  readonly entries: Recorded[] = [];
  readonly carryFaults: string[] = [];
  readonly besides: string[] = [];
  #last = '';
  readonly #memory: Uint8Array;
  #entry: Omit<Recorded, 'content' | 'gap'> | null = null;
  #parts: Buffer[] = [];

  constructor(memory: Uint8Array) {
    this.#memory = memory;
  }

  begin({ path, type, sizeBytes, linkTarget }: Entry): void {
    this.#entry = { path, type, sizeBytes, linkTarget };
    this.#parts = [];
    this.#last = path;
  }

  push(at: number, length: number): void {
    const before = Buffer.concat(this.#parts.slice(-4)).subarray(-CARRY_BYTES);
    if (!before.equals(this.#memory.subarray(at - before.length, at))) this.carryFaults.push(`${this.#entry?.path} at ${at}`);
    if (at < BLOCK_AT - CARRY_BYTES) this.carryFaults.push(`a push below the carry: ${at}`);
    this.#parts.push(Buffer.from(this.#memory.subarray(at, at + length)));
  }

  beside(place: BesidePlace, bytes: Uint8Array): void {
    this.besides.push(`${this.#last} ${place} ${Buffer.from(bytes).toString('latin1')}`);
  }

  end(gap: Gap | null): void {
    if (!this.#entry) return;
    this.entries.push({ ...this.#entry, content: Buffer.concat(this.#parts), gap });
    this.#entry = null;
  }
}

export interface Recording extends LayerReading {
  readonly entries: readonly Recorded[];
  readonly carryFaults: readonly string[];
  readonly besides: readonly string[];
}

/** Reads a blob that comes in pieces of `pieceBytes`. */
export async function record(blob: Uint8Array, pieceBytes = 1 << 16, limits: Partial<LayerLimits> = {}): Promise<Recording> {
  return recordStream(pieces(blob, pieceBytes), limits);
}

/** One for all, as in a worker: what a layer left in it must not show in the next. */
const memory = createPassMemory();

export async function recordStream(chunks: AsyncIterable<Uint8Array>, limits: Partial<LayerLimits> = {}): Promise<Recording> {
  const recorder = new Recorder(memory.bytes);
  const reading = await readLayer(chunks, memory, recorder, { ...testLimits, ...limits });
  return { ...reading, entries: recorder.entries, carryFaults: recorder.carryFaults, besides: recorder.besides };
}

/** Each piece is wiped once the next is asked for: nobody may hold on to it. */
async function* pieces(blob: Uint8Array, pieceBytes: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < blob.length; at += pieceBytes) {
    const piece = Uint8Array.from(blob.subarray(at, at + pieceBytes));
    yield piece;
    piece.fill(0xee);
  }
}

export const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
