import { TidewaiterError } from '@tidewaiter/shared/errors';

/** A signal that also ends after a while; `abortedError` tells the two ends apart. */
export const within = (ms: number, signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(ms)]);

/** The reason of a limit of our own, in the form that AbortSignal.timeout has. */
export const overdue = (message: string): DOMException => new DOMException(message, 'TimeoutError');

/** What an aborted signal means: what took too long may be tried again, what was cancelled may not. */
export function abortedError({ reason }: AbortSignal, which: string): TidewaiterError {
  const isOverdue = reason instanceof DOMException && reason.name === 'TimeoutError';
  return isOverdue
    ? new TidewaiterError('registry.unreachable', { which, got: reason.message })
    : new TidewaiterError('cancelled', { which });
}
