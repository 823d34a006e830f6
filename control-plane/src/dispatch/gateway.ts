import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { SUBPROTOCOL } from '@tidewaiter/shared/protocol';
import { type WebSocket, WebSocketServer } from 'ws';
import { rawProblem } from '../http/index.ts';
import type { Sensor } from '../storage/index.ts';
import type { GatewayParts } from './face.ts';
import { CLOSE_MS, DRAIN_SPREAD_MS, SOCKET_PAYLOAD_BYTES_MAX, SOCKETS_MAX } from './limits.ts';
import { closeCodes } from './outbox.ts';
import { Session } from './session.ts';
import { authenticateUpgrade } from './upgrade.ts';

interface Connection {
  readonly workspaceId: string;
  readonly session: Session;
}

/** A socket that breaks during its upgrade is gone; there is nobody to tell. */
const ignore = (): void => {};

/** Every sensor's socket of this process. The socket is a hint, the database is the truth: losing one loses nothing. */
export class Gateway {
  readonly #parts: GatewayParts;
  readonly #socketsMax: number;
  /** permessage-deflate stays off: a compressed bomb would pass maxPayload in memory, and frames are small. */
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: SOCKET_PAYLOAD_BYTES_MAX,
    perMessageDeflate: false,
    clientTracking: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  readonly #connections = new Map<string, Connection>();
  readonly #listening = new Map<string, () => void>();
  #opening = 0;
  #isClosing = false;

  /** @param socketsMax for tests. */
  constructor(parts: GatewayParts, socketsMax = SOCKETS_MAX) {
    this.#parts = parts;
    this.#socketsMax = socketsMax;
  }

  /** Takes the upgrades of `server`. */
  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
  }

  get count(): number {
    return this.#connections.size;
  }

  /** Closes a revoked sensor's socket at once; on other replicas it ends within seconds by itself. */
  disconnect(sensorId: string): void {
    this.#connections.get(sensorId)?.session.end(closeCodes.policy, 'sensor.revoked');
  }

  /** Tells every sensor to come back, spread over some seconds, and closes. */
  async close(): Promise<void> {
    this.#isClosing = true;
    let index = 0;
    for (const { session } of this.#connections.values()) {
      session.drain(Math.round((DRAIN_SPREAD_MS * index) / this.#connections.size));
      index += 1;
    }
    for (const stop of this.#listening.values()) stop();
    const end = this.#parts.monotonic() + CLOSE_MS;
    while (this.#connections.size > 0 && this.#parts.monotonic() < end) await new Promise((resolve) => setTimeout(resolve, 10));
    this.#sockets.close();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', ignore);
    this.#opening += 1;
    try {
      if (this.#isClosing || this.#opening > this.#socketsMax) throw this.#overloaded();
      const sensor = await authenticateUpgrade(request, this.#parts);
      // Asked once it is known who comes: one that comes back takes the place of its own former socket.
      const isFull = this.#connections.size >= this.#socketsMax && !this.#connections.has(sensor.id);
      if (this.#isClosing || isFull) throw this.#overloaded();
      socket.off('error', ignore);
      this.#sockets.handleUpgrade(request, socket, head, (open) => this.#open(open, sensor));
    } catch (error) {
      this.#refuse(socket, error);
    } finally {
      this.#opening -= 1;
    }
  }

  #overloaded(): TidewaiterError {
    return new TidewaiterError('overloaded', { which: 'sensor sockets', want: `at most ${this.#socketsMax} in one process` });
  }

  #refuse(socket: Duplex, error: unknown): void {
    if (!(error instanceof TidewaiterError)) this.#parts.log.error({ err: error }, 'an upgrade failed for an unexpected reason');
    else this.#parts.log.info({ err: error }, 'a sensor’s upgrade was refused');
    socket.end(rawProblem(error), () => socket.destroy());
  }

  #open(socket: WebSocket, sensor: Sensor): void {
    const session = new Session(socket, sensor, this.#parts);
    const connection = { workspaceId: sensor.workspaceId, session };
    // A sensor that comes back has lost its former socket, whatever TCP says of it.
    this.#connections.get(sensor.id)?.session.end(closeCodes.policy, 'replaced by a newer socket');
    this.#connections.set(sensor.id, connection);
    this.#listen(sensor.workspaceId);
    socket.on('close', () => {
      if (this.#connections.get(sensor.id) === connection) this.#connections.delete(sensor.id);
    });
    session.start();
  }

  #listen(workspaceId: string): void {
    if (this.#listening.has(workspaceId)) return;
    const wake = (): void => {
      for (const connection of this.#connections.values()) if (connection.workspaceId === workspaceId) connection.session.offerSoon();
    };
    this.#listening.set(workspaceId, this.#parts.store.wakeups.listen(`assignments:${workspaceId}`, wake));
  }
}
