import { type ErrorCode, errorCodes, ownWordsOf, TidewaiterError } from '@tidewaiter/shared/errors';

/** What a refusal of the control plane says, whoever wrote the body (a proxy may have). */
export interface RemoteProblem {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Seconds or an HTTP date (RFC 9110, 10.2.3). */
  readonly retryAfter: string | undefined;
}

/** The longest pause a server may impose: longer ones are a mistake or an attack, and a sensor must come back. */
export const RETRY_AFTER_MS_MAX = 600_000;

/** Of a refusal's texts: a sentence or two, whoever wrote them; they go to the log. */
const TEXT_CHARACTERS_MAX = 500;

/**
 * A refusal as our error: the code of its problem+json where it is ours and fits an HTTP answer, else control-plane.unreachable, which a
 * later try may mend (a proxy's 502, its login page, a control plane that is being replaced).
 */
export function problemFrom(answer: RemoteProblem, nowMs: number): TidewaiterError {
  const problem = parse(answer);
  const retryAfterMs = retryAfterOf(answer.retryAfter, nowMs);
  if (problem && problem.code !== 'internal' && isFinal(answer.status))
    return new TidewaiterError(problem.code, { which: 'control plane', got: problem.detail, remedy: problem.remedy, retryAfterMs });
  return new TidewaiterError('control-plane.unreachable', {
    which: 'control plane',
    got: problem ? `HTTP ${answer.status}: ${problem.detail}` : `HTTP ${answer.status} with ${answer.contentType || 'no content type'}`,
    remedy: problem ? undefined : 'If this goes on, check TIDEWAITER_CONTROL_PLANE_URL and the proxies in between.',
    retryAfterMs,
  });
}

/** 429 and 5xx ask for another try; so does what no control plane would say. */
const isFinal = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429;

interface Told {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly remedy: string | undefined;
}

function parse({ contentType, body }: RemoteProblem): Told | null {
  if (!contentType.startsWith('application/problem+json')) return null;
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null || !('code' in value) || typeof value.code !== 'string') return null;
    if (!Object.hasOwn(errorCodes, value.code)) return null;
    const code = value.code as ErrorCode;
    const remedy = 'remedy' in value && typeof value.remedy === 'string' ? value.remedy : undefined;
    const detail = 'detail' in value && typeof value.detail === 'string' ? ownWordsOf({ code, detail: value.detail, remedy }) : 'no detail';
    return { code, detail: detail.slice(0, TEXT_CHARACTERS_MAX), remedy: remedy?.slice(0, TEXT_CHARACTERS_MAX) };
  } catch {
    return null;
  }
}

function retryAfterOf(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, RETRY_AFTER_MS_MAX) : undefined;
}
