/** TCP, TLS and the upgrade together; and once more for the body of a refusal. */
export const HANDSHAKE_TIMEOUT_MS = 15_000;
/** A refusal's problem+json is some hundred bytes; a proxy's page is not of interest. */
export const REFUSAL_BYTES_MAX = 65_536;
/** How often silence and leases are looked at. */
export const WATCH_MS = 500;
/** What may wait to be sent: a few of the largest frames. Senders wait for replies, so more is a peer that does not read. */
export const OUTGOING_BYTES_MAX = 4 << 20;
/** Requests without a reply: every running assignment has one or two, heartbeat and reports one each. */
export const REQUESTS_MAX = 256;
/** Offers remembered until there is room; each stands for OFFER_MS and is made again. */
export const OFFERS_MAX = 64;
/** Buildkite's reconnect windows: 1, 2, 4, … s. */
export const WINDOW_MS = 1_000;
export const WINDOW_MS_MAX = 64_000;
/** A connection that lived this long was a good one; shorter ones count as failed tries, or a server that drops us would be hammered. */
export const STEADY_MS = 5_000;
/** Probes of a control plane that does not know or want this sensor: an operator's act must come between. */
export const REFUSED_PROBE_MS = 300_000;
/** Intervals that welcome may set; others would make the sensor spin or fall silent. */
export const LEASE_MS_RANGE = [10_000, 3_600_000] as const;
export const RENEW_MS_RANGE = [1_000, 1_200_000] as const;
/** What welcome says, where it is within reason; else our own. */
export const within = (value: number, [least, most]: readonly [number, number], fallback: number): number =>
  value >= least && value <= most ? value : fallback;
/** SigV4 fails beyond five minutes. */
export const SKEW_WARN_MS = 60_000;
export const SKEW_ERROR_MS = 300_000;
/** Tries of a report that the control plane answers with an unexpected error, before it is set aside. */
export const REPORT_TRIES_MAX = 8;
/** Pause after a retryable error of a report or question; doubles to the second. */
export const REPORT_PAUSE_MS = 1_000;
export const REPORT_PAUSE_MS_MAX = 30_000;
/** Pause before asking on the next socket when one broke under a question. */
export const SOCKET_PAUSE_MS = 100;
/** Pause between two claims of layers that others read, whatever the control plane says. */
export const CLAIM_PAUSE_MS_RANGE = [200, 60_000] as const;
/** What stopped work may take to end, its outcome included. */
export const STOP_MS_MAX = 12_000;
/** Error frames of one socket that are logged; the rest is counted. */
export const LOGGED_ERRORS_MAX = 20;
/** What a goodbye may wait for reports to be acknowledged; the rest is on disk. */
export const FLUSH_MS_MAX = 5_000;
/** How often it is looked at whether they all are. */
export const FLUSH_LOOK_MS = 20;
/** A report's room in a frame, less the envelope. */
export const ENVELOPE_BYTES = 4_096;
/** Images of one catalog page (CatalogPageSchema). */
export const CATALOG_ITEMS_MAX = 1_000;
