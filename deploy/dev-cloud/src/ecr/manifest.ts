import { isRecord, parseRecord, SetupError } from '../http/index.ts';

/** A descriptor of the OCI image specification, as far as ECR looks at it. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly urls: readonly string[];
}

/** What ECR reads of a manifest. */
export interface ParsedManifest {
  readonly mediaType: string | undefined;
  readonly config: Descriptor | undefined;
  readonly layers: readonly Descriptor[];
  readonly children: readonly Descriptor[];
  readonly subjectDigest: string | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** ECR's ImageManifest shape: at most 4,194,304 characters. */
export const manifestBytesMax = 4 * 1024 * 1024;

/** Reads a manifest or index; undefined if it is neither. */
export function parseManifest(bytes: Buffer): ParsedManifest | undefined {
  const value = parseRecord(bytes.toString('utf8'));
  if (value === undefined) return undefined;
  const subject = descriptor(value['subject']);
  return {
    mediaType: string(value['mediaType']),
    config: descriptor(value['config']),
    layers: descriptors(value['layers']),
    children: descriptors(value['manifests']),
    subjectDigest: subject?.digest,
    artifactType: string(value['artifactType']),
    annotations: stringMap(value['annotations']),
  };
}

/** The media type a manifest is stored under: what was said, else its own, else what its members tell. */
export function mediaTypeOf(manifest: ParsedManifest, said: string | undefined): string {
  const own = said ?? manifest.mediaType;
  if (own !== undefined) return own;
  return manifest.children.length > 0 ? 'application/vnd.oci.image.index.v1+json' : 'application/vnd.oci.image.manifest.v1+json';
}

/** The descriptors of an OCI layout's index.json with their reference names. */
export function parseLayoutIndex(bytes: Buffer): readonly (Descriptor & { readonly reference: string | undefined })[] {
  const value = parseRecord(bytes.toString('utf8'));
  if (value === undefined || !Array.isArray(value['manifests'])) throw new SetupError('index.json of the OCI layout has no manifests');
  return (value['manifests'] as unknown[]).flatMap((item) => {
    const parsed = descriptor(item);
    if (parsed === undefined) return [];
    const annotations = stringMap(isRecord(item) ? item['annotations'] : undefined);
    return [{ ...parsed, reference: annotations['org.opencontainers.image.ref.name'] }];
  });
}

function descriptors(value: unknown): Descriptor[] {
  return Array.isArray(value) ? (value as unknown[]).flatMap((item) => descriptor(item) ?? []) : [];
}

function descriptor(value: unknown): Descriptor | undefined {
  if (!isRecord(value)) return undefined;
  const { mediaType, digest, size, urls } = value;
  if (typeof digest !== 'string' || typeof size !== 'number') return undefined;
  return {
    mediaType: string(mediaType) ?? '',
    digest,
    size,
    urls: Array.isArray(urls) ? (urls as unknown[]).filter((url) => typeof url === 'string') : [],
  };
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function stringMap(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
