import type { Source } from './source.ts';

/** Counts a file's lines as it goes by. Lines and columns (in bytes) count from 1. */
export class LineCounter {
  #counted = 0;
  #lines = 0;
  #lineStart = 0;

  /** Counts up to `offset`, while those bytes are still to be read. */
  advance({ memory, base }: Source, offset: number): void {
    if (offset <= this.#counted) return;
    const { lines, lastLineStart } = memory.countLines(base + this.#counted, base + offset);
    this.#lines += lines;
    if (lines > 0) this.#lineStart = lastLineStart - base;
    this.#counted = offset;
  }

  /** Of a place that was not counted past yet. */
  placeOf({ memory, base }: Source, offset: number): { readonly line: number; readonly column: number } {
    if (offset < this.#counted) throw new RangeError(`line of offset ${offset} asked after ${this.#counted} was counted`);
    const { lines, lastLineStart } = memory.countLines(base + this.#counted, base + offset);
    const lineStart = lines > 0 ? lastLineStart - base : this.#lineStart;
    return { line: this.#lines + lines + 1, column: offset - lineStart + 1 };
  }
}
