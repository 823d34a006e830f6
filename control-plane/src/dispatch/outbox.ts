import { encodeFrame, type FrameBody, type FrameType } from '@tidewaiter/shared/protocol';
import { WebSocket } from 'ws';
import { CLOSE_MS, OUTGOING_BYTES_MAX } from './limits.ts';

/** RFC 6455, 7.4.1: policy violation, message too big, service restart, try again later. */
export const closeCodes = { policy: 1008, tooBig: 1009, restart: 1012, overflow: 1013 } as const;

/** Sends frames on one socket with a bounded queue: a sensor that does not read is cut off, its leases end by their own rules. */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #newId: () => string;

  constructor(socket: WebSocket, newId: () => string) {
    this.#socket = socket;
    this.#newId = newId;
  }

  send<T extends FrameType>(type: T, body: FrameBody<T>, replyTo?: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > OUTGOING_BYTES_MAX) return this.close(closeCodes.overflow, 'the sensor does not read');
    this.#socket.send(encodeFrame(this.#newId(), type, body, replyTo));
  }

  /** Starts the closing handshake; a peer that does not take part is cut. */
  close(code: number, reason: string): void {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    this.#socket.resume();
    this.#socket.close(code, reason);
    const timer = setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref();
    this.#socket.once('close', () => clearTimeout(timer));
  }
}
