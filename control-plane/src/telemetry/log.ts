import { type DestinationStream, type Logger, pino } from 'pino';

/** What never reaches a log, wherever an object carries it. Bodies and frames are not logged at all. */
const REDACTED = ['authorization', 'cookie', '["x-tidewaiter-key"]', 'token', 'key', 'body', 'secret', 'password'] as const;

/**
 * The program's log: JSON lines with ISO times. Errors are logged by code and message; causes by message only, since a driver's
 * error may carry a query with its values.
 */
export function createLog(level: string, destination: DestinationStream): Logger {
  const paths = REDACTED.flatMap((name) => {
    const at = name.startsWith('[') ? name : `.${name}`;
    return [name, `*${at}`, `*.*${at}`];
  });
  return pino(
    {
      level,
      redact: { paths, censor: '[redacted]' },
      timestamp: pino.stdTimeFunctions.isoTime,
      base: null,
      serializers: { err: describeError },
    },
    destination,
  );
}

function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error ? { code: error.code } : {};
  const cause = error.cause instanceof Error ? { cause: error.cause.message } : {};
  return { name: error.name, message: error.message, ...code, ...cause, stack: error.stack };
}
