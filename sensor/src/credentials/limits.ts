/** Keys are renewed this long before they end: a download that began with them must not outlive them (the SDK's own margin too). */
export const RENEW_BEFORE_MS = 300_000;
/** Keys that came dead, or of which a jumping clock says so, are used this long all the same: STS is never asked in a circle. */
export const REUSE_MS_MIN = 60_000;
/** After a renewal that failed, the living keys serve this long before the next try. */
export const RENEW_AGAIN_MS = 10_000;
/** What we ask of STS: the longest that every role allows (IAM's default MaxSessionDuration). */
export const SESSION_SECONDS = 3_600;
/** One exchange, retries included; then whoever waits hears of it. */
export const EXCHANGE_MS_MAX = 45_000;
/** STS is asked so often before a fault that may pass is taken for lasting. */
export const EXCHANGE_TRIES_MAX = 3;
/** The waits between tries: a random part of this, doubled each time. */
export const RETRY_WINDOW_MS = 1_000;
/** Sessions kept; one per registry and role, so this is far above what one sensor serves. */
export const SESSIONS_MAX = 1_000;
/** Token requests remembered per session: one per assignment that runs at once (TIDEWAITER_CONCURRENCY goes to 64). */
export const TOKEN_REQUESTS_MAX = 64;
/** Of AWS's message; the real ones are below 1,000 characters. */
export const MESSAGE_CHARS_MAX = 1_000;
