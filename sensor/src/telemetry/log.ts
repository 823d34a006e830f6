import { type DestinationStream, type Logger, pino } from 'pino';

/** What the stages need of the program's log. Facts are printed as JSON members beside the message. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Members that never reach a log, wherever an object carries them. Frames, bodies and URLs with a query are not logged at all. */
const REDACTED = ['authorization', 'token', 'secret', 'password', 'body', 'key', 'signingKey', 'encryptionKey'] as const;

/**
 * Secrets by their looks, for texts that come from elsewhere (an SDK's message, a server's reason): pre-signed queries, JWTs,
 * enrolment and API tokens, AWS keys' temporary companions.
 */
const SECRET_LOOKS = [
  /(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"'\\]+/gi,
  /()eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /()\btw[a-z]?_[\w-]{20,}/g,
  /((?:Bearer|Basic) )[\w+/=.~-]{8,}/g,
] as const;

/** The program's log: JSON lines with ISO times. Errors show code and message; of a cause the message only. */
export function createLog(level: string, destination: DestinationStream): Logger {
  const paths = REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths, censor: '[redacted]' },
      serializers: { err: describeError },
      hooks: { streamWrite: masked },
    },
    destination,
  );
}

function masked(line: string): string {
  return SECRET_LOOKS.reduce((text, look) => text.replace(look, '$1[redacted]'), line);
}

function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error ? { code: error.code } : {};
  const cause = error.cause instanceof Error ? { cause: `${error.cause.name}: ${error.cause.message}` } : {};
  const stack = 'facts' in error ? {} : { stack: error.stack };
  return { name: error.name, message: error.message, ...code, ...cause, ...stack };
}
