import { TidewaiterError } from '@tidewaiter/shared/errors';
import {
  decodeFrame,
  encodeFrame,
  type Failure,
  failureOf,
  type Frame,
  frameText,
  type FrameBody,
  type FrameType,
  REPLY_TIMEOUT_MS,
  Silence,
} from '@tidewaiter/shared/protocol';
import { type RawData, WebSocket } from 'ws';
import type { Log } from '../telemetry/index.ts';
import { LOGGED_ERRORS_MAX, OUTGOING_BYTES_MAX, REQUESTS_MAX, WATCH_MS } from './limits.ts';

/** The reply to a request, or the error frame that came instead. */
export type Answer<T extends FrameType> =
  | { readonly ok: true; readonly body: FrameBody<T> }
  | { readonly ok: false; readonly failure: Failure };

export interface FrameSocketOptions {
  readonly newId: () => string;
  readonly log: Log;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  /** The protocol's limits, which tests shorten. */
  readonly silenceMsMax?: number;
  readonly replyMsMax?: number;
}

interface Waiting {
  readonly expected: FrameType;
  readonly resolve: (answer: Answer<FrameType>) => void;
  readonly reject: (error: TidewaiterError) => void;
  readonly timer: NodeJS.Timeout;
}

/** RFC 6455, 7.4.1: policy violation. */
const POLICY_VIOLATION = 1008;
const CLOSE_MS = 2_000;

