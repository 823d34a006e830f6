import { hasCode, TidewaiterError } from '@tidewaiter/shared/errors';
import type { FrameBody, FrameType } from '@tidewaiter/shared/protocol';
import { errorOfFailure } from './failures.ts';
import type { Answer, FrameSocket } from './frame-socket.ts';
import { REPORT_PAUSE_MS, REPORT_PAUSE_MS_MAX } from './limits.ts';
import { pause } from './reconnect.ts';

/** Asks the control plane, whatever becomes of the sockets in between: for questions that may be asked twice. */
export interface ControlPlane {
  /** @throws what the control plane answers for good; cancelled when `signal` aborts. */
  ask<T extends FrameType, A extends FrameType>(type: T, body: FrameBody<T>, expected: A, signal: AbortSignal): Promise<FrameBody<A>>;
}

/** The socket of the moment, as work and reports see it: they wait for the next one when it is gone. */
export class Link implements ControlPlane {
  #socket: FrameSocket | null = null;
  readonly #waiting = new Set<() => void>();

  /** After welcome. */
  attach(socket: FrameSocket): void {
    this.#socket = socket;
    for (const wake of this.#waiting) wake();
  }

  detach(): void {
    this.#socket = null;
  }

  get socket(): FrameSocket | null {
    return this.#socket?.isOpen ? this.#socket : null;
  }

  async ask<T extends FrameType, A extends FrameType>(
    type: T,
    body: FrameBody<T>,
    expected: A,
    signal: AbortSignal,
  ): Promise<FrameBody<A>> {
    for (let tries = 0; ; tries++) {
      const answer = await this.askOnce(type, body, expected, signal);
      if (answer?.ok) return answer.body;
      if (answer && !answer.failure.retryable) throw errorOfFailure(answer.failure, `answer to ${type}`);
      await pause(Math.min(REPORT_PAUSE_MS * 2 ** tries, REPORT_PAUSE_MS_MAX), signal);
    }
  }

  /** One question on the next socket there is; null when that socket ended before the answer. @throws cancelled; protocol errors. */
  async askOnce<T extends FrameType, A extends FrameType>(
    type: T,
    body: FrameBody<T>,
    expected: A,
    signal: AbortSignal,
  ): Promise<Answer<A> | null> {
    const socket = await this.#next(signal);
    try {
      return await socket.ask(type, body, expected);
    } catch (error) {
      if (hasCode(error, 'control-plane.unreachable', 'protocol.timeout', 'protocol.out-of-order', 'overloaded')) return null;
      throw error;
    }
  }

  async #next(signal: AbortSignal): Promise<FrameSocket> {
    for (;;) {
      if (signal.aborted) throw new TidewaiterError('cancelled', { which: 'a question to the control plane' });
      const { socket } = this;
      if (socket) return socket;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#waiting.add(done);
        signal.addEventListener('abort', done, { once: true });
      });
    }
  }
}
