import { type ErrorCode, errorCodes } from './codes.ts';

/** What a thrower says beyond the code. `which` names the thing; `got` and `want` are printable, never secret. */
export interface ErrorFacts {
  readonly which: string;
  readonly got?: string | undefined;
  readonly want?: string | undefined;
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
  /** Where the server asks for a pause, in ms. */
  readonly retryAfterMs?: number | undefined;
}

/** The one error type of the product. Callers switch on `code`; people read `message` and `remedy`. */
export class TidewaiterError extends Error {
  override readonly name = 'TidewaiterError';
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, facts: ErrorFacts) {
    super(sentence(code, facts), facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.facts = facts;
  }

  get retryable(): boolean {
    return errorCodes[this.code].retryable;
  }
}

function sentence(code: ErrorCode, { which, got, want, remedy }: ErrorFacts): string {
  const compared = [got === undefined ? '' : `got ${got}`, want === undefined ? '' : `want ${want}`].filter(Boolean).join(', ');
  return `${errorCodes[code].title}: ${which}${compared ? ` (${compared})` : ''}${remedy ? `. ${remedy}` : ''}`;
}

/** RFC 9457 problem details with our members: `code`, `remedy`, `retryable`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly remedy: string | null;
  readonly retryable: boolean;
}

/** Anything that was thrown, as a problem; what is not ours becomes `internal` and says nothing of its inside. */
export function problemOf(error: unknown): Problem {
  const known = error instanceof TidewaiterError ? error : new TidewaiterError('internal', { which: 'unexpected error; the log has it' });
  const { status, title, retryable } = errorCodes[known.code];
  return {
    type: `https://tidewaiter.dev/errors#${known.code}`,
    title,
    status,
    code: known.code,
    detail: known.message,
    remedy: known.facts.remedy ?? null,
    retryable,
  };
}

/** What a problem of another program tells beyond its title and remedy: an error that is made of it says those itself. */
export function ownWordsOf(problem: Pick<Problem, 'code' | 'detail'> & { readonly remedy?: string | null | undefined }): string {
  const title = `${errorCodes[problem.code].title}: `;
  const remedy = `. ${problem.remedy}`;
  const { detail } = problem;
  const [from, to] = [detail.startsWith(title) ? title.length : 0, problem.remedy && detail.endsWith(remedy) ? -remedy.length : undefined];
  return detail.slice(from, to);
}

/** True when `error` is ours and carries one of `codes`. */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is TidewaiterError {
  return error instanceof TidewaiterError && codes.includes(error.code);
}
