import type { IncomingMessage } from 'node:http';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { SUBPROTOCOL } from '@tidewaiter/shared/protocol';
import type { Sensor } from '../storage/index.ts';
import type { GatewayParts } from './face.ts';

/** Where sensors connect. */
const SOCKET_PATH = '/api/v1/sensors/socket';

/**
 * Who asks for a socket; everything is decided before the handshake, so that nobody unknown ever holds one.
 * @throws resource.not-found, protocol.version-unsupported, and what verifyAssertion throws.
 */
export async function authenticateUpgrade(request: IncomingMessage, parts: Pick<GatewayParts, 'sensors' | 'audiences'>): Promise<Sensor> {
  const path = (request.url ?? '').split('?')[0];
  if (path !== SOCKET_PATH) throw new TidewaiterError('resource.not-found', { which: `socket at ${path}`, want: SOCKET_PATH });
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(SUBPROTOCOL))
    throw new TidewaiterError('protocol.version-unsupported', {
      which: 'Sec-WebSocket-Protocol',
      got: offered.filter(Boolean).join(', ').slice(0, 200) || 'none',
      want: SUBPROTOCOL,
      remedy: 'Bring sensor and control plane to the same version.',
    });
  return parts.sensors.verifyAssertion(request.headers.authorization, parts.audiences());
}
