import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileStore, READ_BYTES } from './blob-store.ts';

/** An OCI layout that lies open in a folder. */
export function openFolder(folder: string): FileStore {
  return {
    async sizeOf(name) {
      const found = await stat(join(folder, name)).catch(() => null);
      return found?.isFile() ? found.size : null;
    },
    read: (name, signal) => createReadStream(join(folder, name), { highWaterMark: READ_BYTES, signal }),
    close: async () => undefined,
  };
}
