import { isDigest } from '@tidewaiter/shared/images';
import { isJson, type Json } from './json.ts';

/** What a manifest says in words: the place, as a reader would name it, and the text. */
export type Annotations = readonly (readonly [key: string, value: string])[];

/**
 * Every text of a manifest but its digests: annotations, its own and those of its descriptors (OCI image-spec, descriptor.md), a descriptor's
 * `data` decoded, and members nobody expects. The registry hands them all out just the same. A loop, no recursion: it may be nested by millions.
 */
export function textsOf(json: Json): Annotations {
  const texts: (readonly [string, string])[] = [];
  const open: (readonly [place: string, value: unknown])[] = [['', json]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [place, value] = next;
    if (typeof value === 'string' && !isDigest(value)) texts.push([place, decoded(place, value)]);
    else if (Array.isArray(value)) value.forEach((item, at) => open.push([`${place}[${at}]`.slice(0, PLACE_CHARACTERS_MAX), item]));
    else if (isJson(value)) for (const [key, item] of Object.entries(value)) open.push([placeOf(place, key), item]);
  }
  return texts;
}

/** More than any real place has; without a bound, names in names would add up to squares. */
const PLACE_CHARACTERS_MAX = 1_024;

/** `layers[0].data`; an annotation is named by its key: `layers[0].org.opencontainers.image.title`. */
function placeOf(place: string, key: string): string {
  const folder = place.replace(/(?:^|\.)annotations$/, '');
  return (folder === '' ? key : `${folder}.${key}`).slice(0, PLACE_CHARACTERS_MAX);
}

/** OCI image-spec, descriptor.md: `data` is base64. */
const decoded = (place: string, text: string): string =>
  /(?:^|\.)data$/.test(place) && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64').toString() : text;
