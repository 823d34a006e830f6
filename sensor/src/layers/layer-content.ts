import type { Gap } from '@tidewaiter/shared/findings';
import type { BlockReader } from './content-block.ts';
import type { ContentSink, Entry } from './face.ts';
import type { LayerLimits, Stop } from './limits.ts';
import { hasTarChecksum, isZeroBlock, TAR_BLOCK_BYTES } from './tar-header.ts';
import { TarWalk } from './tar-walk.ts';

const NO_ENTRY: Entry = { path: '', rawPath: new Uint8Array(0), type: 'file', sizeBytes: null, linkTarget: '', hardLinkTo: null };

/**
 * Decides by the first bytes whether the content is a tar, and sees to it that every byte is read: what is no tar, what lies behind an
 * archive's end and what no header explains is read as a file without a path.
 */
export class LayerContent implements BlockReader {
  readonly #memory: Uint8Array;
  readonly #sink: ContentSink;
  readonly #walk: TarWalk;
  /** Of the layer as a whole: one for each place where reading had to stop, never many. */
  readonly gaps: Gap[] = [];
  #reading: 'nothing' | 'tar' | 'blob' | 'rest' = 'nothing';
  #isTar = false;
  #restPath = '';

  constructor(memory: Uint8Array, sink: ContentSink, limits: LayerLimits) {
    this.#memory = memory;
    this.#sink = sink;
    this.#walk = new TarWalk(memory, sink, limits, (at, length, stop) => {
      if (stop) this.addGap(stop);
      this.#reading = 'rest';
      this.#readRest(at, length);
    });
  }

  get kind(): 'tar' | 'blob' {
    return this.#isTar ? 'tar' : 'blob';
  }

  read(at: number, length: number): void {
    if (this.#reading === 'nothing') this.#decide(at, length);
    if (this.#reading === 'tar') this.#walk.read(at, length);
    else if (this.#reading === 'rest') this.#readRest(at, length);
    else this.#sink.push(at, length);
  }

  /** What follows is no part of the archive: the compressed stream that held it is over. @param path what it is called. */
  beginRest(path = ''): void {
    this.end(null);
    this.#reading = 'rest';
    this.#restPath = path;
  }

  /** @param stop why the content ended early, if it did. */
  end(stop: Stop): void {
    const why = this.#reading === 'tar' ? this.#walk.end(stop) : stop;
    if (this.#reading === 'blob') this.#sink.end(stop ? { reason: stop, path: null, bytes: null } : null);
    else if (why) this.addGap(why);
    this.#reading = 'rest';
  }

  addGap(reason: Gap['reason']): void {
    this.gaps.push({ reason, path: null, bytes: null });
  }

  #decide(at: number, length: number): void {
    const first = this.#memory.subarray(at, at + TAR_BLOCK_BYTES);
    this.#isTar = length >= TAR_BLOCK_BYTES && (hasTarChecksum(first) || isZeroBlock(first));
    if (this.#isTar) this.#reading = 'tar';
    else this.#beginBlob();
  }

  #beginBlob(): void {
    this.#reading = 'blob';
    this.#sink.begin({ ...NO_ENTRY, path: this.#restPath });
  }

  /** Zeros are padding (tar fills its last record with them); from the first other byte on it is content. */
  #readRest(at: number, length: number): void {
    const zeros = countZeros(this.#memory, at, length);
    if (zeros === length) return;
    this.#beginBlob();
    this.#sink.push(at + zeros, length - zeros);
  }
}

const ZEROS = Buffer.alloc(1 << 12);

function countZeros(memory: Uint8Array, at: number, length: number): number {
  let zeros = 0;
  while (zeros < length) {
    const step = Math.min(ZEROS.length, length - zeros);
    if (ZEROS.compare(memory, at + zeros, at + zeros + step, 0, step) !== 0) break;
    zeros += step;
  }
  while (zeros < length && memory[at + zeros] === 0) zeros++;
  return zeros;
}
