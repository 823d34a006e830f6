import type { Writable } from 'node:stream';
import type { ScanSink } from '../scan/index.ts';

type Done = Parameters<ScanSink['progress']>[0];

/** Redrawn at most this often. */
const REDRAW_MS = 100;
const MIB = 2 ** 20;

/** One line on a terminal that redraws itself: layers, bytes, rate, time left. */
export class ProgressLine {
  readonly #stream: Writable;
  readonly #now: () => number;
  readonly #start: number;
  #drawn = Number.NEGATIVE_INFINITY;

  constructor(stream: Writable, now: () => number) {
    this.#stream = stream;
    this.#now = now;
    this.#start = now();
  }

  show(done: Done): void {
    const now = this.#now();
    if (now - this.#drawn < REDRAW_MS) return;
    this.#drawn = now;
    this.#stream.write(`\r\u001B[K${progressText(done, now - this.#start)}`);
  }

  clear(): void {
    if (this.#drawn > Number.NEGATIVE_INFINITY) this.#stream.write('\r\u001B[K');
  }
}

export function progressText({ layersDone, layersTotal, bytesDone, bytesTotal }: Done, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (bytesDone * 1000) / elapsedMs : 0;
  const left = rate > 0 ? `, ${Math.ceil((bytesTotal - bytesDone) / rate)} s left` : '';
  return `${layersDone} of ${layersTotal} layers, ${mib(bytesDone)} of ${mib(bytesTotal)} MiB, ${mib(rate)} MiB/s${left}`;
}

const mib = (bytes: number): string => (bytes / MIB).toFixed(1);
