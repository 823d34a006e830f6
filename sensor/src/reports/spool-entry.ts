import type { Grant, Report } from '@tidewaiter/shared/protocol';

/** One report on disk. Its name says its place in the order, what it is, and the id it is sent under. */
export interface SpoolEntry {
  readonly name: string;
  readonly sequence: number;
  readonly kind: Report['kind'];
  readonly reportId: string;
  readonly bytes: number;
  /** Of an outcome: its lease is held until the outcome is acknowledged. */
  readonly grant: Grant | null;
}

const NAME = /^(\d{15})-(layer-page|layer-done|manifest|catalog-page|outcome)-([0-9a-f-]{36})\.json$/;

export const spoolName = (sequence: number, kind: Report['kind'], reportId: string): string =>
  `${String(sequence).padStart(15, '0')}-${kind}-${reportId}.json`;

/** Null for a name that is not a report's. */
export function spoolEntryOf(name: string, bytes: number): SpoolEntry | null {
  const match = NAME.exec(name);
  if (!match) return null;
  return { name, sequence: Number(match[1]), kind: match[2] as Report['kind'], reportId: match[3] as string, bytes, grant: null };
}

/** No room: on the disk, in the user's quota, or under the process's limit of a file's size. */
export function mayBeFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String(error.code));
}
