/** The pax records that change how the next entry is read. */
export interface PaxRecords {
  readonly path: Uint8Array | null;
  readonly linkPath: Uint8Array | null;
  readonly sizeBytes: number | null;
}

/**
 * Records of an extended header (POSIX pax: "%d %s=%s\n", the length counts itself). Later records win. Null when the text is malformed.
 * GNU.sparse.name is the real path of a sparse file (GNU tar's manual, "Sparse Formats").
 */
export function parsePax(body: Uint8Array): PaxRecords | null {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const values = new Map<string, Uint8Array>();
  for (let at = 0; at < bytes.length; ) {
    // GNU tar and star pad a body with NULs.
    if (bytes[at] === 0) break;
    const record = readRecord(bytes, at);
    if (!record) return null;
    values.set(record.key, record.value);
    at = record.next;
  }
  const size = values.get('size');
  const sizeBytes = size === undefined || size.length === 0 ? null : decimal(Buffer.from(size).toString('latin1'));
  if (sizeBytes === undefined) return null;
  const path = values.get('GNU.sparse.name') ?? values.get('path') ?? null;
  return { path: orNull(path), linkPath: orNull(values.get('linkpath') ?? null), sizeBytes };
}

/** An empty value takes the record back (POSIX pax). */
const orNull = (value: Uint8Array | null): Uint8Array | null => (value === null || value.length === 0 ? null : value);

const decimal = (text: string): number | undefined => {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
};

function readRecord(bytes: Buffer, at: number): { readonly key: string; readonly value: Uint8Array; readonly next: number } | null {
  const space = bytes.indexOf(0x20, at);
  if (space < 0 || space - at > 10) return null;
  const length = decimal(bytes.toString('latin1', at, space));
  if (length === undefined || length < space - at + 3 || at + length > bytes.length) return null;
  const next = at + length;
  const equals = bytes.indexOf(0x3d, space);
  if (equals < 0 || equals >= next || bytes[next - 1] !== 0x0a) return null;
  return { key: bytes.toString('utf8', space + 1, equals), value: bytes.subarray(equals + 1, next - 1), next };
}
