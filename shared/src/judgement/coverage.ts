import type { Coverage } from '../findings/index.ts';

/** Gaps listed by name in one ledger: enough to act on, small enough for one frame. */
export const GAPS_MAX = 100;

/** The ledger of nothing: complete, all counts 0. */
export const emptyCoverage: Coverage = {
  entriesSeen: 0,
  otherEntries: 0,
  filesSeen: 0,
  filesScanned: 0,
  filesUnread: 0,
  bytesSeen: 0,
  bytesScanned: 0,
  bytesUnread: 0,
  nestedFilesSeen: 0,
  nestedFilesScanned: 0,
  nestedFilesUnread: 0,
  nestedBytesScanned: 0,
  gaps: [],
  gapsOmitted: 0,
  complete: true,
};

/** The ledger of several blobs together; complete only when each is. */
export function sumCoverage(parts: readonly Coverage[]): Coverage {
  const add = (key: Exclude<keyof Coverage, 'gaps' | 'gapsOmitted' | 'complete'>): number =>
    parts.reduce((sum, part) => sum + part[key], 0);
  const gaps = parts.flatMap((part) => part.gaps);
  return {
    entriesSeen: add('entriesSeen'),
    otherEntries: add('otherEntries'),
    filesSeen: add('filesSeen'),
    filesScanned: add('filesScanned'),
    filesUnread: add('filesUnread'),
    bytesSeen: add('bytesSeen'),
    bytesScanned: add('bytesScanned'),
    bytesUnread: add('bytesUnread'),
    nestedFilesSeen: add('nestedFilesSeen'),
    nestedFilesScanned: add('nestedFilesScanned'),
    nestedFilesUnread: add('nestedFilesUnread'),
    nestedBytesScanned: add('nestedBytesScanned'),
    gaps: gaps.slice(0, GAPS_MAX),
    gapsOmitted: parts.reduce((sum, part) => sum + part.gapsOmitted, 0) + Math.max(0, gaps.length - GAPS_MAX),
    complete: parts.every((part) => part.complete),
  };
}
