import { addAbortSignal } from 'node:stream';
import { openDockerArchive, openDockerStream, openLayoutArchive, openLayoutFolder, type WorkPlace } from '../archives/index.ts';
import type { ScanConfig } from '../config/index.ts';
import type { ImageSource } from '../registry/index.ts';
import type { ProgramIo } from './program-io.ts';

/** Opens the references that begin with `scheme`; `rest` is what follows it. */
interface LocalOpener {
  readonly scheme: string;
  open(rest: string, io: ProgramIo): Promise<ImageSource>;
}

const workPlaceOf = ({ workFolder }: ProgramIo): WorkPlace => ({ folder: workFolder, loadUnpacking: () => import('../nested/index.ts') });

const localOpeners: readonly LocalOpener[] = [
  { scheme: 'oci:', open: (rest, { signal }) => openLayoutFolder(rest, signal) },
  { scheme: 'oci-archive:', open: (rest, io) => openLayoutArchive(rest, workPlaceOf(io), io.signal) },
  { scheme: 'docker-archive:', open: (rest, io) => openDockerArchive(rest, workPlaceOf(io), io.signal) },
];

/** The image of a reference; one without a scheme lies in a registry. @throws reference.invalid, and what the opener throws. */
export async function openSource(reference: string, io: ProgramIo, config: ScanConfig): Promise<ImageSource> {
  if (reference === '-') return openDockerStream(addAbortSignal(io.signal, io.stdin), workPlaceOf(io), io.signal);
  const local = localOpeners.find(({ scheme }) => reference.startsWith(scheme));
  if (local) return local.open(reference.slice(local.scheme.length), io);
  // Loaded on demand: the AWS and HTTP clients cost a quarter of a second.
  const { openRemote } = await import('./remote-opener.ts');
  return openRemote(reference, io, config);
}
