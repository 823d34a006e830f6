import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImage, buildLayer, type SampleImage, type SampleLayer } from '../images/index.ts';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface Entry extends Descriptor {
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

interface Config {
  readonly rootfs: { readonly type: string; readonly diff_ids: readonly string[] };
  readonly history?: readonly { readonly created_by?: string }[];
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const REF_NAME = 'org.opencontainers.image.ref.name';

/** An OCI image layout whose documents are edited as no builder would: what images in the wild look like after many tools. */
export class OciEdit {
  readonly #layout: string;

  constructor(layout: string) {
    this.#layout = layout;
  }

  /** Puts layers on top of the image under `tag`, exactly as they are described. */
  async addLayers(tag: string, layers: readonly SampleLayer[]): Promise<void> {
    const manifest = await this.#read<Manifest>((await this.#entry(tag)).digest);
    const config = await this.#read<Config>(manifest.config.digest);
    const built = await Promise.all(layers.map(buildLayer));
    const added = await Promise.all(built.map(({ bytes, mediaType }) => this.#put(mediaType, bytes)));
    const diffIds = [...config.rootfs.diff_ids, ...built.map(({ diffId }) => diffId)];
    const history = [...(config.history ?? []), ...layers.map(({ createdBy }) => ({ created_by: createdBy }))];
    const changed = { ...config, rootfs: { ...config.rootfs, diff_ids: diffIds }, history };
    const configDescriptor = await this.#putJson(manifest.config.mediaType, changed);
    const next = { ...manifest, config: configDescriptor, layers: [...manifest.layers, ...added] };
    await this.#setEntries([tagged(await this.#putJson(MANIFEST, next), tag)]);
  }

  /** Makes an index of the image under `tag` and one of another platform; it stands under `indexTag`, the image stays under its own. */
  async addIndex(tag: string, indexTag: string, other: SampleImage): Promise<void> {
    const first = await this.#entry(tag);
    const { root, blobs } = await buildImage([other]);
    for (const { bytes } of blobs) await this.#put('', bytes);
    const second = { ...(await this.#put(MANIFEST, root.bytes)), platform: other.platform };
    const { annotations: _, ...descriptor } = first;
    const manifests = [{ ...descriptor, platform: { os: 'linux', architecture: 'amd64' } }, second];
    const index = await this.#putJson(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests });
    await this.#setEntries([first, tagged(index, indexTag)]);
  }

  /** The history entry of the image under `tag` that `text` made. */
  async historyIndex(tag: string, text: string): Promise<number> {
    const manifest = await this.#read<Manifest>((await this.#entry(tag)).digest);
    const config = await this.#read<Config>(manifest.config.digest);
    return (config.history ?? []).findIndex(({ created_by: createdBy }) => createdBy === text);
  }

  async digestOf(tag: string): Promise<string> {
    return (await this.#entry(tag)).digest;
  }

  async #entry(tag: string): Promise<Entry> {
    const index: { readonly manifests: readonly Entry[] } = JSON.parse(await readFile(join(this.#layout, 'index.json'), 'utf8'));
    const entry = index.manifests.find(({ annotations }) => annotations?.[REF_NAME] === tag);
    if (!entry) throw new Error(`the layout holds no tag ${tag}`);
    return entry;
  }

  async #setEntries(manifests: readonly Entry[]): Promise<void> {
    await writeFile(join(this.#layout, 'index.json'), JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
  }

  async #read<T>(digest: string): Promise<T> {
    return JSON.parse(await readFile(this.#path(digest), 'utf8')) as T;
  }

  #putJson(mediaType: string, value: unknown): Promise<Descriptor> {
    return this.#put(mediaType, Buffer.from(JSON.stringify(value)));
  }

  async #put(mediaType: string, bytes: Buffer): Promise<Descriptor> {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    await writeFile(this.#path(digest), bytes);
    return { mediaType, digest, size: bytes.length };
  }

  #path(digest: string): string {
    return join(this.#layout, 'blobs', ...digest.split(':'));
  }
}

const tagged = (descriptor: Descriptor, tag: string): Entry => ({ ...descriptor, annotations: { [REF_NAME]: tag } });
