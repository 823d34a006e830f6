import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { ScanConfig } from '../config/index.ts';
import { type ImageSource, openDockerArchive, openDockerStream, openLayoutArchive, openLayoutFolder } from '../registry/index.ts';
import type { ProgramIo } from './program-io.ts';
import { openRemote } from './remote-opener.ts';

/** Opens the references that begin with `scheme`; `rest` is what follows it. The first that fits is taken, '' fits all. */
interface SourceOpener {
  readonly scheme: string;
  open(rest: string, io: ProgramIo, config: ScanConfig): Promise<ImageSource>;
}

const openers: readonly SourceOpener[] = [
  { scheme: 'oci:', open: (rest, { signal }) => openLayoutFolder(rest, signal) },
  { scheme: 'oci-archive:', open: (rest, { signal }) => openLayoutArchive(rest, signal) },
  { scheme: 'docker-archive:', open: (rest, { signal }) => openDockerArchive(rest, signal) },
  { scheme: '', open: openRemote },
];

/** @throws reference.invalid when nothing can open it; what the opener throws. */
export async function openSource(reference: string, io: ProgramIo, config: ScanConfig): Promise<ImageSource> {
  if (reference === '-') return openDockerStream(io.stdin, io.workFolder, io.signal);
  const opener = openers.find(({ scheme }) => reference.startsWith(scheme));
  if (opener) return opener.open(reference.slice(opener.scheme.length), io, config);
  throw new TidewaiterError('reference.invalid', { which: 'image reference', got: JSON.stringify(reference.slice(0, 200)) });
}
