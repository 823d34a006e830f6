import type { Grant, Report } from '@tidewaiter/shared/protocol';

/** One report on disk. Its name says its place in the order, what it is, the id it is sent under, and the schema it is written in. */
export interface SpoolEntry {
  readonly name: string;
  readonly sequence: number;
  /** Report['kind'], or a kind that another schema has. */
  readonly kind: string;
  readonly reportId: string;
  readonly schema: number;
  readonly bytes: number;
  /** Of an outcome: its lease is held until the outcome is acknowledged. */
  readonly grant: Grant | null;
}

const NAME = /^(\d{15})-([a-z-]{1,32})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.schema-(\d{1,9}))?\.json$/;
/** What a name without a number was written in: the first builds knew one schema and did not say it. */
const FIRST_SCHEMA = 1;

export const spoolName = (sequence: number, kind: Report['kind'], reportId: string, schema: number): string =>
  `${String(sequence).padStart(15, '0')}-${kind}-${reportId}.schema-${schema}.json`;

/** Null for a name that is not a report's. */
export function spoolEntryOf(name: string, bytes: number): SpoolEntry | null {
  const [, sequence, kind, reportId, schema = FIRST_SCHEMA] = NAME.exec(name) ?? [];
  if (sequence === undefined || kind === undefined || reportId === undefined) return null;
  return { name, sequence: Number(sequence), kind, reportId, schema: Number(schema), bytes, grant: null };
}
