import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuiltBlob, buildLayer, digestOf, type SampleLayer } from './layer.ts';

/** One platform of a sample image. `history` entries without a layer come before the layers' own. */
export interface SampleImage {
  readonly platform: { readonly os: string; readonly architecture: string };
  readonly env?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly cmd?: readonly string[];
  readonly history?: readonly string[];
  readonly layers: readonly SampleLayer[];
}

/** A manifest with everything below it, ready to be pushed or written: blobs first, children before the root. */
export interface BuiltImage {
  readonly root: BuiltBlob & { readonly mediaType: string };
  readonly children: readonly (BuiltBlob & { readonly mediaType: string })[];
  readonly blobs: readonly BuiltBlob[];
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const CREATED = '2026-01-01T00:00:00Z';

const jsonBlob = (value: unknown): BuiltBlob => {
  const bytes = Buffer.from(JSON.stringify(value));
  return { bytes, digest: digestOf(bytes) };
};

/** Builds an image of one platform, or an index of several. */
export async function buildImage(images: readonly SampleImage[]): Promise<BuiltImage> {
  const built = await Promise.all(images.map(buildManifest));
  const blobs = built.flatMap((image) => image.blobs);
  const [only] = built;
  if (only && built.length === 1) return { root: only.manifest, children: [], blobs };
  const manifests = built.map(({ manifest }, at) => ({ ...descriptorOf(manifest, manifest.mediaType), platform: images[at]?.platform }));
  const root = { ...jsonBlob({ schemaVersion: 2, mediaType: INDEX, manifests }), mediaType: INDEX };
  return { root, children: built.map(({ manifest }) => manifest), blobs };
}

async function buildManifest(
  image: SampleImage,
): Promise<{ readonly manifest: BuiltBlob & { readonly mediaType: string }; readonly blobs: readonly BuiltBlob[] }> {
  const layers = await Promise.all(image.layers.map(buildLayer));
  const config = jsonBlob(
    configOf(
      image,
      layers.map((layer) => layer.diffId),
    ),
  );
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: descriptorOf(config, CONFIG),
    layers: layers.map((layer) => descriptorOf(layer, layer.mediaType)),
  });
  return { manifest: { ...manifest, mediaType: MANIFEST }, blobs: [config, ...layers] };
}

function configOf(image: SampleImage, diffIds: readonly string[]): unknown {
  const empty = (image.history ?? []).map((text) => ({ created: CREATED, created_by: text, empty_layer: true }));
  return {
    created: CREATED,
    ...image.platform,
    config: { Env: image.env ?? [], Labels: image.labels ?? {}, Cmd: image.cmd ?? ['/bin/sh'] },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: [...empty, ...image.layers.map((layer) => ({ created: CREATED, created_by: layer.createdBy }))],
  };
}

const descriptorOf = ({ digest, bytes }: BuiltBlob, mediaType: string): { mediaType: string; digest: string; size: number } => ({
  mediaType,
  digest,
  size: bytes.length,
});

/** Writes an OCI image layout (image-layout.md) with the image under `tag`. */
export async function writeLayout(folder: string, image: BuiltImage, tag: string): Promise<void> {
  const blobs = join(folder, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  for (const { digest, bytes } of [...image.blobs, ...image.children, image.root]) await writeFile(join(blobs, digest.slice(7)), bytes);
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  const entry = { ...descriptorOf(image.root, image.root.mediaType), annotations: { 'org.opencontainers.image.ref.name': tag } };
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [entry] }));
}
