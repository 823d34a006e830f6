import { type Static, Type } from 'typebox';

/** Why bytes were not read. A closed list; each reason has a row in docs/coverage.md. */
export const gapReasons = [
  'truncated',
  'corrupt',
  'size-lies',
  'digest-mismatch',
  'download-failed',
  'unsupported-compression',
  'encrypted',
  'limit-bytes',
  'limit-ratio',
  'limit-entries',
  'limit-depth',
  'limit-findings',
  'limit-time',
  'foreign',
  'disputed',
] as const;

/** One of `gapReasons`. */
export type GapReason = (typeof gapReasons)[number];

/** Something that was not read, or not to its end. `path` is redacted; null means the whole blob. `bytes` is null when unknowable. */
export const GapSchema = Type.Object({
  reason: Type.Enum([...gapReasons]),
  path: Type.Union([Type.String({ maxLength: 4096 }), Type.Null()]),
  bytes: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
});
/** `bytes` that were not read; the path is redacted. */
export type Gap = Static<typeof GapSchema>;

/**
 * The ledger of one blob (or the sum over several). Always true:
 * filesSeen = filesScanned + filesUnread, bytesSeen = bytesScanned + bytesUnread, entriesSeen = filesSeen + otherEntries,
 * nestedFilesSeen = nestedFilesScanned + nestedFilesUnread (files inside files: none of them is a tar entry), complete = no gap was met. At most GAPS_MAX gaps are listed, the rest counted in `gapsOmitted`.
 */
export const CoverageSchema = Type.Object({
  entriesSeen: Type.Integer({ minimum: 0 }),
  otherEntries: Type.Integer({ minimum: 0 }),
  filesSeen: Type.Integer({ minimum: 0 }),
  filesScanned: Type.Integer({ minimum: 0 }),
  filesUnread: Type.Integer({ minimum: 0 }),
  bytesSeen: Type.Integer({ minimum: 0 }),
  bytesScanned: Type.Integer({ minimum: 0 }),
  bytesUnread: Type.Integer({ minimum: 0 }),
  nestedFilesSeen: Type.Integer({ minimum: 0 }),
  nestedFilesScanned: Type.Integer({ minimum: 0 }),
  nestedFilesUnread: Type.Integer({ minimum: 0 }),
  nestedBytesScanned: Type.Integer({ minimum: 0 }),
  gaps: Type.Array(GapSchema),
  gapsOmitted: Type.Integer({ minimum: 0 }),
  complete: Type.Boolean(),
});
/** Counts of entries, files and bytes; the sums of CoverageSchema hold. */
export type Coverage = Static<typeof CoverageSchema>;
