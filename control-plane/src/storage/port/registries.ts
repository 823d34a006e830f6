import type { ExclusionSettings } from '@tidewaiter/shared/exclusions';
import type { RegistryAccess } from '@tidewaiter/shared/protocol';

/** What of a registry is watched. `specific`: none until chosen, new ones off. `entire`: all, new ones on. */
export interface Perimeter {
  readonly mode: 'specific' | 'entire';
  /** Newly created repositories are watched at once. */
  readonly automatic: boolean;
}

export interface Registry {
  readonly workspaceId: string;
  readonly id: string;
  readonly provider: 'ecr' | 'oci';
  readonly host: string;
  readonly account: string | null;
  readonly region: string | null;
  readonly access: RegistryAccess;
  readonly perimeter: Perimeter;
  readonly intervalSeconds: number;
  readonly createdAt: number;
  readonly syncedAt: number | null;
  readonly nextSyncAt: number;
  readonly deletedAt: number | null;
  readonly exclusions: ExclusionSettings;
  /** Grows with each change of the exclusions. */
  readonly exclusionsRevision: number;
  /** The revision that every verdict of the registry was made under, or a later one. */
  readonly judgedRevision: number;
}

/** A key of the push webhook; two may live at once per registry. */
export interface WebhookKey {
  readonly workspaceId: string;
  readonly registryId: string;
  readonly id: string;
  readonly keyHash: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
}

export const eventOutcomes = ['waiting', 'queued', 'duplicate', 'ignored', 'applied'] as const;
export type EventOutcome = (typeof eventOutcomes)[number];

/** A push event as received; unique by (registry, eventId). `settleAt`: when a waiting one is queued if no index absorbed it. */
export interface PushEvent {
  readonly workspaceId: string;
  readonly registryId: string;
  readonly eventId: string;
  readonly receivedAt: number;
  readonly action: 'push' | 'delete' | 'update-storage-class' | 'other';
  readonly repository: string | null;
  readonly digest: string | null;
  readonly tag: string | null;
  readonly body: string;
  readonly outcome: EventOutcome;
  readonly outcomeReason: string | null;
  readonly settleAt: number | null;
}
