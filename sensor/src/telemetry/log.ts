import { describeError, maskedLine, maskedPaths } from '@tidewaiter/shared/logs';
import { type DestinationStream, type Logger, pino } from 'pino';

/** What the stages need of the program's log. Facts are printed as JSON members beside the message. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** The program's log: JSON lines with ISO times, secrets masked. */
export function createLog(level: string, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: [...maskedPaths], censor: '[redacted]' },
      serializers: { err: describeError },
      hooks: { streamWrite: maskedLine },
    },
    destination,
  );
}
