import type { Source } from './source.ts';

/** A place up to which lines were counted: how many line feeds before it, and where its line begins. */
interface Mark {
  readonly offset: number;
  readonly feeds: number;
  readonly lineStart: number;
}

const START: Mark = { offset: 0, feeds: 0, lineStart: 0 };

/** Counts a file's lines as it goes by. Lines and columns (in bytes) count from 1. */
export class LineCounter {
  /** What lies before this mark can no longer be read. */
  #counted = START;
  /** Where the last question was: the next is seldom far from it, and many matches must not each count from the start. */
  #asked = START;

  /** Counts up to `offset`, while those bytes are still to be read. */
  advance(source: Source, offset: number): void {
    if (offset > this.#counted.offset) this.#counted = countTo(source, this.#nearest(offset), offset);
  }

  /** Of a place that was not counted past yet. */
  placeOf(source: Source, offset: number): { readonly line: number; readonly column: number } {
    if (offset < this.#counted.offset) throw new RangeError(`line of offset ${offset} asked after ${this.#counted.offset} was counted`);
    this.#asked = countTo(source, this.#nearest(offset), offset);
    return { line: this.#asked.feeds + 1, column: offset - this.#asked.lineStart + 1 };
  }

  #nearest(offset: number): Mark {
    return this.#asked.offset > this.#counted.offset && this.#asked.offset <= offset ? this.#asked : this.#counted;
  }
}

function countTo({ memory, base }: Source, from: Mark, offset: number): Mark {
  const { lines, lastLineStart } = memory.countLines(base + from.offset, base + offset);
  return { offset, feeds: from.feeds + lines, lineStart: lines > 0 ? lastLineStart - base : from.lineStart };
}
