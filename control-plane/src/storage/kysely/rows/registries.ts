import type { ExclusionSettings } from '@tidewaiter/shared/exclusions';
import type { RegistryAccess } from '@tidewaiter/shared/protocol';
import type { Perimeter, PushEvent } from '../../port/registries.ts';
import type { Json } from '../columns.ts';

export interface Registries {
  workspaceId: string;
  id: string;
  provider: 'ecr' | 'oci';
  host: string;
  account: string | null;
  region: string | null;
  access: Json<RegistryAccess>;
  perimeter: Json<Perimeter>;
  intervalSeconds: number;
  createdAt: number;
  syncedAt: number | null;
  nextSyncAt: number;
  deletedAt: number | null;
  exclusions: Json<ExclusionSettings>;
  exclusionsRevision: number;
  judgedRevision: number;
}

export interface WebhookKeys {
  workspaceId: string;
  registryId: string;
  id: string;
  keyHash: string;
  createdAt: number;
  expiresAt: number | null;
  /** Deliveries that named this key and were refused. */
  rejected: number;
  rejectedAt: number | null;
}

export interface PushEvents extends PushEvent {
  /** Time of receipt and event id: the order of the list. */
  listKey: string;
}

export interface EventRejections {
  account: string;
  region: string;
  rejected: number;
  lastAt: number;
}
