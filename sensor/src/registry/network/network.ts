import { request } from 'undici';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { abortedError } from './aborted.ts';
import { guardedAgent } from './connect.ts';
import { DISCARD_BYTES_MAX, DISCARD_MS_MAX } from './limits.ts';
import { NetworkGuard, type NetworkPolicy } from './policy.ts';

/** An answer's head, and its body, which must be read or discarded. */
export interface Answer {
  readonly status: number;
  /** The header's value, several joined by a comma, or null. */
  header(name: string): string | null;
  readonly body: AsyncIterable<Uint8Array>;
  /** Reads the body away, or cuts the connection when it is long or slow. */
  discard(): Promise<void>;
}

/** The one way out of this folder: GET, without following redirects, to places the sensor's configuration allows. */
export interface RegistryNetwork {
  readonly policy: NetworkPolicy;
  /** @throws policy.refused, registry.unreachable, cancelled. A URL's query stands in no error. */
  get(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer>;
  /** Cuts what is still open. */
  close(): Promise<void>;
}

/** Some registries' firewalls refuse requests that do not say who asks. */
const USER_AGENT = { 'user-agent': 'tidewaiter-sensor' };

/** The network of a sensor; one serves all registries. @throws config.invalid for an entry that is neither host nor range. */
export function createRegistryNetwork(policy: NetworkPolicy): RegistryNetwork {
  const guard = new NetworkGuard(policy);
  const agent = guardedAgent(guard);
  return {
    policy,
    get: async (url, headers, signal) => {
      guard.checkUrl(url);
      try {
        const answer = await request(url, { dispatcher: agent, method: 'GET', headers: { ...USER_AGENT, ...headers }, signal });
        return answerOf(answer.statusCode, answer.headers, answer.body);
      } catch (error) {
        throw networkErrorOf(error, url.host, signal);
      }
    },
    close: () => agent.destroy(),
  };
}

type Body = Awaited<ReturnType<typeof request>>['body'];
type Headers = Awaited<ReturnType<typeof request>>['headers'];

function answerOf(status: number, headers: Headers, body: Body): Answer {
  return {
    status,
    body,
    header: (name) => {
      const value = headers[name];
      return (Array.isArray(value) ? value.join(', ') : value) ?? null;
    },
    discard: async () => {
      const timer = setTimeout(() => body.destroy(), DISCARD_MS_MAX);
      await body.dump({ limit: DISCARD_BYTES_MAX }).catch(() => undefined);
      clearTimeout(timer);
    },
  };
}

/** What undici threw, as ours. */
export function networkErrorOf(error: unknown, which: string, signal: AbortSignal): TidewaiterError {
  if (error instanceof TidewaiterError) return error;
  if (signal.aborted) return abortedError(signal, which);
  return new TidewaiterError('registry.unreachable', { which, got: reasonOf(error) });
}

/** A happy-eyeballs failure has its reasons inside, and an empty message. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ').slice(0, 500);
  return error instanceof Error ? (error.message || error.name).slice(0, 500) : 'an unknown error';
}
