import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { IncomingMessage } from 'node:http';
import type { BlobStore } from '../ecr/index.ts';

interface Upload {
  readonly repositoryArn: string;
  readonly path: string;
  length: number;
}

/** Blob uploads in progress; their bytes lie beside the blobs. */
export class UploadStore {
  readonly #blobs: BlobStore;
  readonly #uploads = new Map<string, Upload>();

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  async begin(repositoryArn: string): Promise<string> {
    const id = randomUUID();
    const path = this.#blobs.uploadPath();
    await writeFile(path, '');
    this.#uploads.set(id, { repositoryArn, path, length: 0 });
    return id;
  }

  /** Bytes so far; undefined if this repository has no such upload. */
  length(id: string, repositoryArn: string): number | undefined {
    const upload = this.#uploads.get(id);
    return upload?.repositoryArn === repositoryArn ? upload.length : undefined;
  }

  /** Appends a request's body and returns the new length. */
  async append(id: string, request: IncomingMessage): Promise<number> {
    const upload = this.#require(id);
    const file = createWriteStream(upload.path, { flags: 'a' });
    await pipeline(request, file);
    upload.length += file.bytesWritten;
    return upload.length;
  }

  /** Makes it a blob; false if its bytes have another digest. The upload is over either way. */
  async complete(id: string, digest: string): Promise<boolean> {
    const { path } = this.#require(id);
    this.#uploads.delete(id);
    return this.#blobs.addUpload(path, digest);
  }

  async cancel(id: string): Promise<void> {
    const { path } = this.#require(id);
    this.#uploads.delete(id);
    await rm(path);
  }

  #require(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload === undefined) throw new Error(`no upload ${id}`);
    return upload;
  }
}
