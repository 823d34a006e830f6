import type { EngineIdentity } from '@tidewaiter/shared/findings';
import type { IssuerKey } from '../../port/issuer-keys.ts';
import type { Role } from '../../port/workspaces.ts';
import type { Json } from '../columns.ts';

type Details = Readonly<Record<string, unknown>>;

export interface Workspaces {
  id: string;
  name: string;
  createdAt: number;
}

export interface ApiTokens {
  workspaceId: string;
  id: string;
  name: string;
  role: Role;
  tokenHash: string;
  createdAt: number;
  expiresAt: number | null;
  revokedAt: number | null;
  lastUsedAt: number | null;
}

export interface AuditEntries {
  workspaceId: string;
  id: string;
  at: number;
  actor: string;
  action: string;
  subject: string;
  details: Json<Details>;
}

export interface EnrolmentTokens {
  workspaceId: string;
  id: string;
  tokenHash: string;
  registryIds: Json<readonly string[] | null>;
  usesLeft: number;
  createdAt: number;
  expiresAt: number;
  revokedAt: number | null;
}

export interface Sensors {
  workspaceId: string;
  id: string;
  name: string;
  signingKey: Json<Details>;
  encryptionKey: Json<Details>;
  registryIds: Json<readonly string[] | null>;
  version: string | null;
  engine: Json<EngineIdentity | null>;
  createdAt: number;
  lastSeenAt: number | null;
  revokedAt: number | null;
  compromisedAt: number | null;
}

export interface SensorAssertions {
  workspaceId: string;
  sensorId: string;
  jti: string;
  expiresAt: number;
}

export interface IssuerKeys {
  kid: string;
  publicJwk: Json<Details>;
  sealedPrivateKey: string;
  state: IssuerKey['state'];
  createdAt: number;
  activatedAt: number | null;
  retiredAt: number | null;
}
