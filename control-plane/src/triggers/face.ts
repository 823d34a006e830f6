import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import type { DeliveryOutcome, PushEvent, Registry } from '../storage/index.ts';

/** What became of a webhook's body: the answer is 202 in every case. `outcomeReason` says why it was ignored. */
export interface PushReceipt {
  readonly eventId: string;
  readonly outcome: DeliveryOutcome;
  readonly outcomeReason: string | null;
  readonly assignmentId: string | null;
}

/** A person's request. Without a repository: the whole registry is listed anew. By tag: the digest the catalog knows for it. */
export type ManualTarget =
  | { readonly kind: 'registry'; readonly registryId: string }
  | { readonly kind: 'repository'; readonly registryId: string; readonly repository: string }
  | { readonly kind: 'tag'; readonly registryId: string; readonly repository: string; readonly tag: string }
  | { readonly kind: 'digest'; readonly registryId: string; readonly repository: string; readonly digest: string };

/** Facts that were dropped, and images that were queued for their sake. */
export interface Distrusted {
  readonly facts: number;
  readonly images: number;
}

/** What starts work: push events, the schedule, people. */
export interface Triggers {
  /**
   * Takes the body of `POST /api/webhooks/ecr` for the registry its key belongs to. Stored once by (registry, event id).
   * @throws webhook.body-invalid when it is no EventBridge event (array, wrapped or bare detail are understood).
   */
  receivePush(registry: Registry, rawBody: string): Promise<PushReceipt>;
  /** Push events of a registry, oldest first. */
  listEvents(workspaceId: string, registryId: string, page: PageRequest): Promise<Page<PushEvent>>;
  /** Deliveries by what they were told in the end. */
  countEvents(workspaceId: string, registryId: string): Promise<Readonly<Record<DeliveryOutcome, number>>>;
  /** Sweep, every second: events that waited for their index and were not absorbed. Returns how many were settled. */
  settle(): Promise<number>;
  /** Sweep, every few seconds: registries whose interval has passed get a sync assignment. Returns how many. */
  sweep(): Promise<number>;
  /** Sweep, every hour: forgets push events of more than 30 days ago. Returns how many. */
  prune(): Promise<number>;
  /**
   * Takes back all that a compromised sensor ever said, and queues anew the images whose verdicts stood on it. Null when there is no such
   * sensor; again, it finds nothing left.
   */
  distrust(workspaceId: string, sensorId: string): Promise<Distrusted | null>;
  /** @throws resource.not-found when the registry, repository or tag is not known in this workspace. */
  request(workspaceId: string, target: ManualTarget): Promise<{ readonly assignmentIds: readonly string[] }>;
}

/** @internal the webhook's body, understood. */
export interface PushNotice {
  readonly eventId: string;
  readonly account: string | null;
  readonly region: string | null;
  readonly action: 'push' | 'delete' | 'update-storage-class' | 'other';
  readonly succeeded: boolean;
  /** What it names that ECR cannot have; that name is null then. */
  readonly misnamed: 'repository' | 'tag' | null;
  readonly repository: string | null;
  readonly digest: string | null;
  readonly tag: string | null;
  readonly mediaType: string | null;
  readonly storageClass: 'STANDARD' | 'ARCHIVE' | null;
  /** When it happened, by the sender's word (never in our future); deliveries may be a day late. */
  readonly happenedAt: number;
}
