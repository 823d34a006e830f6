import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileStore, readPart } from './blob-store.ts';

/** An OCI layout that lies open in a folder. */
export function openFolder(folder: string): FileStore {
  return {
    async sizeOf(name) {
      const found = await stat(join(folder, name)).catch(() => null);
      return found?.isFile() ? found.size : null;
    },
    async *read(name, signal) {
      const file = await open(join(folder, name));
      try {
        yield* readPart(file, 0, (await file.stat()).size, signal);
      } finally {
        await file.close();
      }
    },
    close: async () => undefined,
  };
}
