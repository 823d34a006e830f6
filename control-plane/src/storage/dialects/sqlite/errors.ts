import { type ErrorCode, TidewaiterError } from '@tidewaiter/shared/errors';

interface Meaning {
  readonly code: ErrorCode;
  readonly remedy: string;
}

const noFile: Meaning = { code: 'storage.unavailable', remedy: 'Check that the folder of the database exists and may be written.' };

/** By the prefix of better-sqlite3's `code` (https://sqlite.org/rescode.html) or by the system's for the file itself, first match wins. */
const meanings: readonly (readonly [prefix: string, meaning: Meaning])[] = [
  ['SQLITE_BUSY', { code: 'storage.unavailable', remedy: 'Another process holds the database; stop it or use PostgreSQL for replicas.' }],
  ['SQLITE_LOCKED', { code: 'storage.unavailable', remedy: 'Another process holds the database; stop it or use PostgreSQL for replicas.' }],
  ['SQLITE_READONLY', { code: 'storage.unavailable', remedy: 'Let the process write to the database file and its folder.' }],
  ['SQLITE_CANTOPEN', noFile],
  ['SQLITE_PERM', { code: 'storage.unavailable', remedy: 'Let the process write to the database file and its folder.' }],
  ['SQLITE_IOERR', { code: 'storage.unavailable', remedy: 'Check the disk and the file system of the database.' }],
  ['SQLITE_FULL', { code: 'storage.full', remedy: 'Free space on the disk of the database.' }],
  ['SQLITE_CORRUPT', { code: 'storage.damaged', remedy: 'Restore the database from a backup.' }],
  ['SQLITE_NOTADB', { code: 'storage.damaged', remedy: 'Restore the database from a backup, or name another file.' }],
  ['ENOSPC', { code: 'storage.full', remedy: 'Free space on the disk of the database.' }],
  ['SQLITE_CONSTRAINT_UNIQUE', { code: 'storage.conflict', remedy: 'Use what exists.' }],
  ['SQLITE_CONSTRAINT_PRIMARYKEY', { code: 'storage.conflict', remedy: 'Use what exists.' }],
  ['SQLITE_CONSTRAINT_FOREIGNKEY', { code: 'resource.not-found', remedy: 'Create what it belongs to first.' }],
];

/** The system's words (ENOENT, EACCES); Node's own (ERR_OUT_OF_RANGE) tell of a fault in the program. */
const systemCode = /^E[A-Z\d]+$/;

/** A driver's error as ours; anything else unchanged. JSON of ours that no longer parses means damage, too. */
export function sqliteErrorOf(error: unknown): unknown {
  if (error instanceof SyntaxError)
    return new TidewaiterError('storage.damaged', { which: 'a JSON column', got: error.message, cause: error });
  if (!(error instanceof Error) || error instanceof TidewaiterError || !('code' in error) || typeof error.code !== 'string') return error;
  const { code, message } = error;
  const found = meanings.find(([prefix]) => code.startsWith(prefix))?.[1] ?? (systemCode.test(code) ? noFile : undefined);
  return found ? new TidewaiterError(found.code, { which: 'SQLite', got: message, remedy: found.remedy, cause: error }) : error;
}

export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_BUSY');
}
