import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Gap, GapReason } from '@tidewaiter/shared/findings';
import { isDigest } from '@tidewaiter/shared/images';
import { sniff } from '../layers/index.ts';
import { isJson, type Json } from './json.ts';

/** What a manifest says in words: the place, as a reader would name it, and the text. */
export type Annotations = readonly (readonly [key: string, value: string])[];

/** What a manifest says, and where it says something that could not be unpacked. */
export interface ManifestTexts {
  readonly annotations: Annotations;
  readonly unread: readonly Gap[];
}

/**
 * Every text of a manifest but its digests: annotations, its own and those of its descriptors (OCI image-spec, descriptor.md), a descriptor's
 * `data` decoded, and members nobody expects. The registry hands them all out just the same. A loop, no recursion: it may be nested by millions.
 */
export function textsOf(json: Json): ManifestTexts {
  const annotations: (readonly [string, string])[] = [];
  const unread: Gap[] = [];
  let room = UNPACKED_BYTES_MAX;
  const open: (readonly [place: string, value: unknown])[] = [['', json]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [place, value] = next;
    if (typeof value === 'string' && !isDigest(value)) {
      const data = decoded(place, value);
      const { content, fault } = data ? unpack(data, room) : { content: value, fault: null };
      if (data && content !== data) room -= content.length;
      if (fault) unread.push({ reason: fault, path: place, bytes: null });
      annotations.push([place, content.toString()]);
    } else if (Array.isArray(value)) value.forEach((item, at) => open.push([`${place}[${at}]`.slice(0, PLACE_CHARACTERS_MAX), item]));
    else if (isJson(value)) for (const [key, item] of Object.entries(value)) open.push([placeOf(place, key), item]);
  }
  return { annotations, unread };
}

/** Twice what a manifest itself may have: data are small files, which is why they stand there. Over all of a manifest. */
const UNPACKED_BYTES_MAX = 1 << 23;

/** More than any real place has; without a bound, names in names would add up to squares. */
const PLACE_CHARACTERS_MAX = 1_024;

/** `layers[0].data`; an annotation is named by its key: `layers[0].org.opencontainers.image.title`. */
function placeOf(place: string, key: string): string {
  const folder = place.replace(/(?:^|\.)annotations$/, '');
  return (folder === '' ? key : `${folder}.${key}`).slice(0, PLACE_CHARACTERS_MAX);
}

/** OCI image-spec, descriptor.md: `data` is base64. Null for what is none. */
const decoded = (place: string, text: string): Buffer | null =>
  /(?:^|\.)data$/.test(place) && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null;

interface Unpacked {
  readonly content: Buffer;
  readonly fault: GapReason | null;
}

/** A blob that stands in its descriptor may be packed as blobs are. What cannot be unpacked is given as it stands. */
function unpack(data: Buffer, bytesMax: number): Unpacked {
  const magic = sniff(data);
  if (magic === 'none') return { content: data, fault: null };
  if (magic === 'unsupported') return { content: data, fault: 'unsupported-compression' };
  const decompress = magic === 'gzip' ? gunzipSync : zstdDecompressSync;
  try {
    return { content: decompress(data, { maxOutputLength: Math.max(1, bytesMax) }), fault: null };
  } catch (error) {
    const isTooLarge = error instanceof RangeError;
    return { content: data, fault: isTooLarge ? 'limit-bytes' : 'corrupt' };
  }
}
