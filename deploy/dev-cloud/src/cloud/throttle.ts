import type { Clock } from '../http/index.ts';

/** ECR's service quotas, calls a second and region (ECR user guide, "Service quotas"; a burst of one second's worth). */
const quotas: Readonly<Record<string, number>> = {
  BatchCheckLayerAvailability: 1_000,
  BatchGetImage: 2_000,
  GetAuthorizationToken: 500,
  GetDownloadUrlForLayer: 3_000,
};

/** Operations without a published quota are limited by AWS as well; this is far above what a polite client needs. */
const quotaOfOthers = 200;

/** A token bucket for each operation, filled once a second's worth. */
export class Throttle {
  readonly #clock: Clock;
  readonly #rates: Readonly<Record<string, number>>;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(clock: Clock, rates: Readonly<Record<string, number>>) {
    this.#clock = clock;
    this.#rates = { ...quotas, ...rates };
  }

  /** Takes one call of an operation; false if it is above the rate. */
  take(operation: string): boolean {
    const rate = this.#rates[operation] ?? quotaOfOthers;
    const now = this.#clock.now();
    const bucket = this.#buckets.get(operation) ?? { tokens: rate, at: now };
    const tokens = Math.min(rate, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * rate);
    this.#buckets.set(operation, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
    return tokens >= 1;
  }
}
