/** TCP and TLS; far above any round trip. */
export const CONNECT_MS_MAX = 10_000;
/** Until the answer's head; registries that build a manifest anew take seconds. */
export const HEAD_MS_MAX = 60_000;
/** Without a byte for this long a download is dead and is taken up again. */
export const SILENCE_MS_MAX = 60_000;
/** Connections to one origin: more than there are scan workers at their most. */
export const CONNECTIONS_MAX = 128;
/** Failures in a row, without PROGRESS_BYTES between two, after which a download is given up. */
export const FAILURES_IN_ROW_MAX = 5;
/** What a connection must bring to count as progress: bounds the connections a server that cuts can cost us. */
export const PROGRESS_BYTES = 1 << 20;
/** A connection that brings less than PROGRESS_BYTES in so much waiting is cut: 9 KB/s is the slowest that is borne. */
export const PROGRESS_MS_MAX = 120_000;
/** Until a blob begins to come, with all that leads to it: the URL, challenges, redirects, the SDK's own tries. */
export const OPEN_MS_MAX = 300_000;
/** A manifest, token or list, with its tries; 4 MiB at 35 KB/s. */
export const DOCUMENT_MS_MAX = 120_000;
/** Reading away what nobody wants, so that the connection can be used again. */
export const DISCARD_MS_MAX = 1_000;
/** The waits between tries: a random part of this, doubled each time in a row. */
export const RETRY_WINDOW_MS = 400;
/** The longest pause a server may ask for; more is the scheduler's business. */
export const RETRY_AFTER_MS_MAX = 30_000;
/** An error's body is read this far, to let the connection be used again. */
export const DISCARD_BYTES_MAX = 64 << 10;
