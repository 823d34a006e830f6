import { randomBytes } from 'node:crypto';
import type { CredentialMemory } from '../credential-memory/index.ts';
import type { Clock } from '../http/index.ts';
import type { Credential } from '../iam/index.ts';

/** An authorization token lives twelve hours (GetAuthorizationToken). */
const tokenMs = 12 * 3600 * 1000;

/** Docker passwords given out by GetAuthorizationToken; each acts as the principal that asked for it. */
export class AuthorizationTokens {
  readonly #clock: Clock;
  readonly #memory: CredentialMemory;
  readonly #tokens = new Map<string, { readonly credential: Credential; readonly region: string; readonly expiresAt: number }>();

  constructor(clock: Clock, memory: CredentialMemory) {
    this.#clock = clock;
    this.#memory = memory;
  }

  issue(credential: Credential, region: string): { readonly password: string; readonly expiresAt: number } {
    for (const [old, token] of this.#tokens) if (token.expiresAt + tokenMs <= this.#clock.now()) this.#tokens.delete(old);
    const password = randomBytes(192).toString('base64');
    const expiresAt = this.#clock.now() + tokenMs;
    this.#memory.add('ecr-password', password);
    this.#memory.add('ecr-authorization-token', Buffer.from(`AWS:${password}`).toString('base64'));
    this.#tokens.set(password, { credential, region, expiresAt });
    return { password, expiresAt };
  }

  /** Who a password stands for; `expired` when its time is over. */
  find(password: string): { readonly credential: Credential; readonly region: string } | 'expired' | undefined {
    const token = this.#tokens.get(password);
    return token !== undefined && token.expiresAt <= this.#clock.now() ? 'expired' : token;
  }
}
