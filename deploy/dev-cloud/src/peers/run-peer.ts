import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What debootstrap says of each of its packages, many times over. */
const OUTPUT_BYTES_MAX = 64 << 20;

/** Runs a program of Debian to its end; what it printed. A peer that is missing or fails, throws. */
export async function runPeer(command: string, ...args: readonly string[]): Promise<string> {
  try {
    return (await run(command, args, { maxBuffer: OUTPUT_BYTES_MAX })).stdout;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${command} could not be run to its end (apt-get install ${command}): ${why}`, { cause });
  }
}
