import type { Gap } from '@tidewaiter/shared/findings';
import type { ContentSink } from '../layers/index.ts';
import type { PassMemory } from '../memory/index.ts';

/** A pass memory of its own, and where the files go whose bytes are put there: a memory holds one file at a time. */
export interface Lane {
  readonly memory: PassMemory;
  readonly sink: ContentSink;
}

/** A file of the layer that has something in it. What is found in there is visible where the file is. */
export interface OuterFile {
  /** A lane that nobody else uses until it is given back. */
  takeLane(): Lane;
  giveBack(lane: Lane): void;
  /** Something in it that was not read. */
  gap(gap: Gap): void;
  /** Something in it is being read, and `leave` when it was: findings may wait until all is. */
  stay(): void;
  leave(): void;
}

/** What receives the content of files and of what lies in them. */
export interface NestedSink extends ContentSink {
  /** Of the file that is open; it has been entered once. */
  enter(): OuterFile;
}
