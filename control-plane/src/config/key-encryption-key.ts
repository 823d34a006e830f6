import * as fs from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@tidewaiter/shared/config';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { variables } from './variables.ts';

const KEY_BYTES = 32;
const FILE = 'key-encryption-key';

/** The given key, or where one is kept: null beside no file. */
interface KeyPlace {
  readonly keyEncryptionKey: Uint8Array | null;
  readonly databaseFolder: string | null;
}

export interface SealingKey {
  readonly key: Uint8Array;
  readonly note: string | null;
}

/**
 * The key that seals the issuer's private keys: the given one, or in development one in a 0600 file that is made beside the SQLite
 * database; the log says so. To be called once the database is open: a start that is refused leaves no key.
 */
export function sealingKeyOf(
  { keyEncryptionKey: given, databaseFolder: folder }: KeyPlace,
  random: (length: number) => Uint8Array = (length) => crypto.getRandomValues(new Uint8Array(length)),
): SealingKey {
  if (given !== null) return { key: given, note: null };
  if (folder === null) return { key: random(KEY_BYTES), note: 'issuer keys are sealed with a key of this process only; they end with it' };
  return keptBeside(folder, random);
}

/** A production issuer must be given one, so that a copy of the database alone is worth nothing. */
export function keyMissing(): TidewaiterError {
  return new TidewaiterError('config.invalid', {
    which: variables.keyEncryptionKey.name,
    got: 'nothing',
    want: `${variables.keyEncryptionKey.type}, since ${variables.publicUrl.name} makes this a production issuer`,
    remedy: `Make one with "openssl rand -base64 ${KEY_BYTES}" and set ${variables.keyEncryptionKey.name} or ${variables.keyEncryptionKeyFile.name}.`,
  });
}

/** Refuses a kept key that is none, before anything is made. */
export function checkKeptKey(folder: string): void {
  const file = join(folder, FILE);
  if (fs.existsSync(file)) decodeKey(fs.readFileSync(file, 'utf8').trim(), file);
}

/** The folder of a SQLite database, made where it is missing. @throws config.invalid */
export function makeDatabaseFolder(folder: string | null): void {
  if (folder !== null) orRefuse(folder, () => makeFolder(fs, folder));
}

function orRefuse(which: string, make: () => void): void {
  try {
    make();
  } catch (cause) {
    throw new TidewaiterError('config.invalid', {
      which,
      got: String(cause),
      want: 'a writable folder',
      remedy: `Set ${variables.databaseUrl.name} to a file in a folder that can be written.`,
      cause,
    });
  }
}

function keptBeside(folder: string, random: (length: number) => Uint8Array): SealingKey {
  const file = join(folder, FILE);
  const note = `issuer keys are sealed with ${file}, made for development; set ${variables.keyEncryptionKey.name} in production`;
  orRefuse(file, () => {
    if (!fs.existsSync(file)) writeNew(file, `${Buffer.from(random(KEY_BYTES)).toString('base64')}\n`);
  });
  return { key: decodeKey(fs.readFileSync(file, 'utf8').trim(), file), note };
}

/** 'wx': of two processes started at once, one makes the file and both read it. */
function writeNew(file: string, text: string): void {
  try {
    fs.writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** @throws config.invalid naming `which`, a variable or a file. */
export function decodeKey(text: string, which: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === KEY_BYTES && /^[A-Za-z0-9+/]{43}=$/.test(text)) return new Uint8Array(bytes);
  throw new TidewaiterError('config.invalid', {
    which,
    got: 'a value that is not shown',
    want: `${KEY_BYTES} bytes in base64`,
    remedy: `Make one with "openssl rand -base64 ${KEY_BYTES}".`,
  });
}
