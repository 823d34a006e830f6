import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface BenchLayer {
  readonly path: string;
  readonly sizeBytes: number;
  readonly compression: 'gzip' | 'zstd' | 'none';
}

interface Document {
  readonly manifests?: readonly { readonly digest: string; readonly annotations?: Readonly<Record<string, string>> }[];
  readonly layers?: readonly { readonly digest: string; readonly size: number }[];
}

/** Every distinct layer of `DIR` or of the tag of `DIR:TAG`, all platforms. */
export async function layersOf(layout: string): Promise<readonly BenchLayer[]> {
  const [folder = '', tag] = layout.split(':');
  const layers = new Map<string, BenchLayer>();
  const blob = (digest: string): string => join(folder, 'blobs', ...digest.split(':'));
  const visit = async (path: string): Promise<void> => {
    const { manifests = [], layers: listed = [] }: Document = JSON.parse(await readFile(path, 'utf8'));
    for (const { digest, annotations } of manifests) if (isWanted(annotations, tag)) await visit(blob(digest));
    for (const { digest, size } of listed)
      layers.set(digest, { path: blob(digest), sizeBytes: size, compression: await compressionOf(blob(digest)) });
  };
  await visit(join(folder, 'index.json'));
  return [...layers.values()];
}

const isWanted = (annotations: Readonly<Record<string, string>> | undefined, tag: string | undefined): boolean => {
  const name = annotations?.['org.opencontainers.image.ref.name'];
  return tag === undefined || name === undefined || name === tag;
};

async function compressionOf(path: string): Promise<BenchLayer['compression']> {
  const file = await open(path);
  const { buffer } = await file.read({ buffer: Buffer.alloc(4), position: 0 });
  await file.close();
  if (buffer.readUInt16BE(0) === 0x1f8b) return 'gzip';
  return buffer.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : 'none';
}
