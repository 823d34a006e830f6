import { type ErrorCode, errorCodes, ownWordsOf, TidewaiterError } from '@tidewaiter/shared/errors';
import type { Failure } from '@tidewaiter/shared/protocol';

/** What the control plane answered instead of what was asked for. A code this build does not know keeps its retryability only. */
export function errorOfFailure({ code, detail, remedy, retryable }: Failure, which: string): TidewaiterError {
  const fallback: ErrorCode = retryable ? 'control-plane.unreachable' : 'internal';
  const known = Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : fallback;
  return new TidewaiterError(known, { which, got: ownWordsOf({ code: known, detail, remedy }), remedy: remedy ?? undefined });
}
