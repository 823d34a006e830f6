import * as fs from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Check, type Config, isFolder, readConfig } from '@tidewaiter/shared/config';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { checkKeptKey, decodeKey, keyMissing } from './key-encryption-key.ts';
import { checkPublicUrl } from './public-url.ts';
import { variables } from './variables.ts';

/** All that the program takes from its environment, checked as a whole. */
export interface ControlPlaneConfig {
  readonly databaseUrl: string;
  readonly listenHost: string;
  readonly listenPort: number;
  /** Null when unset: then the address listened on serves, and there is no OIDC issuer unless `developmentUrls`. */
  readonly publicUrl: string | null;
  /** Further URLs that sensors reach it by; their assertions name the one they use. */
  readonly sensorUrls: readonly string[];
  readonly developmentUrls: boolean;
  /** Null when unset: sealingKeyOf makes one beside the database. */
  readonly keyEncryptionKey: Uint8Array | null;
  /** Folder of the SQLite file, which may not be there yet; null for PostgreSQL and in-memory databases. */
  readonly databaseFolder: string | null;
  readonly ownerToken: string | null;
  readonly ownerTokenOutputFile: string;
  readonly logLevel: string;
  readonly bodyBytesMax: number;
}

/**
 * Reads and checks the environment; makes nothing.
 * @throws config.invalid, config.conflict (two variables that say different things; both are named): all that is wrong at once.
 */
export function readControlPlaneConfig(env: Readonly<Record<string, string | undefined>> = process.env): ControlPlaneConfig {
  const raw = readConfig(variables, env, checks);
  const folder = databaseFolder(raw.databaseUrl);
  const given = givenKeyOf(raw);
  if (given === null && folder !== null) checkKeptKey(folder);
  return {
    databaseUrl: raw.databaseUrl,
    listenHost: raw.listenHost,
    listenPort: raw.listenPort,
    publicUrl: raw.publicUrl,
    sensorUrls: raw.sensorUrls,
    developmentUrls: raw.developmentUrls,
    keyEncryptionKey: given,
    databaseFolder: folder,
    ownerToken: ownerTokenOf(raw),
    ownerTokenOutputFile: raw.ownerTokenOutputFile ?? join(folder ?? '.', 'owner-token'),
    logLevel: raw.logLevel,
    bodyBytesMax: raw.bodyBytesMax,
  };
}

type Raw = Config<typeof variables>;

const checks: readonly Check<typeof variables>[] = [
  { of: ['databaseUrl'], run: ({ databaseUrl }) => refuseDatabaseFolder(databaseUrl) },
  {
    of: ['publicUrl', 'developmentUrls'],
    run: ({ publicUrl, developmentUrls }) => publicUrl !== null && checkPublicUrl(publicUrl, developmentUrls),
  },
  { of: ['ownerTokenOutputFile'], run: ({ ownerTokenOutputFile }) => refuseTokenFolder(ownerTokenOutputFile) },
  { of: ['ownerTokenOutputFile', 'databaseUrl'], run: refuseMissingTokenFolder },
  { of: ['ownerToken', 'ownerTokenFile'], run: ownerTokenOf },
  { of: ['keyEncryptionKey', 'keyEncryptionKeyFile'], run: givenKeyOf },
  {
    of: ['publicUrl', 'developmentUrls', 'keyEncryptionKey', 'keyEncryptionKeyFile'],
    run: ({ publicUrl, developmentUrls, keyEncryptionKey, keyEncryptionKeyFile }) => {
      const isProduction = publicUrl !== null && !developmentUrls;
      if (isProduction && keyEncryptionKey === null && keyEncryptionKeyFile === null) throw keyMissing();
    },
  },
];

/** A secret from its variable or its file; both at once contradict each other. */
function oneSource(value: string | null, name: string, file: string | null, fileName: string): string | null {
  if (value !== null && file !== null)
    throw new TidewaiterError('config.conflict', {
      which: `${name} and ${fileName}`,
      got: 'both',
      want: 'one of them',
      remedy: `Unset ${name} or ${fileName}.`,
    });
  return file === null ? value : readSecret(file, fileName);
}

function readSecret(file: string, name: string): string {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : 'an unreadable file';
    throw new TidewaiterError('config.invalid', { which: name, got, want: 'a readable file', remedy: `Correct or unset ${name}.`, cause });
  }
}

function ownerTokenOf({ ownerToken, ownerTokenFile }: Raw): string | null {
  const token = oneSource(ownerToken, variables.ownerToken.name, ownerTokenFile, variables.ownerTokenFile.name);
  if (token === null || /^tw_[\w-]{43}$/.test(token)) return token;
  throw new TidewaiterError('config.invalid', {
    which: variables.ownerToken.name,
    got: 'a value that is not shown',
    want: variables.ownerToken.type,
    remedy: 'Make one with: echo "tw_$(openssl rand 32 | basenc --base64url | tr -d =)"',
  });
}

function givenKeyOf({ keyEncryptionKey, keyEncryptionKeyFile }: Raw): Uint8Array | null {
  const { keyEncryptionKey: key, keyEncryptionKeyFile: file } = variables;
  const given = oneSource(keyEncryptionKey, key.name, keyEncryptionKeyFile, file.name);
  return given === null ? null : decodeKey(given, key.name);
}

/** Before anything is made beside it. */
function refuseDatabaseFolder(databaseUrl: string): void {
  const path = sqlitePath(databaseUrl);
  if (path === null || !isFolder(fs, path)) return;
  throw folderGiven(variables.databaseUrl.name, path, 'the path of a database file', `sqlite:${join(path, 'tidewaiter.db')}`);
}

/** What stands where the token is to be written is kept aside (owner-token.ts): a folder would go with all that is in it. */
function refuseTokenFolder(path: string | null): void {
  if (path === null || !isFolder(fs, path)) return;
  throw folderGiven(variables.ownerTokenOutputFile.name, path, 'the path of a file', join(path, 'owner-token'));
}

/** A new installation's token could not be told; one that has its database needs no place for it. */
function refuseMissingTokenFolder({ ownerTokenOutputFile: path, databaseUrl }: Pick<Raw, 'ownerTokenOutputFile' | 'databaseUrl'>): void {
  const database = sqlitePath(databaseUrl);
  if (path === null || database === null || fs.existsSync(database)) return;
  const folder = dirname(path);
  if (isFolder(fs, folder) || resolve(folder) === resolve(dirname(database))) return;
  throw new TidewaiterError('config.invalid', {
    which: variables.ownerTokenOutputFile.name,
    got: path,
    want: 'a path in a folder that exists',
    remedy: `Make ${folder}, or name another file.`,
  });
}

const folderGiven = (which: string, path: string, want: string, instead: string): TidewaiterError =>
  new TidewaiterError('config.invalid', { which, got: `${path}, a folder`, want, remedy: `Name a file in it, as ${instead}.` });

function sqlitePath(databaseUrl: string): string | null {
  return /^sqlite:(?!:memory:)(.+)$/.exec(databaseUrl)?.[1] ?? null;
}

/** Folder of the SQLite file; null for PostgreSQL and in-memory databases. */
function databaseFolder(databaseUrl: string): string | null {
  const path = sqlitePath(databaseUrl);
  return path ? dirname(path) : null;
}
