import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Read at once: large enough that a download is bound by the network, small enough for many at a time. */
const readBytes = 256 * 1024;

/** Blobs by digest, as files of one folder: a layer of some GiB never stands in memory. */
export class BlobStore {
  readonly #folder: string;
  readonly #sizes = new Map<string, number>();

  /** The folder must exist and be the store's own. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A path for an upload in progress. */
  uploadPath(): string {
    return join(this.#folder, `upload-${randomUUID()}`);
  }

  has(digest: string): boolean {
    return this.#sizes.has(digest);
  }

  size(digest: string): number {
    return this.#sizes.get(digest) ?? 0;
  }

  path(digest: string): string {
    return join(this.#folder, digest.replace(':', '-'));
  }

  async addBytes(bytes: Buffer): Promise<string> {
    const digest = digestOf(bytes);
    await writeFile(this.path(digest), bytes);
    this.#sizes.set(digest, bytes.length);
    return digest;
  }

  /** Takes a file over (a link where the file system allows, else a copy); false if its bytes are not of that digest. */
  async addFile(source: string, digest: string): Promise<boolean> {
    if (this.has(digest)) return true;
    if ((await digestOfFile(source)) !== digest) return false;
    await link(source, this.path(digest)).catch(async () => copyFile(source, this.path(digest)));
    this.#sizes.set(digest, (await stat(source)).size);
    return true;
  }

  /** Makes a finished upload a blob; false, and the upload gone, if its bytes are not of that digest. */
  async addUpload(path: string, digest: string): Promise<boolean> {
    if ((await digestOfFile(path)) !== digest) {
      await rm(path);
      return false;
    }
    this.#sizes.set(digest, (await stat(path)).size);
    await rename(path, this.path(digest));
    return true;
  }

  /** The bytes from `start` to `end`, both included. */
  read(digest: string, start: number, end: number): AsyncIterable<Buffer> {
    return createReadStream(this.path(digest), { start, end, highWaterMark: readBytes }) as AsyncIterable<Buffer>;
  }
}

/** `sha256:…` of bytes in memory. */
export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
