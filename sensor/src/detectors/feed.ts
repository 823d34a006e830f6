import { BLOCK_AT, BLOCK_BYTES, CARRY_BYTES, type PassMemory } from '../memory/index.ts';
import type { Engine } from './engine.ts';

/** Runs an engine over bytes of any length that lie outside its memory, as one file: a block of them at a time, each after its carry. */
export function feed(engine: Engine, memory: PassMemory, bytes: Uint8Array, path = ''): void {
  engine.begin({ path, sizeBytes: bytes.length });
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const piece = bytes.subarray(at, at + BLOCK_BYTES);
    memory.bytes.set(bytes.subarray(Math.max(0, at - CARRY_BYTES), at), BLOCK_AT - Math.min(at, CARRY_BYTES));
    memory.bytes.set(piece, BLOCK_AT);
    engine.push(BLOCK_AT, piece.length);
  }
  engine.end();
}
