import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Grant } from '@tidewaiter/shared/protocol';
import type { IssuerKey, Registry, Sensor, Store } from '../storage/index.ts';
import { discoveryDocument, keySetDocument, type StaticDocument } from './documents.ts';
import { makeIssuerKey, openPrivateKey, type SigningKey } from './keys.ts';
import { dueSteps, type RotationStep } from './rotation.ts';
import { AUDIENCE, signToken, subjectOf } from './token.ts';

/** What a trust policy names. */
export interface TrustFacts {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
}

export interface IssuerOptions {
  readonly store: Pick<Store, 'issuerKeys' | 'assignments' | 'registries' | 'audit'>;
  /** The public URL + /exposed; null where AWS could not reach it: then nothing is minted or published. */
  readonly issuerUrl: () => string | null;
  readonly keyEncryptionKey: Uint8Array;
  readonly now: () => number;
  readonly random: (length: number) => Uint8Array;
  readonly newId: () => string;
}

interface Loaded {
  readonly keySet: StaticDocument;
  readonly kid: string;
  readonly key: SigningKey;
}

/** The OIDC issuer that AWS trusts. What it publishes stays in memory, so that it answers while the database is away. */
export class Issuer {
  readonly #options: IssuerOptions;
  #loaded: Loaded | null = null;

  constructor(options: IssuerOptions) {
    this.#options = options;
  }

  /** Does what a rotation has due, then takes the keys into memory. To be called at start and every minute. */
  async refresh(forced = false): Promise<void> {
    const { store, now } = this.#options;
    const steps = dueSteps(await store.issuerKeys.list(), now(), forced);
    for (const step of steps) await this.#take(step);
    await this.#load(await store.issuerKeys.list());
  }

  async #take(step: RotationStep): Promise<void> {
    const { store, keyEncryptionKey, random, now } = this.#options;
    // A false answer means that another replica was faster; the list read afterwards holds its key.
    if (step.kind === 'update') await store.issuerKeys.update(step.kid, step.from, step.to, now());
    else await store.issuerKeys.create(await makeIssuerKey(step.state, { key: keyEncryptionKey, random }, now()));
  }

  async #load(keys: readonly IssuerKey[]): Promise<void> {
    const active = keys.find((key) => key.state === 'active');
    // Between a retirement and the takeover there is none for a moment; what is in memory is still published.
    if (!active) return;
    const key = active.kid === this.#loaded?.kid ? this.#loaded.key : await openPrivateKey(active, this.#options.keyEncryptionKey);
    this.#loaded = { keySet: keySetDocument(keys), kid: active.kid, key };
  }

  /** What of the keys is no secret. */
  async listKeys(): Promise<readonly Pick<IssuerKey, 'kid' | 'state'>[]> {
    return (await this.#options.store.issuerKeys.list()).map(({ kid, state }) => ({ kid, state }));
  }

  /** Null where there is no issuer. */
  discovery(): StaticDocument | null {
    const issuer = this.#options.issuerUrl();
    return issuer === null ? null : discoveryDocument(issuer);
  }

  keySet(): StaticDocument | null {
    return this.#options.issuerUrl() === null ? null : (this.#loaded?.keySet ?? null);
  }

  /** Null where there is no issuer. */
  trustFacts(workspaceId: string): TrustFacts | null {
    const issuer = this.#options.issuerUrl();
    return issuer === null ? null : { issuer, audience: AUDIENCE, subject: subjectOf(workspaceId) };
  }

  /**
   * A web-identity token for the registry of a running assignment that this sensor holds. Every one is written to the audit log
   * before it is handed out.
   * @throws assignment.stale, auth.forbidden (registry of another access or not the sensor's), resource.conflict (no issuer).
   */
  async mint(sensor: Sensor, grant: Grant): Promise<{ readonly token: string; readonly expiresAt: number }> {
    const registry = await this.#registryOf(sensor, grant);
    const issuer = this.#options.issuerUrl();
    const loaded = this.#loaded;
    if (issuer === null || loaded === null) throw noIssuer();
    const tokenId = this.#options.newId();
    await this.#record(sensor, registry, grant, tokenId);
    const { kid, key } = loaded;
    return signToken({ issuer, workspaceId: sensor.workspaceId, tokenId, kid, key, nowMs: this.#options.now() });
  }

  async #registryOf(sensor: Sensor, grant: Grant): Promise<Registry> {
    const { store } = this.#options;
    const assignment = await store.assignments.fetch(sensor.workspaceId, grant.assignmentId);
    if (!assignment || !(await store.assignments.isCurrent(sensor.workspaceId, sensor.id, grant)))
      throw new TidewaiterError('assignment.stale', {
        which: grant.assignmentId,
        got: `attempt ${grant.attempt}`,
        want: 'its current lease',
      });
    const registry = await store.registries.fetch(sensor.workspaceId, assignment.registryId);
    const isServed = sensor.registryIds === null || sensor.registryIds.includes(assignment.registryId);
    if (!registry || registry.deletedAt !== null || !isServed || registry.access.method !== 'web-identity')
      throw new TidewaiterError('auth.forbidden', { which: `web-identity token for registry ${assignment.registryId}` });
    return registry;
  }

  #record(sensor: Sensor, registry: Registry, grant: Grant, tokenId: string): Promise<void> {
    const { store, newId, now } = this.#options;
    const details = { registryId: registry.id, assignmentId: grant.assignmentId, attempt: grant.attempt, tokenId };
    const entry = { id: newId(), at: now(), actor: `sensor:${sensor.id}`, action: 'web-identity.mint' };
    return store.audit.create(sensor.workspaceId, { ...entry, subject: registry.id, details });
  }
}

/** For whoever needs an issuer where there is none. */
export function noIssuer(): TidewaiterError {
  return new TidewaiterError('resource.conflict', {
    which: 'web identity',
    got: 'a control plane without an OIDC issuer',
    remedy: 'Set TIDEWAITER_PUBLIC_URL to the https URL under which AWS reaches this control plane, and restart it.',
  });
}
