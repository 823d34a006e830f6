import type { DropListener } from './engine.ts';
import type { PassMemory } from '../memory/index.ts';

/** The part of a file that lies in the memory now: file offset `o` is at address `base + o`. */
export interface Source {
  readonly memory: PassMemory;
  readonly path: string;
  readonly base: number;
  /** File offsets of what can be read: [from, to). */
  readonly from: number;
  readonly to: number;
  /** The file ends at `to`. */
  readonly last: boolean;
  /** Told of what a pattern matched and was dropped; for whoever asks why. */
  readonly dropped?: DropListener | undefined;
}

export function bytesOf({ memory, base }: Source, from: number, to: number): Buffer {
  return Buffer.from(memory.bytes.buffer, base + from, to - from);
}

/** Bytes of the source as latin1: one character a byte. */
export function textOf(source: Source, from: number, to: number): string {
  return bytesOf(source, from, to).toString('latin1');
}
