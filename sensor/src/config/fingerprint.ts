import type { Variable } from '@tidewaiter/shared/config';
import { TidewaiterError } from '@tidewaiter/shared/errors';

/** Where a fingerprint key is: in a file, or in the variable itself (then as base64). */
export type FingerprintKeySource =
  | { readonly variable: string; readonly file: string }
  | { readonly variable: string; readonly base64: string };

/** The key that signs, and while keys are rotated the one that signed before it. */
export interface FingerprintKeySources {
  readonly current: FingerprintKeySource;
  readonly previous: FingerprintKeySource | null;
}

/** Each key may be a file or the variable itself: a Kubernetes secret reaches a Pod as either, an AWS secret an ECS task as the latter. */
export const fingerprintVariables = {
  fingerprintKeyFile: path(
    'TIDEWAITER_FINGERPRINT_KEY_FILE',
    'File of 32 random bytes that fingerprints are made with, as they are or in base64; make it once with `tidewaiter-sensor keygen FILE`, share it among sensors.',
  ),
  fingerprintKey: base64('TIDEWAITER_FINGERPRINT_KEY', 'The same key itself instead of a file.'),
  previousFingerprintKeyFile: path(
    'TIDEWAITER_PREVIOUS_FINGERPRINT_KEY_FILE',
    'While keys are rotated: file of the key before, so that incidents carry over.',
  ),
  previousFingerprintKey: base64('TIDEWAITER_PREVIOUS_FINGERPRINT_KEY', 'The same key itself instead of a file.'),
} as const;

type Texts = { readonly [K in keyof typeof fingerprintVariables]: string | null };

/**
 * Where the keys are; null when there are none.
 * @throws config.conflict for a key given twice, and for a previous key without a current one.
 */
export function fingerprintKeySourcesOf(texts: Texts): FingerprintKeySources | null {
  const { fingerprintKeyFile, fingerprintKey, previousFingerprintKeyFile, previousFingerprintKey } = fingerprintVariables;
  const current = sourceOf([fingerprintKeyFile.name, texts.fingerprintKeyFile], [fingerprintKey.name, texts.fingerprintKey]);
  const previous = sourceOf(
    [previousFingerprintKeyFile.name, texts.previousFingerprintKeyFile],
    [previousFingerprintKey.name, texts.previousFingerprintKey],
  );
  if (current) return { current, previous };
  if (!previous) return null;
  throw new TidewaiterError('config.conflict', {
    which: `${previous.variable} and ${fingerprintKeyFile.name}`,
    got: 'a previous key only',
    want: 'the key that signs now as well',
    remedy: `Set ${fingerprintKeyFile.name} or ${fingerprintKey.name}, or unset ${previous.variable}.`,
  });
}

type Given = readonly [variable: string, text: string | null];

function sourceOf([fileVariable, file]: Given, [variable, text]: Given): FingerprintKeySource | null {
  if (file !== null && text !== null)
    throw new TidewaiterError('config.conflict', {
      which: `${fileVariable} and ${variable}`,
      got: 'both',
      want: 'one of them',
      remedy: 'Unset one.',
    });
  if (file !== null) return { variable: fileVariable, file };
  return text === null ? null : { variable, base64: text };
}

function path(name: string, meaning: string): Variable<string | null> {
  return { name, type: 'path', fallbackText: null, meaning, parse: (text) => text, fallback: () => null };
}

function base64(name: string, meaning: string): Variable<string | null> {
  return { name, type: 'base64 of 32 bytes', fallbackText: null, meaning, secret: true, parse: (text) => text, fallback: () => null };
}
