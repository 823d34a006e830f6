import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import type { EnrolmentToken, Sensor, Store } from '../storage/index.ts';
import { hashSecret, makeSecret } from '../workspaces/index.ts';
import { verifyAssertion } from './assertion.ts';
import { checkSigningKey, type EncryptionKey, type SigningKey } from './enrolment.ts';

interface Surroundings {
  readonly now: () => number;
  readonly random: (length: number) => Uint8Array;
  readonly newId: () => string;
}

export interface EnrolmentRequest {
  readonly token: string;
  readonly name: string;
  readonly signingKey: SigningKey;
  readonly encryptionKey: EncryptionKey;
}

/** Enrolment tokens, enrolled sensors and their signed assertions. */
export class Sensors {
  readonly #store: Pick<Store, 'sensors'>;
  readonly #around: Surroundings;

  constructor(store: Pick<Store, 'sensors'>, around: Surroundings) {
    this.#store = store;
    this.#around = around;
  }

  /** Returns the token's row and, once, the token itself. `registryIds` null: every registry of the workspace. */
  async createEnrolmentToken(
    workspaceId: string,
    wanted: { readonly registryIds: readonly string[] | null; readonly uses: number; readonly expiresAt: number },
  ): Promise<{ readonly token: EnrolmentToken; readonly secret: string }> {
    const secret = makeSecret('twe', this.#around.random);
    const token: EnrolmentToken = {
      workspaceId,
      id: this.#around.newId(),
      tokenHash: hashSecret(secret),
      registryIds: wanted.registryIds,
      usesLeft: wanted.uses,
      createdAt: this.#around.now(),
      expiresAt: wanted.expiresAt,
      revokedAt: null,
    };
    await this.#store.sensors.createEnrolmentToken(workspaceId, token);
    return { token, secret };
  }

  listEnrolmentTokens(workspaceId: string, page: PageRequest): Promise<Page<EnrolmentToken>> {
    return this.#store.sensors.listEnrolmentTokens(workspaceId, page);
  }

  revokeEnrolmentToken(workspaceId: string, id: string): Promise<boolean> {
    return this.#store.sensors.updateEnrolmentToken(workspaceId, id, { revokedAt: this.#around.now() });
  }

  /** Spends one use of the token. @throws enrolment.invalid, request.invalid. */
  async enrol(request: EnrolmentRequest): Promise<Sensor> {
    await checkSigningKey(request.signingKey);
    const now = this.#around.now();
    const fresh = { version: null, engine: null, createdAt: now, lastSeenAt: null, revokedAt: null };
    const { name, signingKey, encryptionKey } = request;
    const sensor = { id: this.#around.newId(), name, signingKey, encryptionKey, ...fresh };
    const enrolled = await this.#store.sensors.enrol(hashSecret(request.token), sensor, now);
    if (enrolled) return enrolled;
    throw new TidewaiterError('enrolment.invalid', { which: 'body/token', remedy: 'Make a new one: POST /api/v1/enrolment-tokens.' });
  }

  /** @throws auth.missing, auth.invalid, sensor.unknown, sensor.revoked. */
  verifyAssertion(authorization: string | undefined, audiences: readonly string[]): Promise<Sensor> {
    return verifyAssertion(this.#store, authorization, { audiences, nowMs: this.#around.now() });
  }

  fetch(workspaceId: string, id: string): Promise<Sensor | null> {
    return this.#store.sensors.fetch(workspaceId, id);
  }

  list(workspaceId: string, page: PageRequest): Promise<Page<Sensor>> {
    return this.#store.sensors.list(workspaceId, page);
  }

  /** False when there is no such sensor here. */
  revoke(workspaceId: string, id: string): Promise<boolean> {
    return this.#store.sensors.update(workspaceId, id, { revokedAt: this.#around.now() });
  }
}
