import { type ErrorCode, type Problem, problemOf, TidewaiterError } from '@tidewaiter/shared/errors';
import type { FastifyReply } from 'fastify';
import { type SchemaError, validationFacts } from './validation.ts';

/** RFC 9457, section 3. */
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
/** Where a retry helps and the thrower named no pause: long enough for a lock or a restart to pass. */
const RETRY_AFTER_MS = 5_000;

interface FrameworkError {
  readonly code: string;
  readonly statusCode?: number;
  readonly message: string;
  readonly validation?: readonly SchemaError[];
  readonly validationContext?: string;
}

/** Whatever was thrown while answering, as one of our errors: Fastify's own refusals get our codes. */
export function requestError(error: unknown, bodyBytesMax: number): unknown {
  if (error instanceof TidewaiterError || !isFrameworkError(error)) return error;
  if (error.validation)
    return new TidewaiterError('request.invalid', validationFacts(error.validation, error.validationContext ?? 'request'));
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new TidewaiterError('request.too-large', { which: 'request body', want: `at most ${bodyBytesMax} bytes` });
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return new TidewaiterError('request.invalid', { which: 'request', got: error.message });
  return error;
}

function isFrameworkError(error: unknown): error is FrameworkError & Error {
  return (
    error instanceof Error && ('validation' in error || ('code' in error && String(error.code).startsWith('FST_')) || 'statusCode' in error)
  );
}

/** Answers with the problem of `error`: media type, status, and Retry-After where a retry helps. */
export function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  const problem = problemOf(error);
  if (problem.retryable) void reply.header('retry-after', String(retryAfterSeconds(error)));
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.code(problem.status).type(PROBLEM_TYPE).send(problem);
}

/** The same as a complete HTTP/1.1 response, for a socket that no reply stands on (an upgrade, a broken request). */
export function rawProblem(error: unknown): string {
  const problem = problemOf(error);
  const body = JSON.stringify(problem);
  const retry = problem.retryable ? `Retry-After: ${retryAfterSeconds(error)}\r\n` : '';
  return `HTTP/1.1 ${problem.status} ${reasonOf(problem)}\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${retry}Connection: close\r\n\r\n${body}`;
}

const reasonOf = ({ title }: Problem): string => title.replaceAll(/[^\x20-\x7e]/g, '');

function retryAfterSeconds(error: unknown): number {
  const wanted = error instanceof TidewaiterError ? error.facts.retryAfterMs : undefined;
  return Math.max(1, Math.ceil((wanted ?? RETRY_AFTER_MS) / 1000));
}

/** A 404 for `which`; the same for what is not there and what belongs to another workspace. */
export function notFound(which: string): TidewaiterError {
  return new TidewaiterError('resource.not-found' satisfies ErrorCode, { which });
}
