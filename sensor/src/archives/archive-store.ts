import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Digest } from '@tidewaiter/shared/images';
import { extract, type Header } from 'tar-stream';
import { type FileStore, READ_BYTES, readPart } from './blob-store.ts';

/** Files an image archive may hold: four for each of 1,000 layers, with room; a bound on memory. */
const ARCHIVE_FILES_MAX = 100_000;

const TAR_HEADER_BYTES = 512;

interface Member {
  readonly at: number;
  readonly sizeBytes: number;
  readonly digest: Digest;
}

interface Link {
  readonly link: string;
}

/** An archive's files by name, with the digest each one has: a docker-archive names its layers by path only. */
export interface ArchiveStore extends FileStore {
  digestOf(name: string): Digest | null;
}

/**
 * Reads the archive once to learn where its files lie, then serves them from there. Takes the open file over: closing the store closes it,
 * and so does a failure here. `which` is what messages call it.
 * @throws manifest.invalid when it is no tar.
 */
export async function indexArchive(
  file: FileHandle,
  which: string,
  signal: AbortSignal,
  filesMax: number = ARCHIVE_FILES_MAX,
): Promise<ArchiveStore> {
  const members = new Map<string, Member | Link>();
  try {
    await index(file, which, members, signal, filesMax);
  } catch (error) {
    await file.close();
    throw error;
  }
  const find = (name: string): Member | null => follow(members, name);
  return {
    sizeOf: async (name) => find(name)?.sizeBytes ?? null,
    digestOf: (name) => find(name)?.digest ?? null,
    read: (name, reading) => readMember(file, find(name), reading),
    close: () => file.close(),
  };
}

async function index(
  file: FileHandle,
  which: string,
  members: Map<string, Member | Link>,
  signal: AbortSignal,
  filesMax: number,
): Promise<void> {
  const tar = extract();
  // The name is not looked at where there is a descriptor.
  const input = createReadStream(which, { fd: file, autoClose: false, start: 0, highWaterMark: READ_BYTES });
  const feeding = pipeline(input, tar, { signal });
  // Its failure is seen through the loop; without a listener here it would end the process.
  feeding.catch(() => undefined);
  try {
    for await (const entry of tar) {
      const hash = createHash('sha256');
      for await (const chunk of entry) if (chunk instanceof Uint8Array) hash.update(chunk);
      if (members.size >= filesMax) throw tooMany(which, filesMax);
      // `offset` is where the entry's own header begins.
      const at = entry.offset + TAR_HEADER_BYTES;
      members.set(cleanName(entry.header.name), memberOf(entry.header, at, `sha256:${hash.digest('hex')}`));
    }
    await feeding;
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof TidewaiterError) throw cause;
    throw new TidewaiterError('manifest.invalid', {
      which,
      got: 'no tar archive, or a cut one',
      want: 'a tar',
      remedy: 'Make it with `docker save -o FILE IMAGE` (docker-archive:) or `skopeo copy … oci-archive:FILE`; a folder is oci:DIR.',
      cause,
    });
  }
}

function memberOf(header: Header, at: number, digest: Digest): Member | Link {
  if (header.type === 'symlink' && header.linkname) return { link: posix.join(posix.dirname(cleanName(header.name)), header.linkname) };
  if (header.type === 'link' && header.linkname) return { link: cleanName(header.linkname) };
  return { at, sizeBytes: header.size, digest };
}

/** Old docker saves link a layer to the same one of another image; a chain of links is one step long there. */
const LINK_STEPS_MAX = 8;

function follow(members: ReadonlyMap<string, Member | Link>, name: string): Member | null {
  let found = members.get(cleanName(name));
  for (let step = 0; step < LINK_STEPS_MAX && found && 'link' in found; step++) found = members.get(cleanName(found.link));
  return found && !('link' in found) ? found : null;
}

const cleanName = (name: string): string => posix.normalize(`/${name}`).slice(1);

async function* readMember(file: FileHandle, member: Member | null, signal: AbortSignal): AsyncIterable<Uint8Array> {
  if (member) yield* readPart(file, member.at, member.sizeBytes, signal);
}

const tooMany = (which: string, filesMax: number): TidewaiterError =>
  new TidewaiterError('manifest.invalid', { which, got: `more than ${filesMax} files`, want: 'an image archive' });
