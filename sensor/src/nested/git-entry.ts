import { isZlibHeader, ZLIB_HEADER_BYTES } from './git-object.ts';

/** gitformat-pack, "Object types"; 5 is reserved. */
const KINDS: readonly (PackEntry['kind'] | null)[] = [null, 'commit', 'tree', 'blob', 'tag', null, 'delta', 'delta'];
const OFFSET_DELTA = 6;
const REFERENCE_DELTA = 7;

export type ObjectKind = 'commit' | 'tree' | 'blob' | 'tag';

/** What stands before an object's deflated bytes. */
export interface PackEntry {
  readonly kind: ObjectKind | 'delta';
  /** Of what the bytes inflate to. */
  readonly sizeBytes: number;
  /** How far before the entry a delta's base begins, or the base's id in hex. Null for what is whole. */
  readonly base: number | string | null;
  /** The zlib header included. */
  readonly headerBytes: number;
}

/** Two sizes of at most nine bytes, an id of at most 32, and a zlib header. */
export const ENTRY_HEADER_BYTES_MAX = 2 * 9 + 32 + ZLIB_HEADER_BYTES;

/** gitformat-pack, "pack-*.pack files have the following format". @returns null when it is no entry, or `bytes` does not hold its header whole. */
export function parseEntry(bytes: Uint8Array, idBytes: number): PackEntry | null {
  const first = bytes[0] ?? 0;
  const kind = KINDS[(first >> 4) & 7] ?? null;
  const size = sizeOf(bytes);
  if (!kind || !size) return null;
  const base = kind === 'delta' ? baseOf((first >> 4) & 7, bytes.subarray(size.bytes), idBytes) : { base: null, bytes: 0 };
  if (!base) return null;
  const at = size.bytes + base.bytes;
  if (at + ZLIB_HEADER_BYTES > bytes.length || !isZlibHeader(bytes[at] ?? 0, bytes[at + 1] ?? 0)) return null;
  return { kind, sizeBytes: size.value, base: base.base, headerBytes: at + ZLIB_HEADER_BYTES };
}

/** The size's lowest four bits stand in the first byte, then seven in each. */
function sizeOf(bytes: Uint8Array): { readonly value: number; readonly bytes: number } | null {
  let [value, scale] = [(bytes[0] ?? 0) & 0x0f, 16];
  for (let at = 0; at < 8; at++) {
    if ((bytes[at] ?? 0) < 0x80) return { value, bytes: at + 1 };
    value += ((bytes[at + 1] ?? 0) & 0x7f) * scale;
    scale *= 128;
  }
  return null;
}

function baseOf(type: number, bytes: Uint8Array, idBytes: number): { readonly base: number | string; readonly bytes: number } | null {
  if (type === REFERENCE_DELTA) return { base: Buffer.from(bytes.subarray(0, idBytes)).toString('hex'), bytes: idBytes };
  const distance = type === OFFSET_DELTA ? distanceOf(bytes) : null;
  return distance && { base: distance.value, bytes: distance.bytes };
}

/** Seven bits a byte, highest first, each byte that follows one higher ("offset encoding"). */
function distanceOf(bytes: Uint8Array): { readonly value: number; readonly bytes: number } | null {
  let value = 0;
  for (let at = 0; at < 8; at++) {
    const byte = bytes[at] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, bytes: at + 1 };
    value++;
  }
  return null;
}
