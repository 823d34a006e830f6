import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, type ClientConfig, type Pool } from 'pg';
import type { Wakeups } from '../../port/store.ts';

/** One channel for all topics: LISTEN is per connection and topics come and go. */
const CHANNEL = 'tidewaiter_wakeups';
/** Between two tries to listen again; whoever waits polls in the meantime anyway. */
const RECONNECT_MS = 1_000;

/** LISTEN on a connection of its own, opened with the first listener and again whenever it breaks. */
export class PostgresWakeups implements Wakeups {
  readonly #settings: ClientConfig;
  readonly #pool: Pool;
  readonly #topics = new EventEmitter().setMaxListeners(0);
  readonly #closing = new AbortController();
  #running: Promise<void> | null = null;

  constructor(settings: ClientConfig, pool: Pool) {
    this.#settings = settings;
    this.#pool = pool;
  }

  /** A hint only: when it cannot be sent, the next poll finds the work. */
  async notify(topic: string): Promise<void> {
    await this.#pool.query('select pg_notify($1, $2)', [CHANNEL, topic]).catch(() => undefined);
  }

  listen(topic: string, wake: () => void): () => void {
    this.#running ??= this.#run();
    this.#topics.on(`topic ${topic}`, wake);
    return () => this.#topics.off(`topic ${topic}`, wake);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#session(signal).catch(() => undefined);
      await pause(RECONNECT_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** One connection's life. What was said while nobody listened is unknown, so everyone is woken once it listens. */
  async #session(signal: AbortSignal): Promise<void> {
    const client = new Client({ ...this.#settings, keepAlive: true });
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const end = (): void => resolve();
    signal.addEventListener('abort', end);
    client
      .on('error', end)
      .on('end', end)
      .on('notification', (message) => this.#topics.emit(`topic ${message.payload ?? ''}`));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      for (const topic of this.#topics.eventNames()) this.#topics.emit(topic);
      await ended;
    } finally {
      // The signal outlives the connections: without this each try of a long outage would leave its client behind.
      signal.removeEventListener('abort', end);
      await client.end().catch(() => undefined);
    }
  }
}
