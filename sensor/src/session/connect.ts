import type { IncomingMessage } from 'node:http';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { WebSocket } from 'ws';
import { problemFrom } from '../enrolment/index.ts';
import type { Log } from '../telemetry/index.ts';
import { reportSkew } from './clock-skew.ts';
import { FrameSocket } from './frame-socket.ts';
import { HANDSHAKE_TIMEOUT_MS, REFUSAL_BYTES_MAX } from './limits.ts';
import type { OpenSocket } from './socket.ts';

export interface ConnectOptions {
  readonly controlPlaneUrl: string;
  /** A signed assertion; used once. */
  readonly assertion: string;
  readonly openSocket: OpenSocket;
  readonly nowMs: () => number;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  readonly newId: () => string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Opens the socket and waits until it is open.
 * @throws sensor.unknown, sensor.revoked, auth.invalid and other refusals; control-plane.unreachable; cancelled.
 */
export async function connect(options: ConnectOptions): Promise<FrameSocket> {
  const { controlPlaneUrl, assertion, newId, log, monotonic, signal } = options;
  const socket = options.openSocket(controlPlaneUrl, assertion);
  // Listens from the first moment: a frame may come in one packet with the handshake.
  const frames = new FrameSocket(socket, { newId, log, monotonic });
  const abort = (): void => socket.terminate();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await opened(socket, options);
    return frames;
  } catch (error) {
    socket.terminate();
    throw signal.aborted ? new TidewaiterError('cancelled', { which: 'connection', cause: error }) : error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function opened(socket: WebSocket, { nowMs, controlPlaneUrl, log }: ConnectOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', (cause) => {
      reject(new TidewaiterError('control-plane.unreachable', { which: controlPlaneUrl, got: cause.message, cause }));
    });
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      // A clock that is wrong is a common reason of a refusal, and the answer's own date shows it.
      reportSkew(response.headers.date ?? '', nowMs(), log);
      void refusalOf(response, nowMs()).then(reject, reject);
    });
  });
}

async function refusalOf(response: IncomingMessage, nowMs: number): Promise<TidewaiterError> {
  const { statusCode: status = 0, headers } = response;
  const body = await readText(response);
  return problemFrom({ status, contentType: headers['content-type'] ?? '', body, retryAfter: headers['retry-after'] }, nowMs);
}

/** The body, or what came of it when it breaks off or takes its time; one past its bound is as good as none. */
async function readText(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  // From the first byte to the last: a body that trickles would keep the sensor for days.
  const timer = setTimeout(() => response.destroy(), HANDSHAKE_TIMEOUT_MS);
  try {
    for await (const part of response as AsyncIterable<string>) {
      text += part;
      if (text.length > REFUSAL_BYTES_MAX) return '';
    }
  } catch {
    return text;
  } finally {
    clearTimeout(timer);
  }
  return text;
}
