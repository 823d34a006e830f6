import type { EngineIdentity } from '@tidewaiter/shared/findings';
import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import type { Own } from './own.ts';

/** `registryIds` null: every registry of the workspace, now and later. */
export interface EnrolmentToken {
  readonly workspaceId: string;
  readonly id: string;
  readonly tokenHash: string;
  readonly registryIds: readonly string[] | null;
  readonly usesLeft: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
}

/** An enrolled sensor. */
export interface Sensor {
  readonly workspaceId: string;
  readonly id: string;
  readonly name: string;
  /** Public JWKs (OKP). */
  readonly signingKey: Readonly<Record<string, unknown>>;
  readonly encryptionKey: Readonly<Record<string, unknown>>;
  readonly registryIds: readonly string[] | null;
  readonly version: string | null;
  readonly engine: EngineIdentity | null;
  readonly createdAt: number;
  readonly lastSeenAt: number | null;
  readonly revokedAt: number | null;
  /** Since when nothing it ever said counts (FactStore.deleteBySensor). */
  readonly compromisedAt: number | null;
}

/** Sensors, and the tokens they enrol with. */
export interface SensorStore {
  createEnrolmentToken(workspaceId: string, token: Own<EnrolmentToken>): Promise<void>;
  listEnrolmentTokens(workspaceId: string, page: PageRequest): Promise<Page<EnrolmentToken>>;
  /** One that was revoked before keeps its time. False when there is none here. */
  updateEnrolmentToken(workspaceId: string, id: string, change: { readonly revokedAt: number }): Promise<boolean>;
  /** Spends one use of a live token and creates the sensor (registryIds and workspace from the token); null when the token is not live. */
  enrol(tokenHash: string, sensor: Omit<Sensor, 'workspaceId' | 'registryIds' | 'compromisedAt'>, nowMs: number): Promise<Sensor | null>;
  fetchById(sensorId: string): Promise<Sensor | null>;
  fetch(workspaceId: string, sensorId: string): Promise<Sensor | null>;
  list(workspaceId: string, page: PageRequest): Promise<Page<Sensor>>;
  /** False when there is none here. One that was revoked before keeps its time. */
  update(
    workspaceId: string,
    sensorId: string,
    change: Partial<Pick<Sensor, 'name' | 'version' | 'engine' | 'lastSeenAt' | 'revokedAt'>>,
  ): Promise<boolean>;
  /** Remembers an assertion's id until it expires (and forgets this sensor's expired ones); false when it was seen before. */
  createAssertion(workspaceId: string, sensorId: string, jti: string, expiresAt: number): Promise<boolean>;
}
