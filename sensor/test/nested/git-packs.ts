import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

const TYPES = { commit: 1, tree: 2, blob: 3, tag: 4 } as const;
export type Kind = keyof typeof TYPES;

export interface PackedObject {
  readonly kind?: Kind;
  readonly content: Buffer | string;
  /** A delta: the number of its base among the pack's objects, or the base's id. */
  readonly base?: number | string;
  /** How it says where its base is; by default as far before it. */
  readonly distance?: number;
  /** What its header says; by default the truth. */
  readonly sizeBytes?: number;
  readonly level?: number;
}

/** The id of an object: the hash of its kind, size and content. */
export const idOf = (content: Buffer | string, kind: Kind = 'blob', format = 'sha1'): string =>
  createHash(format)
    .update(`${kind} ${Buffer.byteLength(content)}\0`)
    .update(content)
    .digest('hex');

/** A git pack (gitformat-pack). `count` is what its header says; by default the truth. */
export function packOf(objects: readonly PackedObject[], { count = objects.length, version = 2, format = 'sha1' } = {}): Buffer {
  const header = Buffer.from('PACK\0\0\0\0\0\0\0\0');
  header.writeUInt32BE(version, 4);
  header.writeUInt32BE(count, 8);
  const parts: Buffer[] = [header];
  const offsets: number[] = [];
  let at = header.length;
  for (const object of objects) {
    const entry = entryOf(object, at, offsets);
    offsets.push(at);
    parts.push(entry);
    at += entry.length;
  }
  const body = Buffer.concat(parts);
  return Buffer.concat([body, createHash(format).update(body).digest()]);
}

function entryOf(
  { kind = 'blob', content, base, distance, sizeBytes, level = 6 }: PackedObject,
  at: number,
  offsets: readonly number[],
): Buffer {
  const type = base === undefined ? TYPES[kind] : typeof base === 'number' ? 6 : 7;
  const where =
    typeof base === 'string'
      ? Buffer.from(base, 'hex')
      : base === undefined
        ? Buffer.alloc(0)
        : distanceOf(distance ?? at - (offsets[base] ?? 0));
  return Buffer.concat([headerOf(type, sizeBytes ?? Buffer.byteLength(content)), where, deflateSync(content, { level })]);
}

function headerOf(type: number, sizeBytes: number): Buffer {
  const bytes = [(type << 4) | (sizeBytes % 16)];
  for (let rest = Math.floor(sizeBytes / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(rest % 128);
  }
  return Buffer.from(bytes);
}

function distanceOf(distance: number): Buffer {
  const bytes = [distance % 128];
  for (let rest = Math.floor(distance / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((--rest % 128) | 0x80);
  return Buffer.from(bytes);
}

/** What a delta does: copies from its base, or inserts. */
export type Step = readonly [from: number, length: number] | string | Buffer;

export function deltaOf(baseBytes: number, steps: readonly Step[], sizeBytes?: number): Buffer {
  const parts = steps.map((step) => (Array.isArray(step) ? copyOf(step[0], step[1]) : insertOf(Buffer.from(step as string))));
  const made = steps.reduce((sum, step) => sum + (Array.isArray(step) ? step[1] : step.length), 0);
  return Buffer.concat([sizeOf(baseBytes), sizeOf(sizeBytes ?? made), ...parts]);
}

function sizeOf(value: number): Buffer {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(rest % 128);
  }
  return Buffer.from(bytes);
}

function copyOf(from: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes[0] = 0xff;
  bytes.writeUInt32LE(from, 1);
  bytes.writeUIntLE(length, 5, 3);
  return bytes;
}

/** At most 127 bytes in one instruction. */
function insertOf(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 127) {
    const piece = bytes.subarray(at, at + 127);
    parts.push(Buffer.from([piece.length]), piece);
  }
  return Buffer.concat(parts);
}

/** A tree object's content. */
export const treeOf = (entries: readonly { readonly mode: string; readonly name: string; readonly id: string }[]): Buffer =>
  Buffer.concat(entries.map(({ mode, name, id }) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')])));
