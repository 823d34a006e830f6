import { SOCKET_SILENCE_MS_MAX } from './limits.ts';

/**
 * What to do about a socket on which nothing may have come: a half-open TCP connection never says that it is dead. It holds no timer and
 * no clock (nothing here does): whoever has the socket looks now and then. Times are of a monotonic clock, in ms: a wall clock that jumps
 * cuts nothing.
 */
export class Silence {
  readonly #msMax: number;
  #heardAt: number;
  #pingedAt: number;

  constructor(nowMs: number, msMax = SOCKET_SILENCE_MS_MAX) {
    this.#msMax = msMax;
    this.#heardAt = nowMs;
    this.#pingedAt = nowMs;
  }

  /** Anything came: a message, a ping, a pong. */
  heard(nowMs: number): void {
    this.#heardAt = nowMs;
  }

  /** `cut` when nothing came for more than the limit; `ping` at two thirds of it after the last one, so that a living peer answers in time. */
  look(nowMs: number): 'cut' | 'ping' | 'wait' {
    if (nowMs - this.#heardAt > this.#msMax) return 'cut';
    if (nowMs - this.#pingedAt < (this.#msMax * 2) / 3) return 'wait';
    this.#pingedAt = nowMs;
    return 'ping';
  }
}
