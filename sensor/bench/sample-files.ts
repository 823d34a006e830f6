import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Larger files are left out, so that a sample mixes many. */
const FILE_BYTES_MAX = 8 * 2 ** 20;

/** Files spread over the folders, not their first ones: every nth, up to the sample's size. */
export function sampleFiles(folders: readonly string[], bytesMax: number): readonly string[] {
  const paths = folders.flatMap((folder) => [...filesOf(folder)]);
  const sized = paths.map((path) => ({ path, size: statSync(path).size })).filter(({ size }) => size > 0 && size <= FILE_BYTES_MAX);
  const step = Math.max(1, Math.ceil(sized.reduce((sum, { size }) => sum + size, 0) / bytesMax));
  return sized.filter((_, at) => at % step === 0).map(({ path }) => path);
}

/** readdir's own recursion with file types takes minutes where folders link to each other. */
function* filesOf(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesOf(path);
    if (entry.isFile()) yield path;
  }
}
