import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { FINGERPRINT_KEY_BYTES, fingerprintKeyOf } from '../fingerprint/index.ts';
import { exitCodes } from './exit-codes.ts';
import type { ProgramIo } from './program-io.ts';
import { writeOutput } from './write-output.ts';

const ROTATION = `
To rotate: make a new key; give every sensor the new one as TIDEWAITER_FINGERPRINT_KEY_FILE and the one before as
TIDEWAITER_PREVIOUS_FINGERPRINT_KEY_FILE, one sensor after the other; scan every repository anew; then unset the previous one.
Both are then reported, and incidents carry over. Without _FILE the variables take the key itself: the output of \`base64 FILE\`.
`;

/** `tidewaiter-sensor keygen FILE`: makes the fingerprint key that all sensors of a workspace share. Never overwrites one. */
export function keygenCommand(io: ProgramIo): Command {
  return new Command('keygen')
    .description('Make a fingerprint key: 32 random bytes in a new file (0600). Prints its id, which is no secret.')
    .argument('<file>', 'where the key is written; must not exist')
    .addHelpText('after', ROTATION)
    .action(async (file: string) => {
      const bytes = io.randomBytes(FINGERPRINT_KEY_BYTES);
      await writeFile(file, bytes, { flag: 'wx', mode: 0o600 }).catch((cause: unknown) => {
        throw new TidewaiterError('usage.invalid', {
          which: 'FILE',
          got: `${file}, which ${isThere(cause) ? 'exists' : 'cannot be written'}`,
          want: 'a new file in a folder that exists',
          remedy: isThere(cause)
            ? 'Use the key that is there, or name another file: a new key without the one before starts new incidents.'
            : undefined,
          cause,
        });
      });
      await writeOutput(`${fingerprintKeyOf(bytes).id}\n`, null, io.stdout);
      io.exit(exitCodes.clean);
    });
}

const isThere = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
