import { describeError, maskedLine, maskedPaths } from '@tidewaiter/shared/logs';
import { type DestinationStream, type Logger, pino } from 'pino';

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
