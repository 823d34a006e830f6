import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** A tar entry of a sample layer. A path ending in `/` is a directory. */
export interface SampleEntry {
  readonly path: string;
  readonly content?: string | Buffer;
  readonly linkTo?: string;
  /** An earlier path of the same layer, whose content it shares. */
  readonly hardLinkTo?: string;
}

/** How a layer is stored: `zstd-frames` cuts it into two frames, which many readers stop after. */
export type SampleCompression = 'none' | 'gzip' | 'zstd' | 'zstd-frames';

/** A layer to be built, entries in the order of its tar. */
export interface SampleLayer {
  readonly entries: readonly SampleEntry[];
  readonly compression: SampleCompression;
  /** What the manifest claims; by default the truth. */
  readonly mediaType?: string;
  /** The history entry that made it. */
  readonly createdBy: string;
}

/** A blob as it is stored, compressed, under the digest of these bytes. */
export interface BuiltBlob {
  readonly digest: string;
  readonly bytes: Buffer;
}

export interface BuiltLayer extends BuiltBlob {
  readonly diffId: string;
  readonly mediaType: string;
}

export const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const MEDIA_TYPES: Readonly<Record<SampleCompression, string>> = {
  none: 'application/vnd.oci.image.layer.v1.tar',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  'zstd-frames': 'application/vnd.oci.image.layer.v1.tar+zstd',
};

/** Packs and compresses a layer; `diffId` is the digest of its tar. */
export async function buildLayer(layer: SampleLayer): Promise<BuiltLayer> {
  const tar = await tarOf(layer.entries);
  const bytes = compress(tar, layer.compression);
  return { bytes, digest: digestOf(bytes), diffId: digestOf(tar), mediaType: layer.mediaType ?? MEDIA_TYPES[layer.compression] };
}

async function tarOf(entries: readonly SampleEntry[]): Promise<Buffer> {
  const packer = pack();
  const whole = buffer(packer);
  for (const entry of entries) await add(packer, entry);
  packer.finalize();
  return whole;
}

function add(packer: ReturnType<typeof pack>, { path, content = '', linkTo, hardLinkTo }: SampleEntry): Promise<void> {
  const target = linkTo ?? hardLinkTo;
  const type = path.endsWith('/') ? 'directory' : target === undefined ? 'file' : linkTo === undefined ? 'link' : 'symlink';
  const header = {
    name: path,
    type,
    mtime: new Date(0),
    mode: type === 'directory' ? 0o755 : 0o644,
    ...(target === undefined ? {} : { linkname: target }),
  } as const;
  return new Promise((resolve, reject) => {
    packer.entry(header, type === 'file' ? content : '', (error) => (error ? reject(error) : resolve()));
  });
}

function compress(tar: Buffer, compression: SampleCompression): Buffer {
  const half = Math.floor(tar.length / 2);
  switch (compression) {
    case 'none':
      return tar;
    case 'gzip':
      return gzipSync(tar);
    case 'zstd':
      return zstdCompressSync(tar);
    case 'zstd-frames':
      return Buffer.concat([zstdCompressSync(tar.subarray(0, half)), zstdCompressSync(tar.subarray(half))]);
  }
}
