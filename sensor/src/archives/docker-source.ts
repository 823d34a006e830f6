import { TidewaiterError } from '@tidewaiter/shared/errors';
import { CONFIG_BYTES_MAX, type Digest } from '@tidewaiter/shared/images';
import type { ImageSource, RawManifest } from '../registry/index.ts';
import type { ArchiveStore } from './archive-store.ts';
import { digestOfBytes, member, readDocument, readJson } from './documents.ts';
import { openArchive } from './open-archive.ts';
import { pathMissing, readBlob } from './layout-source.ts';
import { copyToWorkFile, STANDARD_INPUT, type WorkPlace } from './work-file.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';

/** Images of one archive, and layers of each: as many as an index may name, and a manifest. A manifest.json of 4 MiB names a million. */
const IMAGES_MAX = 1_000;
const LAYERS_MAX = 1_000;

interface Archive {
  readonly root: RawManifest;
  readonly manifests: ReadonlyMap<Digest, RawManifest>;
  /** The archive's file of each blob. */
  readonly names: ReadonlyMap<Digest, string>;
}

/** `docker-archive:FILE`: what `docker save` writes, compressed or not. Several images in it are read as the children of one index. */
export async function openDockerArchive(path: string, place: WorkPlace, signal: AbortSignal): Promise<ImageSource> {
  if (path === '') throw pathMissing('docker-archive:', 'docker-archive:FILE');
  return dockerSource(await openArchive(path, place, signal), `docker-archive:${path}`, signal);
}

/** `-`: a docker-archive on standard input, compressed or not. It is kept in one bounded work file until the scan is over. */
export async function openDockerStream(input: AsyncIterable<Uint8Array>, place: WorkPlace, signal: AbortSignal): Promise<ImageSource> {
  return dockerSource(await copyToWorkFile(input, STANDARD_INPUT, place, signal), '-', signal);
}

async function dockerSource(store: ArchiveStore, reference: string, signal: AbortSignal): Promise<ImageSource> {
  try {
    const archive = await readArchive(store, reference, signal);
    return {
      reference,
      root: async () => archive.root,
      manifest: async (digest) => archive.manifests.get(digest) ?? gone(digest, reference),
      blob: (digest, _sizeBytes, reading) => readBlob(store, archive.names.get(digest) ?? digest, digest, reading),
      close: () => store.close(),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

const gone = (digest: Digest, reference: string): never => {
  throw new TidewaiterError('image.gone', { which: `${digest} in ${reference}` });
};

async function readArchive(store: ArchiveStore, reference: string, signal: AbortSignal): Promise<Archive> {
  if ((await store.sizeOf('manifest.json')) === null) throw invalid(nameOf(reference), 'no manifest.json in it');
  const listed = await readJson(store, 'manifest.json', reference, signal);
  if (!Array.isArray(listed) || listed.length === 0) throw invalid(reference, 'manifest.json without images');
  if (listed.length > IMAGES_MAX) throw invalid(reference, `${listed.length} images; ${IMAGES_MAX} are read at most`);
  const names = new Map<Digest, string>();
  const manifests = new Map<Digest, RawManifest>();
  const children: { readonly digest: Digest; readonly size: number; readonly platform: unknown; readonly mediaType: string }[] = [];
  for (const image of listed as readonly unknown[]) {
    const { manifest, platform } = await readImage(store, image, names, reference, signal);
    if (!manifests.has(manifest.digest))
      children.push({ mediaType: MANIFEST, digest: manifest.digest, size: manifest.bytes.length, platform });
    manifests.set(manifest.digest, manifest);
  }
  const [only] = manifests.values();
  if (only && manifests.size === 1) return { root: only, manifests, names };
  return { root: document(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests: children }), manifests, names };
}

/** The image as the manifest it would have in a registry, over the blobs as they lie here. */
async function readImage(
  store: ArchiveStore,
  image: unknown,
  names: Map<Digest, string>,
  reference: string,
  signal: AbortSignal,
): Promise<{ readonly manifest: RawManifest; readonly platform: unknown }> {
  const [config, layers] = [member(image, 'Config'), member(image, 'Layers')];
  if (typeof config !== 'string' || !Array.isArray(layers)) throw invalid(reference, 'an image of manifest.json without Config or Layers');
  if (layers.length > LAYERS_MAX) throw invalid(reference, `an image of ${layers.length} layers; ${LAYERS_MAX} are read at most`);
  const described = [];
  for (const name of [config, ...(layers as readonly unknown[])]) described.push(await describe(store, name, names, reference));
  const [configDescriptor, ...layerDescriptors] = described;
  // A larger one is not read here; the scan, which has the same bound, names it.
  const isReadable = (configDescriptor?.size ?? 0) <= CONFIG_BYTES_MAX;
  const configBytes = isReadable ? await readDocument(store, config, reference, signal, CONFIG_BYTES_MAX) : Buffer.alloc(0);
  const manifest = document(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: CONFIG, ...configDescriptor },
    layers: layerDescriptors.map((layer) => ({ mediaType: LAYER, ...layer })),
  });
  return { manifest, platform: platformOf(configBytes) };
}

async function describe(
  store: ArchiveStore,
  name: unknown,
  names: Map<Digest, string>,
  reference: string,
): Promise<{ readonly digest: Digest; readonly size: number }> {
  const digest = typeof name === 'string' ? store.digestOf(name) : null;
  const size = typeof name === 'string' ? await store.sizeOf(name) : null;
  if (typeof name !== 'string' || digest === null || size === null)
    throw invalid(reference, `manifest.json names ${String(name).slice(0, 200)}, which is not in it`);
  names.set(digest, name);
  return { digest, size };
}

function platformOf(config: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(config.toString('utf8'));
    return { os: member(value, 'os') ?? 'unknown', architecture: member(value, 'architecture') ?? 'unknown' };
  } catch {
    return { os: 'unknown', architecture: 'unknown' };
  }
}

function document(mediaType: string, value: unknown): RawManifest {
  const bytes = Buffer.from(JSON.stringify(value));
  return { digest: digestOfBytes(bytes), mediaType, bytes };
}

/** What messages call it. */
const nameOf = (reference: string): string => (reference === '-' ? STANDARD_INPUT : reference);

const invalid = (which: string, got: string): TidewaiterError =>
  new TidewaiterError('manifest.invalid', { which, got, want: 'an archive as docker save writes it' });
