import { type ErrorCode, TidewaiterError } from '@tidewaiter/shared/errors';

interface Meaning {
  readonly code: ErrorCode;
  readonly remedy: string;
}

const unreachable: Meaning = { code: 'storage.unavailable', remedy: 'Check that PostgreSQL runs and can be reached.' };
const damaged: Meaning = { code: 'storage.damaged', remedy: 'Restore the database from a backup.' };

/** By the beginning of the SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), first match wins. */
const meanings: readonly (readonly [prefix: string, meaning: Meaning])[] = [
  ['23505', { code: 'storage.conflict', remedy: 'Use what exists.' }],
  ['23503', { code: 'resource.not-found', remedy: 'Create what it belongs to first.' }],
  ['53100', { code: 'storage.full', remedy: 'Free space on the disk of the database.' }],
  ['53200', { code: 'storage.unavailable', remedy: 'Give PostgreSQL more memory.' }],
  ['53', { code: 'storage.unavailable', remedy: 'Raise max_connections or run fewer replicas.' }],
  ['XX001', damaged],
  ['XX002', damaged],
  ['08', unreachable],
  ['57', unreachable],
  ['58', unreachable],
  ['40', { code: 'storage.unavailable', remedy: 'Try again.' }],
  ['55', { code: 'storage.unavailable', remedy: 'Try again.' }],
  ['25006', { code: 'storage.unavailable', remedy: 'Name the primary server: this one only reads.' }],
  ['28', { code: 'storage.unavailable', remedy: 'Correct user and password of the database URL.' }],
  ['3D000', { code: 'storage.unavailable', remedy: 'Create the database that the URL names.' }],
  ['42501', { code: 'storage.unavailable', remedy: 'Let the database user create tables in its schema.' }],
];

/** A driver's error as ours; anything else unchanged. JSON of ours that no longer parses means damage, too. */
export function postgresErrorOf(error: unknown): unknown {
  if (error instanceof SyntaxError)
    return new TidewaiterError('storage.damaged', { which: 'a JSON column', got: error.message, cause: error });
  if (!(error instanceof Error) || error instanceof TidewaiterError) return error;
  const found = meaningOf(error);
  return found ? new TidewaiterError(found.code, { which: 'PostgreSQL', got: error.message, remedy: found.remedy, cause: error }) : error;
}

/** Node's socket errors and pg's own words for a connection that broke or could not be had. */
const brokenSocket = /^(E[A-Z]{4,}|EAI_AGAIN)$/;
const brokenConnection =
  /Connection terminated|connection timeout|timeout exceeded when trying to connect|Client has encountered a connection error/;

function meaningOf(error: Error): Meaning | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const found = meanings.find(([prefix]) => code.startsWith(prefix));
  if (found) return found[1];
  return brokenSocket.test(code) || brokenConnection.test(error.message) ? unreachable : undefined;
}

/** Deadlock or serialization failure: the same transaction may pass when run again. */
export function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '40001' || error.code === '40P01');
}
