import { addAbortSignal } from 'node:stream';
import { openDockerArchive, openDockerStream, openLayoutArchive, openLayoutFolder, type WorkPlace } from '../archives/index.ts';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { ScanConfig } from '../config/index.ts';
import type { ImageSource } from '../registry/index.ts';
import type { ProgramIo } from './program-io.ts';

/** Opens the references that begin with `scheme`; `rest` is what follows it. The first that fits is taken, '' fits all. */
interface SourceOpener {
  readonly scheme: string;
  open(rest: string, io: ProgramIo, config: ScanConfig): Promise<ImageSource>;
}

const workPlaceOf = ({ workFolder }: ProgramIo): WorkPlace => ({ folder: workFolder, loadUnpacking: () => import('../nested/index.ts') });

const openers: readonly SourceOpener[] = [
  { scheme: 'oci:', open: (rest, { signal }) => openLayoutFolder(rest, signal) },
  { scheme: 'oci-archive:', open: (rest, io) => openLayoutArchive(rest, workPlaceOf(io), io.signal) },
  { scheme: 'docker-archive:', open: (rest, io) => openDockerArchive(rest, workPlaceOf(io), io.signal) },
  // Loaded on demand: the AWS and HTTP clients cost a quarter of a second.
  { scheme: '', open: async (rest, io, config) => (await import('./remote-opener.ts')).openRemote(rest, io, config) },
];

/** @throws reference.invalid when nothing can open it; what the opener throws. */
export async function openSource(reference: string, io: ProgramIo, config: ScanConfig): Promise<ImageSource> {
  if (reference === '-') return openDockerStream(addAbortSignal(io.signal, io.stdin), workPlaceOf(io), io.signal);
  const opener = openers.find(({ scheme }) => reference.startsWith(scheme));
  if (opener) return opener.open(reference.slice(opener.scheme.length), io, config);
  throw new TidewaiterError('reference.invalid', { which: 'image reference', got: JSON.stringify(reference.slice(0, 200)) });
}
