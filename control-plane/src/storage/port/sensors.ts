import type { EngineIdentity } from '@tidewaiter/shared/findings';

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
