import type { GapReason } from '@tidewaiter/shared/findings';
import type { Inflater } from '../memory/index.ts';

/** How far the deflated bytes given so far went. */
export interface Inflated {
  /** Of the bytes just given: what follows belongs to the archive again. */
  readonly consumed: number;
  readonly state: 'hungry' | 'ended' | GapReason;
}

/** Few bytes first: an archive of many small entries must not have the rest of its input copied for each of them. */
const FIRST_PIECE_BYTES = 1 << 12;

/** Gives an inflater what of `bytes` is its stream's. @param take inflates what it was given. */
export function inflate(bytes: Uint8Array, inflater: Inflater, take: () => Inflated['state']): Inflated {
  let [consumed, piece] = [0, FIRST_PIECE_BYTES];
  for (;;) {
    const taken = inflater.push(bytes.subarray(consumed, consumed + piece));
    consumed += taken;
    piece *= 8;
    const state = take();
    if (state === 'hungry' && consumed < bytes.length) continue;
    return { consumed: state === 'hungry' ? consumed : consumed - inflater.unread, state };
  }
}
