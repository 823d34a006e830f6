import type { ECRClient } from '@aws-sdk/client-ecr';
import { ecrErrorOf } from './errors.ts';
import type { Pace } from './pace.ts';

/** The calls of one registry: each waits for its turn and throws our errors. */
export class EcrCalls {
  /** Named in every call: a role may read another account's registry. */
  readonly account: string;
  readonly #client: ECRClient;
  readonly #pace: Pace;

  constructor(client: ECRClient, account: string, pace: Pace) {
    this.account = account;
    this.#client = client;
    this.#pace = pace;
  }

  async send<T>(which: string, signal: AbortSignal, run: (client: ECRClient) => Promise<T>): Promise<T> {
    await this.#pace.take(signal);
    try {
      return await run(this.#client);
    } catch (error) {
      throw ecrErrorOf(error, which, signal);
    }
  }
}
