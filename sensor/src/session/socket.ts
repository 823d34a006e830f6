import { FRAME_BYTES_MAX, SUBPROTOCOL } from '@tidewaiter/shared/protocol';
import { WebSocket } from 'ws';
import { HANDSHAKE_TIMEOUT_MS } from './limits.ts';

/** Opens the socket to a control plane; its events tell what becomes of it. */
export type OpenSocket = (controlPlaneUrl: string, assertion: string) => WebSocket;

/** For the composition root. Redirects are not followed: the assertion is for this control plane alone. */
export const openSocket: OpenSocket = (controlPlaneUrl, assertion) =>
  new WebSocket(`${controlPlaneUrl.replace(/^http/, 'ws')}/api/v1/sensors/socket`, [SUBPROTOCOL], {
    headers: { authorization: `Bearer ${assertion}` },
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: FRAME_BYTES_MAX,
    // A compressed bomb would pass maxPayload in memory, and frames are small.
    perMessageDeflate: false,
    // One frame a turn of the event loop: what a reply sets going is there before the next frame asks for it (a cancel behind its accepted).
    allowSynchronousEvents: false,
    followRedirects: false,
    maxRedirects: 0,
  });
