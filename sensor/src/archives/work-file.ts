import { writeSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type ArchiveStore, indexArchive } from './archive-store.ts';
import { beginOf, HEAD_BYTES, isTarHead } from './archive-head.ts';
import { type ArchiveLimits, archiveLimits } from './limits.ts';

/** What messages call it. */
export const STANDARD_INPUT = 'standard input';

/** Undoes the compression of a whole archive: nested/ does it, and is loaded for the first archive that is no plain tar. */
export interface Unpacking {
  unpackerOf(
    head: Uint8Array,
    which: string,
  ): ((input: AsyncIterable<Uint8Array>, limits: ArchiveLimits, write: (bytes: Uint8Array) => void) => Promise<void>) | null;
}

/** The folder for work files, and what fills them. */
export interface WorkPlace {
  readonly folder: string;
  loadUnpacking(): Promise<Unpacking>;
}

/**
 * Copies an archive, unpacked, into a file only we can read (0600) and indexes it: its manifest may come last, and what is compressed has no
 * places to go back to. The file has lost its name before the first byte is written on systems that allow it, so nothing is left behind
 * however the program ends.
 * @param which what messages call it.
 * @throws manifest.invalid when nothing comes, or no tar; work-file.full when the folder has no room or the archive is larger than the bound.
 */
export async function copyToWorkFile(
  input: AsyncIterable<Uint8Array>,
  which: string,
  place: WorkPlace,
  signal: AbortSignal,
  limits: ArchiveLimits = archiveLimits,
): Promise<ArchiveStore> {
  const file = await openUnnamed(place.folder).catch((cause: unknown) => {
    throw noRoom(place.folder, 'a file cannot be made there', cause);
  });
  try {
    const { head, whole } = await beginOf(input, HEAD_BYTES, signal);
    if (head.length === 0) throw nothingCame(which);
    const unpack = isTarHead(head) ? null : (await place.loadUnpacking()).unpackerOf(head, which);
    if (unpack) await unpack(whole, limits, writerTo(file, place.folder));
    else await copy(whole, file, which, place.folder, limits);
  } catch (error) {
    await file.close();
    throw error;
  }
  return indexArchive(file, which, signal);
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

/** Written before it returns: whoever unpacks takes the bytes back then. */
function writerTo(file: FileHandle, folder: string): (content: Uint8Array) => void {
  let bytes = 0;
  return (content) => {
    try {
      for (let done = 0; done < content.length; ) done += writeSync(file.fd, content, done);
    } catch (cause) {
      throw noRoom(folder, `a write failed after ${bytes} bytes`, cause);
    }
    bytes += content.length;
  };
}

async function copy(
  input: AsyncIterable<Uint8Array>,
  file: FileHandle,
  which: string,
  folder: string,
  { bytesMax }: ArchiveLimits,
): Promise<void> {
  let bytes = 0;
  for await (const chunk of input) {
    bytes += chunk.length;
    if (bytes > bytesMax)
      throw new TidewaiterError('work-file.full', { which, got: `more than ${bytesMax} bytes`, want: `at most ${bytesMax}` });
    await file.writeFile(chunk).catch((cause: unknown) => {
      throw noRoom(folder, `a write failed after ${bytes} bytes`, cause);
    });
  }
}

const noRoom = (which: string, got: string, cause: unknown): TidewaiterError =>
  new TidewaiterError('work-file.full', { which, got, remedy: 'Set TMPDIR to a folder with room.', cause });

const nothingCame = (which: string): TidewaiterError =>
  new TidewaiterError('manifest.invalid', {
    which,
    got: 'nothing',
    want: 'a docker-archive',
    remedy: 'See whether the command before the pipe failed: `docker save IMAGE | tidewaiter-sensor scan -`.',
  });
