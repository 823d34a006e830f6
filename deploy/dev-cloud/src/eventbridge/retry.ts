import type { Answer } from './invocation.ts';

/** Retry policy of a target. AWS's defaults: 185 retries within 24 hours. */
export interface RetryPolicy {
  readonly retriesMax: number;
  readonly ageSecondsMax: number;
  /** Waits before the retries, in order; the last one repeats. AWS backs off exponentially with jitter. */
  readonly delaysMs: readonly number[];
}

const defaultRetryPolicy: RetryPolicy = {
  retriesMax: 185,
  ageSecondsMax: 86_400,
  delaysMs: [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 600_000],
};

/** A policy as it is set: what is left out has AWS's default. */
export type RetrySetup = { readonly [K in keyof RetryPolicy]?: RetryPolicy[K] | undefined };

/** Fills in AWS's defaults. */
export function retryPolicyOf(setup: RetrySetup): RetryPolicy {
  return {
    retriesMax: setup.retriesMax ?? defaultRetryPolicy.retriesMax,
    ageSecondsMax: setup.ageSecondsMax ?? defaultRetryPolicy.ageSecondsMax,
    delaysMs: setup.delaysMs ?? defaultRetryPolicy.delaysMs,
  };
}

/** What follows an answer. */
export type Next =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'retry'; readonly delayMs: number };

/**
 * "EventBridge retries 429 and 5xx and timeouts; it does not retry 1xx, 2xx, 3xx and other 4xx." A Retry-After is honoured where it
 * is longer than the policy's own wait; a negative one ends the retries.
 */
export function nextOf(answer: Answer, attempt: number, startedAt: number, now: number, policy: RetryPolicy): Next {
  if (answer.kind === 'status' && answer.status < 300) return { kind: 'done' };
  const reason = answer.kind === 'status' ? `HTTP ${answer.status}` : answer.reason;
  if (answer.kind === 'status' && answer.status !== 429 && answer.status < 500) return { kind: 'failed', reason };
  const asked = answer.kind === 'status' ? retryAfterMs(answer.retryAfter, now) : 0;
  if (asked < 0) return { kind: 'failed', reason: `${reason} with a negative Retry-After` };
  const own = policy.delaysMs[Math.min(attempt - 1, policy.delaysMs.length - 1)] ?? 0;
  const delayMs = Math.max(own, asked);
  if (attempt > policy.retriesMax) return { kind: 'failed', reason: `${reason} after ${policy.retriesMax} retries` };
  if (now + delayMs > startedAt + policy.ageSecondsMax * 1000)
    return { kind: 'failed', reason: `${reason}, older than ${policy.ageSecondsMax} s` };
  return { kind: 'retry', delayMs };
}

/** Seconds, or an HTTP date (RFC 9110 section 10.2.3); 0 when absent or unreadable. */
function retryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  if (/^-?\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
