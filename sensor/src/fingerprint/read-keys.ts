import { readFile } from 'node:fs/promises';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { FingerprintKeySource, FingerprintKeySources } from '../config/index.ts';
import { FINGERPRINT_KEY_BYTES, type FingerprintKey, type FingerprintKeys, fingerprintKeyOf } from './fingerprint.ts';

const REMEDY = 'Make one with `tidewaiter-sensor keygen FILE`; `base64 FILE` writes it as text.';
/** 32 bytes in base64 (RFC 4648, section 4), and the line's end that editors and `base64` write. */
const BASE64 = /^[A-Za-z0-9+/]{43}=\r?\n?$/;

/**
 * The keys, the current one first.
 * @throws config.invalid naming the variable, for a file that cannot be read and for what is no key; config.conflict when both are one.
 */
export async function readFingerprintKeys({ current, previous }: FingerprintKeySources): Promise<FingerprintKeys> {
  const key = await readKey(current);
  if (previous === null) return [key];
  const before = await readKey(previous);
  if (before.id !== key.id) return [key, before];
  throw new TidewaiterError('config.conflict', {
    which: `${current.variable} and ${previous.variable}`,
    got: `the same key (${key.id}) in both`,
    want: 'two keys, or the current one only',
    remedy: `Unset ${previous.variable}, or give it the key that signed before.`,
  });
}

async function readKey(source: FingerprintKeySource): Promise<FingerprintKey> {
  if ('file' in source) return keyOf(await readKeyFile(source), source.variable);
  return keyOf(Buffer.from(source.base64), source.variable, false);
}

async function readKeyFile({ variable, file }: Extract<FingerprintKeySource, { file: string }>): Promise<Uint8Array> {
  return readFile(file).catch((cause: unknown) => {
    throw new TidewaiterError('config.invalid', {
      which: variable,
      got: cause instanceof Error ? cause.message : file,
      want: `a file of ${FINGERPRINT_KEY_BYTES} bytes that can be read`,
      remedy: REMEDY,
      cause,
    });
  });
}

/** Raw bytes or base64: the lengths tell them apart. Of a text that is neither only its length is told. */
function keyOf(content: Uint8Array, variable: string, mayBeRaw = true): FingerprintKey {
  const text = Buffer.from(content).toString('latin1');
  if (BASE64.test(text)) return fingerprintKeyOf(Buffer.from(text, 'base64'));
  if (mayBeRaw && content.length === FINGERPRINT_KEY_BYTES) return fingerprintKeyOf(content);
  throw new TidewaiterError('config.invalid', {
    which: variable,
    got: `${content.length} bytes`,
    want: mayBeRaw ? `${FINGERPRINT_KEY_BYTES} bytes, or their base64` : `base64 of ${FINGERPRINT_KEY_BYTES} bytes`,
    remedy: REMEDY,
  });
}
