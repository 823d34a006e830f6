import type { AssignmentStore } from './assignments.ts';
import type { CatalogStore } from './catalog.ts';
import type { FactStore } from './facts.ts';
import type { IncidentStore, ScanStore } from './incidents.ts';
import type { IssuerKeyStore } from './issuer-keys.ts';
import type { EventStore, RegistryStore } from './registries.ts';
import type { SensorStore } from './sensors.ts';
import type { AuditStore, TokenStore, WorkspaceStore } from './workspaces.ts';

/*
 * The storage port. Every verb is one whole transaction; no handle escapes. A thing of another workspace does not exist: fetch answers
 * null, update false. Times are passed in, in ms. Ids are made by the caller (UUIDv7). Lists are ordered by id, oldest first, unless said.
 * Errors: storage.unavailable (busy, lost connection; retryable), storage.full, storage.damaged, storage.conflict; resource.not-found for
 * what hangs on something that is not there.
 *
 * `workspaceId` is the first argument of every verb. These, and no others, can have none (the check `workspace-first` reads this list):
 * - What finds the workspace out: `TokenStore.fetchByHash` by an API token, `SensorStore.enrol` by an enrolment token,
 *   `SensorStore.fetchById` by an assertion, `RegistryStore.fetchByWebhookKey` by a webhook key.
 * - Deliveries that no key names a workspace for: `EventStore.createRejection`, `EventStore.countRejections`.
 * - Sweeps of the installation: `RegistryStore.listDue`, `RegistryStore.listUnjudged`, `EventStore.listSettled`, `EventStore.prune`, `AssignmentStore.expire`,
 *   `AssignmentStore.strand`, `AssignmentStore.listUnjudged`, `FactStore.prune`.
 * - The installation itself: `WorkspaceStore.list`; `IssuerKeyStore.list`, `IssuerKeyStore.create`, `IssuerKeyStore.update`, since AWS knows
 *   one issuer.
 * Migrations run when the store is opened and are no verb.
 */

/** Wakes whoever waits, across replicas; a hint only, the tables are the truth. Topics: `assignments:<workspaceId>`, `verdicts:<workspaceId>`. */
export interface Wakeups {
  notify(topic: string): Promise<void>;
  /** Returns how to stop listening. */
  listen(topic: string, wake: () => void): () => void;
}

/** All of it, over one database. */
export interface Store {
  readonly workspaces: WorkspaceStore;
  readonly tokens: TokenStore;
  readonly audit: AuditStore;
  readonly sensors: SensorStore;
  readonly registries: RegistryStore;
  readonly events: EventStore;
  readonly catalog: CatalogStore;
  readonly assignments: AssignmentStore;
  readonly facts: FactStore;
  readonly scans: ScanStore;
  readonly incidents: IncidentStore;
  readonly issuerKeys: IssuerKeyStore;
  readonly wakeups: Wakeups;
  /** One cheap round trip; for readiness. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
