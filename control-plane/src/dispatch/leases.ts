import { type Grant, LEASE_MS, OFFER_MS } from '@tidewaiter/shared/protocol';

/**
 * What one sensor is busy with, as this socket knows it: only for deciding how much to offer. The database decides the rest, so
 * entries simply age out (`nowMs` is of the monotonic clock).
 */
export class Leases {
  readonly #until = new Map<string, number>();

  offered(assignmentId: string, nowMs: number): void {
    this.#until.set(assignmentId, nowMs + OFFER_MS);
  }

  held({ assignmentId }: Grant, nowMs: number): void {
    this.#until.set(assignmentId, nowMs + LEASE_MS);
  }

  ended(assignmentId: string): void {
    this.#until.delete(assignmentId);
  }

  count(nowMs: number): number {
    for (const [id, until] of this.#until) if (until <= nowMs) this.#until.delete(id);
    return this.#until.size;
  }
}
