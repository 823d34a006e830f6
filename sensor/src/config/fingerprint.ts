import type { Variable } from '@tidewaiter/shared/config';

/** The fingerprint key's file. The daemon requires one; the one-shot makes a random key without it. */
export const fingerprintKeyFile: Variable<string | null> = {
  name: 'TIDEWAITER_FINGERPRINT_KEY_FILE',
  type: 'path',
  fallbackText: null,
  meaning:
    'File of 32 random bytes that fingerprints are made with; make it once with `tidewaiter-sensor keygen FILE`, share it among sensors.',
  parse: (text) => text,
  fallback: () => null,
};
