import { type ErrorCode, errorCodes, problemOf, TidewaiterError } from '@tidewaiter/shared/errors';
import type { Failure } from '@tidewaiter/shared/protocol';

/** An error as frames and outcomes carry it; what is not ours says nothing of its inside. */
export function failureOf(error: unknown): Failure {
  const { code, detail, remedy, retryable } = problemOf(error);
  return { code, detail: detail.slice(0, 2_048), remedy: remedy?.slice(0, 1_024) ?? null, retryable };
}

/** What the control plane answered instead of what was asked for. A code this build does not know keeps its retryability only. */
export function errorOfFailure({ code, detail, remedy, retryable }: Failure, which: string): TidewaiterError {
  const fallback: ErrorCode = retryable ? 'control-plane.unreachable' : 'internal';
  const known = Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : fallback;
  return new TidewaiterError(known, { which, got: detail, remedy: remedy ?? undefined });
}
