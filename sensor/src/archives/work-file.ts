import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type ArchiveStore, indexArchive } from './archive-store.ts';

/** The largest archive taken from standard input: what a big machine-learning image saves to; a bound on disk. */
export const WORK_FILE_BYTES_MAX = 64 * 2 ** 30;

/** What messages call it. */
export const STANDARD_INPUT = 'standard input';

/**
 * Copies a stream into a file only we can read (0600) and indexes it. The file has lost its name before the first byte is written on
 * systems that allow it, so nothing is left behind however the program ends.
 * @throws manifest.invalid when nothing comes, or no tar; work-file.full when the folder has no room or the archive is larger than the bound.
 */
export async function copyToWorkFile(
  input: AsyncIterable<Uint8Array>,
  folder: string,
  signal: AbortSignal,
  bytesMax: number = WORK_FILE_BYTES_MAX,
): Promise<ArchiveStore> {
  const file = await openUnnamed(folder).catch((cause: unknown) => {
    throw new TidewaiterError('work-file.full', {
      which: folder,
      got: 'a file cannot be made there',
      remedy: 'Set TMPDIR to a folder with room.',
      cause,
    });
  });
  try {
    if ((await copy(input, file, folder, signal, bytesMax)) === 0) throw nothingCame();
  } catch (error) {
    await file.close();
    throw error;
  }
  return indexArchive(file, STANDARD_INPUT, signal);
}

/** A file that has no name any more: it is gone with the process, however that ends. The system chooses a folder that is new. */
async function openUnnamed(folder: string): Promise<FileHandle> {
  const own = await mkdtemp(join(folder, 'tidewaiter-'));
  try {
    return await open(join(own, 'archive.tar'), 'wx+', 0o600);
  } finally {
    await rm(own, { recursive: true });
  }
}

async function copy(
  input: AsyncIterable<Uint8Array>,
  file: FileHandle,
  folder: string,
  signal: AbortSignal,
  bytesMax: number,
): Promise<number> {
  let bytes = 0;
  for await (const chunk of input) {
    signal.throwIfAborted();
    bytes += chunk.length;
    if (bytes > bytesMax)
      throw new TidewaiterError('work-file.full', {
        which: STANDARD_INPUT,
        got: `more than ${bytesMax} bytes`,
        want: `at most ${bytesMax}`,
      });
    await file.writeFile(chunk).catch((cause: unknown) => {
      throw new TidewaiterError('work-file.full', {
        which: folder,
        got: `a write failed after ${bytes} bytes`,
        remedy: 'Set TMPDIR to a folder with room.',
        cause,
      });
    });
  }
  return bytes;
}

const nothingCame = (): TidewaiterError =>
  new TidewaiterError('manifest.invalid', {
    which: STANDARD_INPUT,
    got: 'nothing',
    want: 'a docker-archive',
    remedy: 'See whether the command before the pipe failed: `docker save IMAGE | tidewaiter-sensor scan -`.',
  });
