import { hasCode, TidewaiterError } from '@tidewaiter/shared/errors';
import type { AwsCredentials, TokenRequest } from './face.ts';
import { EXCHANGE_MS_MAX, RENEW_AGAIN_MS, RENEW_BEFORE_MS, REUSE_MS_MIN, SESSION_SECONDS, TOKEN_REQUESTS_MAX } from './limits.ts';

export interface SessionClock {
  /** Wall clock, ms since the epoch; may jump. */
  readonly now: () => number;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
}

interface Keys {
  readonly credentials: AwsCredentials;
  /** On the monotonic clock. */
  readonly receivedAt: number;
  readonly renewAt: number;
  readonly endsAt: number;
}

/** The keys of one role for one registry: shared by all who ask, renewed in time, one exchange at a time. */
export class WebIdentitySession {
  readonly #exchange: (token: string, signal: AbortSignal) => Promise<AwsCredentials>;
  readonly #clock: SessionClock;
  readonly #requests = new Map<TokenRequest, AbortSignal>();
  #keys: Keys | null = null;
  #failedAt = Number.NEGATIVE_INFINITY;
  #flight: Promise<AwsCredentials> | null = null;

  constructor(exchange: (token: string, signal: AbortSignal) => Promise<AwsCredentials>, clock: SessionClock) {
    this.#exchange = exchange;
    this.#clock = clock;
  }

  /** Remembers a way to a token, for as long as its signal and its lease live. */
  add(request: TokenRequest, signal: AbortSignal): void {
    this.#requests.delete(request);
    this.#requests.set(request, signal);
    const [oldest] = this.#requests.keys();
    if (this.#requests.size > TOKEN_REQUESTS_MAX && oldest) this.#requests.delete(oldest);
  }

  /** @throws credentials.denied, credentials.unavailable; what the token request throws. */
  async get(): Promise<AwsCredentials> {
    const keys = this.#keys;
    if (keys && !this.#isDue(keys)) return keys.credentials;
    this.#flight ??= this.#renew().finally(() => {
      this.#flight = null;
    });
    try {
      return await this.#flight;
    } catch (error) {
      if (keys && this.#clock.monotonic() < keys.endsAt && !hasCode(error, 'credentials.denied')) return keys.credentials;
      throw error;
    }
  }

  #isDue({ receivedAt, renewAt, credentials }: Keys): boolean {
    const elapsed = this.#clock.monotonic();
    if (elapsed < receivedAt + REUSE_MS_MIN || elapsed < this.#failedAt + RENEW_AGAIN_MS) return false;
    const wallEnd = credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
    return elapsed >= renewAt || this.#clock.now() >= wallEnd - RENEW_BEFORE_MS;
  }

  async #renew(): Promise<AwsCredentials> {
    const signal = AbortSignal.timeout(EXCHANGE_MS_MAX);
    try {
      const credentials = await this.#exchange(await this.#token(signal), signal);
      this.#keep(credentials);
      return credentials;
    } catch (error) {
      this.#failedAt = this.#keys ? this.#clock.monotonic() : this.#failedAt;
      if (!signal.aborted) throw error;
      throw new TidewaiterError('credentials.unavailable', { which: 'web identity', got: `no keys within ${EXCHANGE_MS_MAX} ms` });
    }
  }

  /** The keys' life is what STS says, but never more than was asked for: our clock may be behind. */
  #keep(credentials: AwsCredentials): void {
    const receivedAt = this.#clock.monotonic();
    const told = (credentials.expiration?.getTime() ?? 0) - this.#clock.now();
    const lifeMs = Math.max(0, Math.min(told, SESSION_SECONDS * 1_000));
    this.#keys = { credentials, receivedAt, renewAt: receivedAt + lifeMs - RENEW_BEFORE_MS, endsAt: receivedAt + lifeMs };
  }

  /** The newest request first; one whose lease has ended is forgotten and the next one asked. */
  async #token(signal: AbortSignal): Promise<string> {
    let last = new TidewaiterError('cancelled', { which: 'web identity', got: 'no assignment is left to ask a token for' });
    for (const [request, alive] of [...this.#requests].toReversed()) {
      try {
        if (!alive.aborted) return await request(AbortSignal.any([signal, alive]));
      } catch (error) {
        if (hasCode(error, 'assignment.stale', 'cancelled')) last = error;
        else if (!alive.aborted) throw error;
      }
      this.#requests.delete(request);
    }
    throw last;
  }
}
