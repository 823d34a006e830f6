import { type FileHandle, open } from 'node:fs/promises';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { HEAD_BYTES, isTarHead } from './archive-head.ts';
import { type ArchiveStore, indexArchive } from './archive-store.ts';
import { readPart } from './blob-store.ts';
import { copyToWorkFile, type WorkPlace } from './work-file.ts';

/**
 * An archive in a file, served from where it lies; one that is compressed as a whole is unpacked into a work file.
 * @throws registry.unreachable when the file cannot be opened, manifest.invalid when it is no tar, work-file.full.
 */
export async function openArchive(path: string, place: WorkPlace, signal: AbortSignal): Promise<ArchiveStore> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new TidewaiterError('registry.unreachable', { which: path, got: codeOf(cause), remedy: 'Check the path of the archive.', cause });
  });
  let isServedHere = false;
  try {
    isServedHere = !(await isCompressed(file, path, place));
    if (isServedHere) return await indexArchive(file, path, signal);
    return await copyToWorkFile(readPart(file, 0, Number.POSITIVE_INFINITY, signal), path, place, signal);
  } finally {
    if (!isServedHere) await file.close();
  }
}

async function isCompressed(file: FileHandle, path: string, place: WorkPlace): Promise<boolean> {
  const head = new Uint8Array(HEAD_BYTES);
  // What cannot be read, a folder for one, is told by whoever reads it whole.
  const { bytesRead } = await file.read({ buffer: head, position: 0 }).catch(() => ({ bytesRead: 0 }));
  const first = head.subarray(0, bytesRead);
  return !isTarHead(first) && (await place.loadUnpacking()).unpackerOf(first, path) !== null;
}

const codeOf = (cause: unknown): string => (cause instanceof Error && 'code' in cause ? String(cause.code) : 'an error');
