import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type Digest, isDigest, type Platform } from '@tidewaiter/shared/images';
import type { RawManifest } from '../registry/index.ts';
import { isJson, type Json, member, parseObject } from './json.ts';
import { ambiguousKey } from './json-keys.ts';
import type { ImageLimits } from './limits.ts';
import { type ManifestTexts, textsOf } from './manifest-texts.ts';

/** A blob or manifest as another names it (OCI image-spec, descriptor.md). Its `urls` are not read: nothing is fetched from there. */
export interface Descriptor {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly mediaType: string;
}

export interface ChildDescriptor extends Descriptor {
  readonly platform: Platform | null;
}

/** A manifest by its shape; what its media type says is checked against it and decides nothing. */
export type Manifest =
  | (ManifestTexts & { readonly shape: 'index'; readonly children: readonly ChildDescriptor[] })
  | (ManifestTexts & {
      /** `artifact` when the config is no image config: Helm charts, attestations of cosign and the like. */
      readonly shape: 'image' | 'artifact';
      readonly config: Descriptor | null;
      readonly layers: readonly Descriptor[];
    });

const IMAGE_CONFIGS = ['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json'];
const INDEX_TYPES = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json'];
const STRUCTURAL = new Set(['schemaversion', 'mediatype', 'config', 'layers', 'manifests', 'blobs', 'digest', 'size', 'platform']);
const FOREIGN = /foreign|nondistributable/;

/** Layers that an image may leave outside its registry (Windows base layers). */
export const isForeign = ({ mediaType }: Descriptor): boolean => FOREIGN.test(mediaType);

/** Layers that only the holder of a key can read: containers/ocicrypt, spec/spec.go, puts `+encrypted` behind the media type of the plain layer. */
export const isEncrypted = ({ mediaType }: Descriptor): boolean => mediaType.endsWith('+encrypted');

/**
 * @throws manifest.too-large, manifest.invalid: no JSON, a key twice, `manifests` beside `layers`, a media type that lies about the shape,
 * Docker's schema 1, more entries than the limits allow.
 */
export function parseManifest(raw: RawManifest, limits: ImageLimits): Manifest {
  const invalid = (got: string, want?: string): TidewaiterError =>
    new TidewaiterError('manifest.invalid', { which: raw.digest, got, want });
  if (raw.bytes.length > limits.manifestBytesMax)
    throw new TidewaiterError('manifest.too-large', {
      which: raw.digest,
      got: `${raw.bytes.length} bytes`,
      want: `at most ${limits.manifestBytesMax}`,
    });
  const text = new TextDecoder().decode(raw.bytes);
  const json = parseObject(text);
  if (!json) throw invalid('no JSON object');
  const twice = ambiguousKey(text, (key) => STRUCTURAL.has(key));
  if (twice !== null) throw invalid(`the key ${JSON.stringify(twice.slice(0, 100))} twice in one object`, 'every key once');
  if (json['schemaVersion'] === 1 || 'fsLayers' in json) throw invalid("Docker's schema 1", 'an OCI or Docker schema 2 manifest');
  const shapes = ['manifests', 'layers', 'blobs'].filter((key) => key in json);
  if (shapes.length > 1) throw invalid(`both ${shapes.join(' and ')}`, 'an index or an image, not both');
  const isIndex = shapes[0] === 'manifests';
  for (const mediaType of [raw.mediaType, json['mediaType']]) {
    if (isKnownType(mediaType) && INDEX_TYPES.includes(mediaType) !== isIndex)
      throw invalid(`${mediaType} with ${shapes[0] ?? 'no list'}`, 'a media type that fits the shape');
  }
  const reader = new DescriptorReader(raw.digest);
  return isIndex ? readIndex(json, reader, limits) : readImage(json, reader, limits);
}

const isKnownType = (mediaType: unknown): mediaType is string =>
  typeof mediaType === 'string' && (INDEX_TYPES.includes(mediaType) || /manifest\.v\d\+json$/.test(mediaType));

function readIndex(json: Json, reader: DescriptorReader, limits: ImageLimits): Manifest {
  const children = reader
    .list(json['manifests'], 'manifests', limits.indexEntriesMax)
    .map((entry) => ({ ...reader.descriptor(entry), platform: platformOf(member(entry, 'platform')) }));
  return { shape: 'index', children, ...textsOf(json) };
}

function readImage(json: Json, reader: DescriptorReader, limits: ImageLimits): Manifest {
  const list = json['layers'] ?? json['blobs'];
  const layers = reader.list(list, 'layers', limits.layersMax).map((entry) => reader.descriptor(entry));
  const config = json['config'] === undefined ? null : reader.descriptor(json['config']);
  const isImage = config !== null && IMAGE_CONFIGS.includes(config.mediaType);
  return { shape: isImage ? 'image' : 'artifact', config, layers, ...textsOf(json) };
}

/** The platform as it is claimed; null when it is absent or malformed. */
export function platformOf(value: unknown): Platform | null {
  if (!isJson(value)) return null;
  const { os, architecture, variant } = value;
  if (!isShort(os) || !isShort(architecture)) return null;
  return isShort(variant) ? { os, architecture, variant } : { os, architecture };
}

/** Matches the bound of PlatformSchema. */
const isShort = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 128;

class DescriptorReader {
  readonly #which: Digest;

  constructor(which: Digest) {
    this.#which = which;
  }

  list(value: unknown, name: string, most: number): readonly unknown[] {
    if (!Array.isArray(value)) throw this.#invalid(`no list of ${name}`);
    if (value.length > most) throw this.#invalid(`${value.length} ${name}`, `at most ${most}`);
    return value;
  }

  descriptor(value: unknown): Descriptor {
    if (!isJson(value)) throw this.#invalid('a descriptor that is no object');
    const { digest, size, mediaType } = value;
    if (typeof digest !== 'string' || !isDigest(digest))
      throw this.#invalid(`the digest ${JSON.stringify(digest)?.slice(0, 100)}`, 'sha256: and 64 hex digits');
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
      throw this.#invalid(`the size ${JSON.stringify(size)?.slice(0, 100)}`, 'a count of bytes');
    return { digest, sizeBytes: size, mediaType: typeof mediaType === 'string' ? mediaType.slice(0, 256) : '' };
  }

  #invalid(got: string, want?: string): TidewaiterError {
    return new TidewaiterError('manifest.invalid', { which: this.#which, got, want });
  }
}
