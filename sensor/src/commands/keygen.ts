import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { FINGERPRINT_KEY_BYTES, fingerprintKeyOf } from '../fingerprint/index.ts';
import { exitCodes } from './exit-codes.ts';
import type { ProgramIo } from './program-io.ts';

/** `tidewaiter-sensor keygen FILE`: makes the fingerprint key that all sensors of a workspace share. Never overwrites one. */
export function keygenCommand(io: ProgramIo): Command {
  return new Command('keygen')
    .description('Make a fingerprint key: 32 random bytes in a new file (0600). Prints its id, which is no secret.')
    .argument('<file>', 'where the key is written; must not exist')
    .action(async (file: string) => {
      const bytes = io.randomBytes(FINGERPRINT_KEY_BYTES);
      await writeFile(file, bytes, { flag: 'wx', mode: 0o600 }).catch((cause: unknown) => {
        throw new TidewaiterError('usage.invalid', {
          which: 'FILE',
          got: `${file}, which ${isThere(cause) ? 'exists' : 'cannot be written'}`,
          want: 'a new file in a folder that exists',
          remedy: isThere(cause) ? 'Use the key that is there, or name another file: a new key starts new incidents.' : undefined,
          cause,
        });
      });
      io.stdout.write(`${fingerprintKeyOf(bytes).id}\n`);
      io.exit(exitCodes.clean);
    });
}

const isThere = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
