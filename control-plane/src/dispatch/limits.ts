import { FRAME_BYTES_MAX } from '@tidewaiter/shared/protocol';

/**
 * A frame somewhat over the limit is still read, so that its sender gets an error that says so; beyond this the socket is cut (1009).
 */
export const SOCKET_PAYLOAD_BYTES_MAX = FRAME_BYTES_MAX + 65_536;
/** Frames waiting for their handler on one socket; beyond this the socket is not read (TCP holds the sensor back). */
export const INBOUND_FRAMES_MAX = 32;
/** What may wait to be sent on one socket: our frames are small, so a sensor this far behind does not read. */
export const OUTGOING_BYTES_MAX = 4 * FRAME_BYTES_MAX;
/** Sockets of one process: each holds a few buffers; more sensors need another replica. */
export const SOCKETS_MAX = 2_000;
/** Fallback for lost wake-ups, and how soon a revoked sensor is noticed by a replica that was not told. */
export const POLL_MS = 3_000;
/** How long an authenticated socket may stay without hello: it holds one of SOCKETS_MAX and does nothing. */
export const HELLO_MS_MAX = 5_000;
/** How soon a sensor asks again for layers that another one is reading. */
export const CLAIM_RETRY_MS = 2_000;
/** How often a socket's silence is looked at: a dead one is cut this much late at most, and 2,000 timers are no load. */
export const SILENCE_LOOK_MS = 5_000;
/** On shutdown sensors are told to return within this, spread over it, so that a restart is no stampede. */
export const DRAIN_SPREAD_MS = 5_000;
/** How long a closing handshake may take before the socket is destroyed. */
export const CLOSE_MS = 2_000;
