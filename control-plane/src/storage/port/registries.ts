import type { ExclusionSettings } from '@tidewaiter/shared/exclusions';
import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import type { RegistryAccess } from '@tidewaiter/shared/protocol';
import type { Own } from './own.ts';

/** What of a registry is watched. `specific`: none until chosen, new ones off. `entire`: all, new ones on. */
export interface Perimeter {
  readonly mode: 'specific' | 'entire';
  /** Newly created repositories are watched at once. */
  readonly automatic: boolean;
}

/** A connected account and region of ECR, or an OCI host. */
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

/** What becomes of a push event. */
export type EventOutcome = 'waiting' | 'queued' | 'ignored' | 'applied';

/** What a delivery is told: the outcome of its event, or that the event was there before. */
export type DeliveryOutcome = EventOutcome | 'duplicate';

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
  /** How often it came again. */
  readonly duplicates: number;
}

/** Registries, their webhook keys, and what was refused under these. */
export interface RegistryStore {
  /** @throws storage.conflict when the workspace has a live registry at this host already. */
  create(workspaceId: string, registry: Own<Registry>): Promise<void>;
  fetch(workspaceId: string, id: string): Promise<Registry | null>;
  list(workspaceId: string, page: PageRequest): Promise<Page<Registry>>;
  /**
   * A changed perimeter mode also sets `watched` of its repositories: entire -> all; specific -> as they stand. `deletedAt` also marks
   * what stands in it as gone and cancels its live assignments. `exclusions` also raises their revision.
   */
  update(
    workspaceId: string,
    id: string,
    change: Partial<Pick<Registry, 'perimeter' | 'intervalSeconds' | 'access' | 'syncedAt' | 'nextSyncAt' | 'deletedAt' | 'exclusions'>>,
  ): Promise<boolean>;
  /** Registries of all workspaces, live or not, whose verdicts were not all made under their exclusions' revision. */
  listUnjudged(limit: number): Promise<readonly Registry[]>;
  /** Every verdict of the registry was made under this revision; one that is known already to be later stays. */
  updateJudged(workspaceId: string, id: string, revision: number): Promise<boolean>;
  /** Live registries of all workspaces whose nextSyncAt has passed. */
  listDue(nowMs: number, limit: number): Promise<readonly Registry[]>;
  /**
   * False when `liveMax` keys of the registry live already, also those made at the same time.
   * @throws resource.not-found
   */
  createWebhookKey(
    workspaceId: string,
    registryId: string,
    key: Omit<Own<WebhookKey>, 'registryId'>,
    liveMax: number,
    nowMs: number,
  ): Promise<boolean>;
  listWebhookKeys(workspaceId: string, registryId: string): Promise<readonly WebhookKey[]>;
  updateWebhookKey(workspaceId: string, registryId: string, id: string, change: { readonly expiresAt: number }): Promise<boolean>;
  /** A key by its id, whether it lives or not, and its registry, whether it is connected or not. */
  fetchByWebhookKey(keyId: string): Promise<{ readonly key: WebhookKey; readonly registry: Registry } | null>;
  /** Counts a delivery that named this key and was refused. False when there is no such key here. */
  createRejection(workspaceId: string, registryId: string, keyId: string, nowMs: number): Promise<boolean>;
  /** Over all keys the registry ever had. */
  countRejections(workspaceId: string, registryId: string): Promise<{ readonly count: number; readonly lastAt: number | null }>;
}

/** Push events, each once, and deliveries under no key of ours. */
export interface EventStore {
  /** False when (registry, eventId) is there already: what is there counts one duplicate more and stays as it is. */
  create(workspaceId: string, event: Omit<Own<PushEvent>, 'duplicates'>): Promise<boolean>;
  list(workspaceId: string, registryId: string, page: PageRequest): Promise<Page<PushEvent>>;
  /** Waiting events of all workspaces whose settleAt has passed. */
  listSettled(nowMs: number, limit: number): Promise<readonly PushEvent[]>;
  update(
    workspaceId: string,
    registryId: string,
    eventId: string,
    change: { readonly outcome: EventOutcome; readonly outcomeReason: string | null },
  ): Promise<boolean>;
  /** Events by what became of them; `duplicate` counts the deliveries that were told so. */
  count(workspaceId: string, registryId: string): Promise<Readonly<Record<DeliveryOutcome, number>>>;
  /** Forgets events received before `beforeMs` that wait for nothing. Returns how many. */
  prune(beforeMs: number): Promise<number>;
  /** Counts a delivery whose key is none of ours, under the account and region its body claims (or '' when unreadable). */
  createRejection(account: string, region: string, nowMs: number): Promise<void>;
  countRejections(account: string, region: string): Promise<{ readonly count: number; readonly lastAt: number | null }>;
}
