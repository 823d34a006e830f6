import { constants } from 'node:fs';
import { access, type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { TidewaiterError } from '@tidewaiter/shared/errors';

/** The file of `--output`, open for one report. */
export interface ReportFile {
  /** Puts the report in its place, whole. */
  write(text: string): Promise<void>;
  /** Lets go of the file. What was there before stays unless a report was written. */
  close(): Promise<void>;
}

/**
 * A report is written beside its place (0600) and renamed at the end: a scan that fails leaves an older report as it was, and no reader meets
 * half of one. Devices and pipes are written to as they are.
 * @throws usage.invalid for a file that cannot be written.
 */
export async function openReportFile(file: string, randomBytes: (length: number) => Uint8Array): Promise<ReportFile> {
  try {
    // Through a symbolic link: the rename would replace the link itself.
    const place = await realpath(file).catch(() => file);
    const there = await stat(place).catch(() => null);
    if (there && !there.isFile()) return await openStream(place);
    // The rename would pass over the mode of a file that is write-protected.
    if (there) await access(place, constants.W_OK);
    return await openBeside(place, `${place}.${Buffer.from(randomBytes(4)).toString('hex')}.tmp`);
  } catch (cause) {
    throw new TidewaiterError('usage.invalid', {
      which: '--output',
      got: `${file}, which cannot be written: ${reasonOf(cause)}`,
      want: 'a file that can be written',
      remedy: 'Name a file in a folder that exists and is yours.',
      cause,
    });
  }
}

async function openStream(place: string): Promise<ReportFile> {
  const handle = await open(place, 'w');
  return { write: (text) => handle.writeFile(text), close: () => handle.close() };
}

async function openBeside(place: string, beside: string): Promise<ReportFile> {
  const handle: FileHandle = await open(beside, 'wx', 0o600);
  return {
    async write(text) {
      await handle.writeFile(text);
      // On the disk before it takes the older one's place: a rename may outlive a crash that its content does not.
      await handle.sync();
      await rename(beside, place);
    },
    async close() {
      await handle.close();
      await rm(beside, { force: true });
    },
  };
}

/** @internal the system's word for a failure, without the path it names. */
export const reasonOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : String(cause);
