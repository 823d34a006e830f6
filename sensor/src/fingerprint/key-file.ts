import { readFile } from 'node:fs/promises';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { FINGERPRINT_KEY_BYTES, type FingerprintKey, fingerprintKeyOf } from './fingerprint.ts';

/** The key that `keygen` wrote. @throws config.invalid for a file that cannot be read, or holds no 32 bytes. */
export async function readFingerprintKey(file: string): Promise<FingerprintKey> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new TidewaiterError('config.invalid', {
      which: 'TIDEWAITER_FINGERPRINT_KEY_FILE',
      got: cause instanceof Error ? cause.message : file,
      want: `a file of ${FINGERPRINT_KEY_BYTES} bytes that can be read`,
      remedy: 'Make one with `tidewaiter-sensor keygen FILE`.',
      cause,
    });
  });
  return fingerprintKeyOf(bytes);
}
