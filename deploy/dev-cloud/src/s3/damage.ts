import { setTimeout as sleep } from 'node:timers/promises';

/** What is to go wrong with one download. */
export interface Damage {
  readonly delayMs: number;
  readonly bytesPerSecond: number;
  readonly cutAfterBytes: number;
  readonly wrongDigest: boolean;
  readonly slowDown: boolean;
}

/** Pieces this small make a slow download trickle instead of jump. */
const slowChunksPerSecond = 20;

/** Passes a body on as the damage says. `start` is the first byte's place in the blob. */
export async function* damaged(body: AsyncIterable<Buffer>, start: number, size: number, damage: Damage): AsyncIterable<Buffer> {
  if (damage.delayMs > 0) await sleep(damage.delayMs);
  let at = start;
  let left = damage.cutAfterBytes;
  for await (const chunk of body) {
    const whole = damage.wrongDigest ? flipped(chunk, Math.floor(size / 2) - at) : chunk;
    at += chunk.length;
    const kept = whole.subarray(0, left);
    left -= kept.length;
    if (Number.isFinite(damage.bytesPerSecond)) yield* trickled(kept, damage.bytesPerSecond);
    else if (kept.length > 0) yield kept;
    if (left <= 0) return;
  }
}

async function* trickled(chunk: Buffer, bytesPerSecond: number): AsyncIterable<Buffer> {
  const step = Math.max(1, Math.floor(bytesPerSecond / slowChunksPerSecond));
  for (let offset = 0; offset < chunk.length; offset += step) {
    const piece = chunk.subarray(offset, offset + step);
    await sleep((piece.length / bytesPerSecond) * 1000);
    yield piece;
  }
}

function flipped(chunk: Buffer, index: number): Buffer {
  if (index < 0 || index >= chunk.length) return chunk;
  const copy = Buffer.from(chunk);
  copy.writeUInt8(copy.readUInt8(index) ^ 0x01, index);
  return copy;
}
