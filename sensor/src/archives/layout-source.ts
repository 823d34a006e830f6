import { stat } from 'node:fs/promises';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Digest } from '@tidewaiter/shared/images';
import type { ImageSource } from '../registry/index.ts';
import { blobName, type FileStore } from './blob-store.ts';
import { asDigest, member, readJson, readManifest, textOf } from './documents.ts';
import { openFolder } from './folder-store.ts';
import { openArchive } from './open-archive.ts';
import type { WorkPlace } from './work-file.ts';

/** Annotation that tags a manifest in an image layout's index (OCI image-spec, annotations.md). */
const REF_NAME = 'org.opencontainers.image.ref.name';

interface Root {
  readonly digest: Digest;
  readonly mediaType: string;
}

/** `oci:DIR[:TAG]`: an image layout in a folder. A colon of the path itself is told from a tag's by what exists. */
export async function openLayoutFolder(rest: string, signal: AbortSignal): Promise<ImageSource> {
  const { path, tag } = await splitTag(rest);
  if (path === '') throw pathMissing(`oci:${rest}`, 'oci:DIR[:TAG]');
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
  if (!isFolder)
    throw new TidewaiterError('registry.unreachable', { which: path, got: 'no such folder', remedy: 'Check the path of the layout.' });
  return openLayout(openFolder(path), `oci:${rest}`, tag, signal);
}

/** `oci-archive:FILE[:TAG]`: an image layout in a tar, compressed or not. */
export async function openLayoutArchive(rest: string, place: WorkPlace, signal: AbortSignal): Promise<ImageSource> {
  const { path, tag } = await splitTag(rest);
  if (path === '') throw pathMissing(`oci-archive:${rest}`, 'oci-archive:FILE[:TAG]');
  return openLayout(await openArchive(path, place, signal), `oci-archive:${rest}`, tag, signal);
}

/** @internal */
export const pathMissing = (reference: string, want: string): TidewaiterError =>
  new TidewaiterError('reference.invalid', { which: 'image reference', got: JSON.stringify(reference), want });

async function splitTag(rest: string): Promise<{ readonly path: string; readonly tag: string | null }> {
  const colon = rest.lastIndexOf(':');
  const isWhole = colon < 0 || (await stat(rest).catch(() => null)) !== null;
  return isWhole ? { path: rest, tag: null } : { path: rest.slice(0, colon), tag: rest.slice(colon + 1) };
}

async function openLayout(store: FileStore, reference: string, tag: string | null, signal: AbortSignal): Promise<ImageSource> {
  try {
    const root = chooseRoot(await readJson(store, 'index.json', reference, signal), reference, tag);
    return layoutSource(store, reference, root);
  } catch (error) {
    await store.close();
    throw error;
  }
}

function layoutSource(store: FileStore, reference: string, root: Root): ImageSource {
  return {
    reference,
    root: (signal) => readManifest(store, root.digest, root.mediaType, reference, signal),
    manifest: (digest, signal) => readManifest(store, digest, '', reference, signal),
    blob: (digest, _sizeBytes, signal) => readBlob(store, blobName(digest), digest, signal),
    close: () => store.close(),
  };
}

export async function* readBlob(store: FileStore, name: string, digest: Digest, signal: AbortSignal): AsyncIterable<Uint8Array> {
  if ((await store.sizeOf(name)) === null) throw new TidewaiterError('layer.download-failed', { which: digest, got: `no file ${name}` });
  yield* store.read(name, signal);
}

function chooseRoot(index: object, reference: string, tag: string | null): Root {
  const manifests = member(index, 'manifests');
  if (!Array.isArray(manifests))
    throw new TidewaiterError('manifest.invalid', { which: `index.json of ${reference}`, want: 'a list of manifests' });
  const entries = manifests.map((entry: unknown) => ({
    digest: asDigest(member(entry, 'digest'), `index.json of ${reference}`),
    mediaType: textOf(member(entry, 'mediaType')),
    tag: textOf(member(member(entry, 'annotations'), REF_NAME)),
  }));
  const wanted = tag === null ? entries : entries.filter((entry) => entry.tag === tag);
  const [first] = wanted;
  if (first && wanted.every((entry) => entry.digest === first.digest)) return first;
  const tags = entries.map((entry) => entry.tag || entry.digest).slice(0, 20);
  throw new TidewaiterError('reference.invalid', {
    which: reference,
    got: tag === null ? `${entries.length} images` : `${wanted.length} images of tag ${tag}`,
    want: `one of: ${tags.join(', ') || 'nothing; the layout is empty'}`,
  });
}
