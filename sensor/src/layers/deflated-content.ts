import { crc32 } from 'node:zlib';
import type { GapReason } from '@tidewaiter/shared/findings';
import type { Inflater } from '../memory/index.ts';
import type { ContentBlock } from './content-block.ts';

/** The content of one deflated stream on its way into a block, with its CRC-32 and length so far. */
export class DeflatedContent {
  readonly #block: ContentBlock;
  readonly #inflater: Inflater;
  crc = 0;
  bytes = 0;

  constructor(block: ContentBlock, inflater: Inflater) {
    this.#block = block;
    this.#inflater = inflater;
    inflater.reset();
  }

  /** Inflates what was pushed. */
  take(): 'hungry' | 'ended' | GapReason {
    for (;;) {
      const { at, room } = this.#block;
      const { stop, produced } = this.#inflater.run(at, at + room);
      // node:zlib's, over the bytes where they lie: 5 GB/s.
      this.crc = crc32(this.#block.view(produced), this.crc);
      this.bytes += produced;
      const limit = this.#block.commit(produced);
      if (limit) return limit;
      if (stop !== 'full') return stop;
      // A full block was handed on: no room means that the layer may have no more.
      if (room === 0) return 'limit-bytes';
    }
  }
}
