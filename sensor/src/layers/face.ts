import type { Gap } from '@tidewaiter/shared/findings';

/** What a tar entry is to a reader: only a `file` has content; `link` is a hard or symbolic one, `other` a device or a FIFO. */
export type EntryType = 'file' | 'directory' | 'link' | 'other';

/** A tar entry whose content follows (files only get pushes). `path` has no leading `./` or `/`; bytes that are no UTF-8 are replaced. */
export interface Entry {
  readonly path: string;
  /** The path's raw bytes, for hashing; valid during `begin` only. */
  readonly rawPath: Uint8Array;
  readonly type: EntryType;
  /**
   * As the header declares it; null for what is no tar entry (a blob, or bytes behind an archive's end), whose path is '' or, for
   * what a compressed stream carries beside its content, `!(` and what that is and `)`.
   */
  readonly sizeBytes: number | null;
  /** Target of a hard or symbolic link, else ''. */
  readonly linkTarget: string;
  /** Raw path of the file whose content a hard link shares, without leading `./` or `/`; null for anything else. Valid during `begin` only. */
  readonly hardLinkTo: Uint8Array | null;
}

/** Where bytes stand that are no file's content: a pax or GNU header or sparse map before it, or what fills its last block. */
export type BesidePlace = 'header' | 'padding';

/** What receives a layer's content as it streams by. Pushes point into the pass memory, as the detection engine's do. */
export interface ContentSink {
  begin(entry: Entry): void;
  push(at: number, length: number): void;
  /** Bytes of the last entry begun that are not its content, in one piece; valid during the call. Nothing was pushed yet, or all was. */
  beside(place: BesidePlace, bytes: Uint8Array): void;
  /** `gap` is null when the entry was read to its end. */
  end(gap: Gap | null): void;
}
