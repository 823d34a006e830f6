/** The WebSocket subprotocol both sides must agree on. */
export const SUBPROTOCOL = 'tidewaiter.v1';
/** `v` of every frame. */
export const PROTOCOL_VERSION = 1;
/** The schema that the reports and tasks of this build are written in: ReportSchema and TaskSchema. */
export const PAYLOAD_SCHEMA = 1;
/** Schemas of payloads this build can read; the largest common one is spoken (hello/welcome). */
export const PAYLOAD_SCHEMAS: readonly number[] = [PAYLOAD_SCHEMA];
/** Versions and schemas that hello lists: a build reads a handful. */
export const VERSIONS_MAX = 64;

/** One frame: large enough for a page of 64 Ki path hashes in base64, small enough to parse without a pause. */
export const FRAME_BYTES_MAX = 1 << 20;
/** Path hashes of 8 bytes in one page: 512 KiB, 683 KiB in base64, within a frame. */
export const PATH_HASHES_PER_PAGE = 65_536;
/** Findings in one page; each is under 4 KiB in practice and pages are cut by bytes too. */
export const FINDINGS_PER_PAGE = 100;
/** Digests in one claim: the most layers the sensor takes of one manifest (layersMax of its scan limits). */
export const CLAIM_DIGESTS_MAX = 1_000;

/** Leases one sensor names in hello and heartbeat: 64 it may work on, the rest outcomes that wait to be acknowledged. */
export const LEASES_MAX = 256;
/** Characters of an error on the wire; our own sentences are a few hundred, a registry's words in them are cut to a thousand. */
export const FAILURE_DETAIL_CHARACTERS_MAX = 2_048;
export const FAILURE_REMEDY_CHARACTERS_MAX = 1_024;

/** How long an offer stands before it may be made again, to anyone: a sensor answers within one reply timeout or never. */
export const OFFER_MS = 20_000;
/** How long an assignment is its sensor's without a word of it: three renewals. */
export const LEASE_MS = 120_000;
/** How often a sensor renews what it holds. */
export const LEASE_RENEW_MS = 40_000;
/** A socket on which nothing came for this long is dead; pings go at two thirds of it. */
export const SOCKET_SILENCE_MS_MAX = 45_000;
/** How long a request on the socket waits for its reply. */
export const REPLY_TIMEOUT_MS = 20_000;