/** One open socket: frames out, replies matched to requests, everything else to its listener. Silence is measured on the monotonic clock. */
export class FrameSocket {
  readonly #socket: WebSocket;
  readonly #newId: () => string;
  readonly #log: Log;
  readonly #monotonic: () => number;
  readonly #replyMsMax: number;
  readonly #waiting = new Map<string, Waiting>();
  readonly #timer: NodeJS.Timeout;
  readonly #silence: Silence;
  #unknown = 0;
  #errors = 0;
  #listener: ((frame: Frame) => void) | null = null;
  /** Resolves, never rejects, when the socket is gone. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;

  constructor(socket: WebSocket, { newId, log, monotonic, silenceMsMax, replyMsMax = REPLY_TIMEOUT_MS }: FrameSocketOptions) {
    this.#socket = socket;
    this.#newId = newId;
    this.#log = log;
    this.#monotonic = monotonic;
    this.#silence = new Silence(monotonic(), silenceMsMax);
    this.#replyMsMax = replyMsMax;
    this.#timer = setInterval(() => this.#watch(), WATCH_MS);
    const heard = (): void => this.#silence.heard(monotonic());
    socket.on('ping', heard).on('pong', heard);
    socket.on('error', (error) => log.debug({ err: error }, 'the socket broke'));
    socket.on('message', (data: RawData, isBinary: boolean) => {
      heard();
      this.#receive(data, isBinary);
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.#end();
        // The reason is a stranger's text: bounded by the protocol to 123 bytes.
        resolve({ code, reason: reason.toString('utf8') });
      });
    });
  }

  /** Gives frames that are no replies to `listener`, once the welcome is there; before it any is out of order. */
  listen(listener: (frame: Frame) => void): void {
    this.#listener = listener;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** @throws control-plane.unreachable when the socket is gone or its peer does not read; protocol.frame-too-large. */
  send<T extends FrameType>(type: T, body: FrameBody<T>, replyTo?: string): string {
    const id = this.#newId();
    const text = encodeFrame(id, type, body, replyTo);
    if (!this.isOpen) throw gone('the socket is closed');
    if (this.#socket.bufferedAmount + text.length > OUTGOING_BYTES_MAX) {
      this.terminate();
      throw gone('the control plane does not read');
    }
    this.#socket.send(text);
    return id;
  }

  /** @throws protocol.timeout, which ends the socket; control-plane.unreachable when it ends before. */
  ask<T extends FrameType, A extends FrameType>(type: T, body: FrameBody<T>, expected: A): Promise<Answer<A>> {
    return new Promise<Answer<A>>((resolve, reject) => {
      if (this.#waiting.size >= REQUESTS_MAX) throw new TidewaiterError('overloaded', { which: 'requests on the socket' });
      const id = this.send(type, body);
      const timer = setTimeout(() => this.#timeOut(id, type), this.#replyMsMax);
      this.#waiting.set(id, { expected, resolve: resolve as (answer: Answer<FrameType>) => void, reject, timer });
    });
  }

  /** Waits for what is to be sent and closes in order; a peer that takes no part is cut. */
  async close(code: number, reason: string): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    this.#socket.close(code, reason);
    const timer = setTimeout(() => this.#socket.terminate(), CLOSE_MS);
    await this.closed;
    clearTimeout(timer);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #receive(data: RawData, isBinary: boolean): void {
    try {
      const decoded = decodeFrame(frameText(data, isBinary));
      if (decoded.known) this.#take(decoded.frame);
      else if (decoded.why === 'type') this.#countUnknown(decoded.type);
      // Welcome named a schema that both speak: a task of another one is the control plane's fault.
      else this.refuse(decoded.error);
    } catch (error) {
      // Nothing that comes in may end the process: what is not ours is a bug of ours, and costs this socket only.
      const fault = error instanceof TidewaiterError ? error : new TidewaiterError('internal', { which: 'frame', cause: error });
      this.refuse(fault);
    }
  }

  #take(frame: Frame): void {
    const waiting = frame.replyTo === undefined ? undefined : this.#waiting.get(frame.replyTo);
    if (!waiting || frame.replyTo === undefined) return this.#unasked(frame);
    this.#waiting.delete(frame.replyTo);
    clearTimeout(waiting.timer);
    if (frame.type === 'error') return waiting.resolve({ ok: false, failure: frame.body });
    if (frame.type === waiting.expected) return waiting.resolve({ ok: true, body: frame.body });
    const error = new TidewaiterError('protocol.out-of-order', { which: 'reply', got: frame.type, want: waiting.expected });
    waiting.reject(error);
    throw error;
  }

  #unasked(frame: Frame): void {
    if (frame.type === 'error') {
      const { code, detail } = frame.body;
      if (++this.#errors <= LOGGED_ERRORS_MAX) this.#log.warn({ code, detail }, 'the control plane reports an error');
      return;
    }
    if (!this.#listener) throw new TidewaiterError('protocol.out-of-order', { which: `${frame.type} frame`, want: 'welcome first' });
    this.#listener(frame);
  }

  /** Tells the peer what was wrong with what it sent, and ends the socket. */
  refuse(error: TidewaiterError): void {
    this.#log.error({ err: error }, 'the control plane sent what it must not; the socket is closed');
    try {
      if (this.isOpen) this.send('error', failureOf(error));
    } catch (cause) {
      // A peer that does not read would not read this either; the socket is cut by now.
      this.#log.debug({ err: cause }, 'the control plane could not be told');
    }
    void this.close(POLICY_VIOLATION, error.code);
  }

  #countUnknown(type: string): void {
    this.#unknown++;
    if (this.#unknown === 1) this.#log.warn({ frame: type }, 'frames of an unknown type are ignored; the control plane may be newer');
  }

  #timeOut(id: string, type: FrameType): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.reject(new TidewaiterError('protocol.timeout', { which: `reply to ${type}`, want: `within ${this.#replyMsMax} ms` }));
    // What the peer did with the request is unknown; a new hello settles it.
    this.terminate();
  }

  #watch(): void {
    switch (this.#silence.look(this.#monotonic())) {
      case 'cut':
        this.#log.warn('the control plane fell silent; the socket is cut');
        return this.terminate();
      case 'ping':
        if (this.isOpen) this.#socket.ping();
        return;
      case 'wait':
        return;
    }
  }

  #end(): void {
    clearInterval(this.#timer);
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(gone('the socket closed before the reply'));
    }
    this.#waiting.clear();
    if (this.#unknown > 0) this.#log.info({ frames: this.#unknown }, 'frames of unknown types were ignored');
  }
}

const gone = (got: string): TidewaiterError => new TidewaiterError('control-plane.unreachable', { which: 'control plane', got });
