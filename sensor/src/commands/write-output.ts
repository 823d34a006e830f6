import type { Writable } from 'node:stream';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { reasonOf, type ReportFile } from './report-file.ts';

/**
 * What a command has to say, whole: what is not must not end in the code of its verdict. A reader that has seen enough (`| head`) is no
 * failure.
 * @param file of `--output`; null for standard output.
 * @throws report.unwritten.
 */
export async function writeOutput(text: string, file: ReportFile | null, stdout: Writable): Promise<void> {
  try {
    if (file) await file.write(text);
    else await writeAll(text, stdout);
  } catch (cause) {
    const reason = reasonOf(cause);
    if (!file && reason === 'EPIPE') return;
    throw new TidewaiterError('report.unwritten', {
      which: file ? '--output' : 'standard output',
      got: reason,
      remedy: 'Make room or write it elsewhere, and start the command again.',
      cause,
    });
  }
}

/** The stream tells a failure twice: to the callback and as an event, which without a listener would end the process. */
function writeAll(text: string, stream: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.write(text, (error) => {
      if (error) return reject(error);
      stream.removeListener('error', reject);
      resolve();
    });
  });
}
