import type { EngineIdentity, LayerSummary, Visibility } from '@tidewaiter/shared/findings';
import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import type { CatalogPage, Failure, Grant, Progress } from '@tidewaiter/shared/protocol';
import type { Assignment } from './assignments.ts';
import type { Placement, Presence, Repository } from './catalog.ts';
import type { LayerClaimAnswer, LayerPart, RootFacts, StoredManifest } from './facts.ts';
import type { Incident, IncidentActivity, IncidentNote, Occurrence, Scan, Severity } from './incidents.ts';
import type { IssuerKey } from './issuer-keys.ts';
import type { EventOutcome, PushEvent, Registry, WebhookKey } from './registries.ts';
import type { EnrolmentToken, Sensor } from './sensors.ts';
import type { ApiToken, AuditEntry, Workspace } from './workspaces.ts';

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
 *   `FactStore.prune`.
 * - The installation itself: `WorkspaceStore.list`; `IssuerKeyStore.list`, `IssuerKeyStore.create`, `IssuerKeyStore.update`, since AWS knows
 *   one issuer.
 * Migrations run when the store is opened and are no verb.
 */

/** A thing without the workspace that it is created in. What its own member of that name says is not looked at. */
export type Own<T extends { readonly workspaceId: string }> = Omit<T, 'workspaceId'>;

export interface WorkspaceStore {
  /** The workspace and its first owner token, or neither. */
  create(workspaceId: string, workspace: Omit<Workspace, 'id'>, owner: Own<ApiToken>): Promise<void>;
  /** The same, only if the installation has no workspace yet; true when it did. Safe with replicas. */
  createFirst(workspaceId: string, workspace: Omit<Workspace, 'id'>, owner: Own<ApiToken>): Promise<boolean>;
  fetch(workspaceId: string): Promise<Workspace | null>;
  list(): Promise<readonly Workspace[]>;
}

export interface TokenStore {
  create(workspaceId: string, token: Own<ApiToken>): Promise<void>;
  fetch(workspaceId: string, id: string): Promise<ApiToken | null>;
  fetchByHash(tokenHash: string): Promise<ApiToken | null>;
  list(workspaceId: string, page: PageRequest): Promise<Page<ApiToken>>;
  update(workspaceId: string, id: string, change: { readonly lastUsedAt: number }): Promise<boolean>;
  /**
   * Ends a token, unless it is an owner's and no other owner token would live on without an expiry ('last-owner'): whoever asks at the
   * same time, one stays. One that was revoked before keeps its time.
   */
  revoke(workspaceId: string, id: string, nowMs: number): Promise<'revoked' | 'missing' | 'last-owner'>;
}

export interface AuditStore {
  create(workspaceId: string, entry: Own<AuditEntry>): Promise<void>;
  list(workspaceId: string, page: PageRequest): Promise<Page<AuditEntry>>;
}

export interface SensorStore {
  createEnrolmentToken(workspaceId: string, token: Own<EnrolmentToken>): Promise<void>;
  listEnrolmentTokens(workspaceId: string, page: PageRequest): Promise<Page<EnrolmentToken>>;
  updateEnrolmentToken(workspaceId: string, id: string, change: { readonly revokedAt: number }): Promise<boolean>;
  /** Spends one use of a live token and creates the sensor (registryIds and workspace from the token); null when the token is not live. */
  enrol(tokenHash: string, sensor: Omit<Sensor, 'workspaceId' | 'registryIds' | 'compromisedAt'>, nowMs: number): Promise<Sensor | null>;
  fetchById(sensorId: string): Promise<Sensor | null>;
  fetch(workspaceId: string, sensorId: string): Promise<Sensor | null>;
  list(workspaceId: string, page: PageRequest): Promise<Page<Sensor>>;
  update(
    workspaceId: string,
    sensorId: string,
    change: Partial<Pick<Sensor, 'name' | 'version' | 'engine' | 'lastSeenAt' | 'revokedAt'>>,
  ): Promise<boolean>;
  /** Remembers an assertion's id until it expires (and forgets this sensor's expired ones); false when it was seen before. */
  createAssertion(workspaceId: string, sensorId: string, jti: string, expiresAt: number): Promise<boolean>;
}

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

export interface EventStore {
  /** False when (registry, eventId) is there already. */
  create(workspaceId: string, event: Own<PushEvent>): Promise<boolean>;
  list(workspaceId: string, registryId: string, page: PageRequest): Promise<Page<PushEvent>>;
  /** Waiting events of all workspaces whose settleAt has passed. */
  listSettled(nowMs: number, limit: number): Promise<readonly PushEvent[]>;
  update(
    workspaceId: string,
    registryId: string,
    eventId: string,
    change: { readonly outcome: EventOutcome; readonly outcomeReason: string | null },
  ): Promise<boolean>;
  count(workspaceId: string, registryId: string): Promise<Readonly<Record<EventOutcome, number>>>;
  /** Forgets events received before `beforeMs` that wait for nothing. Returns how many. */
  prune(beforeMs: number): Promise<number>;
  /** Counts a delivery whose key is none of ours, under the account and region its body claims (or '' when unreadable). */
  createRejection(account: string, region: string, nowMs: number): Promise<void>;
  countRejections(account: string, region: string): Promise<{ readonly count: number; readonly lastAt: number | null }>;
}

export interface CatalogStore {
  /**
   * Writes one page of a listing under its grant's assignment: repositories (new ones watched as the perimeter says), placements, tags.
   * The last page marks as gone what this listing did not name. False when the grant is stale.
   */
  update(workspaceId: string, registryId: string, page: Omit<CatalogPage, 'kind'>, newId: () => string, nowMs: number): Promise<boolean>;
  /**
   * From a push event: the placement, with its tag moved here unless it was moved after `pushedAt` (events come late and out of
   * order); its repository is made if unknown. Returns the repository.
   */
  updateFromPush(
    workspaceId: string,
    registryId: string,
    push: {
      readonly repository: string;
      readonly digest: string;
      readonly tag: string | null;
      readonly mediaType: string | null;
      readonly pushedAt: number;
    },
    ids: { readonly repositoryId: string },
    nowMs: number,
  ): Promise<Repository>;
  updatePresence(
    workspaceId: string,
    registryId: string,
    repository: string,
    digest: string,
    presence: Presence,
    nowMs: number,
  ): Promise<boolean>;
  /** Takes a tag off if it still points to `digest`. */
  deleteTag(workspaceId: string, repositoryId: string, tag: string, digest: string): Promise<boolean>;
  fetchRepository(workspaceId: string, repositoryId: string): Promise<Repository | null>;
  fetchRepositoryByName(workspaceId: string, registryId: string, name: string): Promise<Repository | null>;
  listRepositories(workspaceId: string, registryId: string, page: PageRequest): Promise<Page<Repository>>;
  updateRepository(workspaceId: string, repositoryId: string, change: { readonly watched: boolean }): Promise<boolean>;
  listPlacements(
    workspaceId: string,
    filter: { readonly registryId?: string; readonly repositoryId?: string; readonly digest?: string },
    page: PageRequest,
  ): Promise<Page<Placement>>;
  /** In how many watched repositories the digest stands; null when it stands in none at all. */
  countWatched(workspaceId: string, digest: string): Promise<number | null>;
  /** The present placement that a tag points to. */
  fetchPlacementByTag(workspaceId: string, repositoryId: string, tag: string): Promise<Placement | null>;
  /**
   * Present placements of watched repositories whose digest has no scan under `engineKey` and no live assignment, by repository and
   * digest. A page may hold fewer than its limit, or none, with more to come.
   */
  listUnscanned(workspaceId: string, registryId: string, engineKey: string | null, page: PageRequest): Promise<Page<Placement>>;
  /** Those of `digests` that are children of an index that stands in a repository of this workspace and is not gone. */
  listChildren(workspaceId: string, digests: readonly string[]): Promise<ReadonlySet<string>>;
}

/** `id` is the live assignment's for this work, made now or before. */
export interface QueuedAssignment {
  readonly id: string;
  readonly created: boolean;
}

export interface AssignmentStore {
  /** Creates it unless a live one (pending, offered, running) of the same kind, registry, repository and digest exists; answers the live one's id either way. */
  create(workspaceId: string, assignment: Own<Assignment>): Promise<QueuedAssignment>;
  /** The same for many, in one transaction: one answer for each, in their order; of two for the same work here, one is created. */
  createAll(workspaceId: string, assignments: readonly Own<Assignment>[]): Promise<readonly QueuedAssignment[]>;
  fetch(workspaceId: string, id: string): Promise<Assignment | null>;
  list(
    workspaceId: string,
    filter: { readonly registryId?: string; readonly state?: string; readonly digest?: string },
    page: PageRequest,
  ): Promise<Page<Assignment>>;
  /** Pending, due work this sensor may serve, by priority then age; marks it offered until `nowMs + offerMs`, then it may be offered again. */
  offer(workspaceId: string, sensorId: string, limit: number, offerMs: number, nowMs: number): Promise<readonly Assignment[]>;
  /** Compare-and-swap to running under a lease; null when another sensor was faster, or this sensor may not serve it. */
  accept(workspaceId: string, sensorId: string, id: string, leaseMs: number, nowMs: number): Promise<Assignment | null>;
  /** Extends the lease if `grant` is current and the sensor's; false otherwise (the sensor must stop). */
  renew(workspaceId: string, sensorId: string, grant: Grant, progress: Progress | null, leaseMs: number, nowMs: number): Promise<boolean>;
  /** Ends it if `grant` is current, and answers it as it is then; null when stale. `retryAt`: back to pending, not before then. */
  finish(
    workspaceId: string,
    sensorId: string,
    grant: Grant,
    end: {
      readonly state: 'succeeded' | 'failed';
      readonly failure: Failure | null;
      readonly timings: Readonly<Record<string, number>>;
      readonly retryAt: number | null;
    },
    nowMs: number,
  ): Promise<Assignment | null>;
  isCurrent(workspaceId: string, sensorId: string, grant: Grant): Promise<boolean>;
  /**
   * Frees the leases of a sensor that it did not name in hello: back to pending at once, or failed after `attemptsMax` (work that
   * kills its sensor comes this way). Answers those it still holds.
   */
  release(
    workspaceId: string,
    sensorId: string,
    held: readonly Grant[],
    attemptsMax: number,
    nowMs: number,
  ): Promise<{ readonly held: readonly Grant[]; readonly freed: number; readonly failed: readonly Assignment[] }>;
  /** Leases that ran out, in all workspaces: back to pending, or failed after `attemptsMax`. */
  expire(nowMs: number, attemptsMax: number): Promise<{ readonly freed: readonly Assignment[]; readonly failed: readonly Assignment[] }>;
  cancel(workspaceId: string, filter: { readonly id?: string; readonly registryId?: string }, nowMs: number): Promise<number>;
  count(workspaceId: string): Promise<Readonly<Record<string, number>>>;
}

export interface FactStore {
  /**
   * Leased claims on layers for a grant; `known` are facts under this engine with a witness that may serve the grant's registry.
   * `foreign`: digests that no manifest this sensor reported below the grant's root names; then nothing is claimed. Null when the grant
   * is stale. A grant to deliver outlives its lease.
   */
  claim(
    workspaceId: string,
    sensorId: string,
    grant: Grant,
    engine: EngineIdentity,
    digests: readonly string[],
    leaseMs: number,
    nowMs: number,
  ): Promise<LayerClaimAnswer | { readonly foreign: readonly string[] } | null>;
  /** Keeps a page of a result; false when this sensor was never granted a claim on the digest under this engine. The same page again changes nothing. */
  createLayerPart(
    workspaceId: string,
    sensorId: string,
    engine: EngineIdentity,
    digest: string,
    part: LayerPart,
    nowMs: number,
  ): Promise<boolean>;
  /**
   * Makes the parts a fact and the sensor its witness, or a witness of the fact that is there; ends its claim. 'conflict': a different
   * body is there already (kept; an alarm is the caller's). 'parts-missing': pages 0..n-1 are not all there.
   */
  createLayer(
    workspaceId: string,
    sensorId: string,
    engine: EngineIdentity,
    summary: LayerSummary,
    pages: number,
    ids: readonly string[],
    nowMs: number,
  ): Promise<'created' | 'known' | 'conflict' | 'parts-missing' | 'unclaimed'>;
  /**
   * Writes a manifest, its children, layers and own findings, once by digest and engine, and makes the sensor its witness. 'conflict': a
   * different body is there already (kept; an alarm is the caller's). 'refused': the sensor is none of this workspace, or compromised.
   */
  createManifest(
    workspaceId: string,
    sensorId: string,
    manifest: StoredManifest,
    newId: () => string,
    nowMs: number,
  ): Promise<'created' | 'known' | 'conflict' | 'refused'>;
  /**
   * Marks the sensor as revoked and compromised, and takes back all it ever said, in one go: its witness, parts, grants and claims; facts
   * that have no other witness, with their findings; the verdicts that stood on what is not witnessed any more wherever this sensor may
   * serve, and those it gave without facts (gone, failed). Incidents stay. Null when there is no such sensor; again: nothing is left.
   */
  deleteBySensor(
    workspaceId: string,
    sensorId: string,
    nowMs: number,
  ): Promise<{ readonly facts: number; readonly images: readonly string[] } | null>;
  /** Whether the root, all below it and all their layers are known and undisputed under this engine: what settling needs, for a few cheap queries. */
  isComplete(workspaceId: string, digest: string, engine: EngineIdentity): Promise<boolean>;
  /**
   * What is known of a root by witnesses that may serve a registry in which it is placed (or, where it has no place of its own, an index
   * above it). Null when no such witness ever reported it. What lies deeper than 8 indexes or beyond 5,000 manifests is `missing`.
   */
  fetchRoot(workspaceId: string, digest: string, engine: EngineIdentity): Promise<RootFacts | null>;
  /** Forgets pages received before `beforeMs` whose layer never became a fact. Returns how many. */
  prune(beforeMs: number): Promise<number>;
  /**
   * Root digests (placed ones, reported under this engine) whose images hold this layer and whose verdict under it is open: none yet,
   * or with something unread. They are settled anew when the layer becomes a fact.
   */
  listRootsOfLayer(workspaceId: string, layerDigest: string, engine: EngineIdentity): Promise<readonly string[]>;
  /** Which of `hashes` the layer wrote, whited out or made opaque. */
  fetchPaths(
    workspaceId: string,
    layerDigest: string,
    engine: EngineIdentity,
    hashes: ReadonlySet<string>,
  ): Promise<{
    readonly files: ReadonlySet<string>;
    readonly directories: ReadonlySet<string>;
    readonly whiteouts: ReadonlySet<string>;
    readonly opaques: ReadonlySet<string>;
  }>;
}

export interface ScanStore {
  /**
   * Replaces the verdict on (digest, engine), keeping its id, and with it the visibility of each finding per image; creates the
   * incidents of new fingerprints and reopens resolved ones that an image not seen before holds (each with an activity of `system`).
   * An open incident of which nothing is reported any more, since exclusions hide what this verdict reported before, is resolved (activity
   * `excluded`), and reopened when one of its findings is reported again.
   * Incidents are made from findings at or above the reporting confidence only (`reported`), with the gravest `severity` seen.
   * They change at `nowMs`, which for facts that came late is after `scannedAt`; where it is not given, at `scannedAt`.
   */
  create(
    workspaceId: string,
    scan: Own<Scan>,
    seen: readonly {
      readonly findingId: string;
      readonly imageDigest: string;
      readonly visibility: Visibility;
      readonly reported: boolean;
      readonly severity: Severity;
      readonly excludedBy: readonly string[];
    }[],
    newId: () => string,
    nowMs?: number,
  ): Promise<{ readonly created: readonly string[]; readonly reopened: readonly string[] }>;
  /** By `scannedAt`. */
  fetchLatest(workspaceId: string, digest: string): Promise<Scan | null>;
  /** Digests placed in the registry that have a verdict, by digest. */
  listDigests(workspaceId: string, registryId: string, page: PageRequest): Promise<Page<string>>;
  /** Distinct findings in the registry's latest verdicts whose path is excluded, by what excludes it and whether they are reported for all that. */
  countExcluded(
    workspaceId: string,
    registryId: string,
  ): Promise<readonly { readonly excludedBy: readonly string[]; readonly reported: boolean; readonly findings: number }[]>;
  list(workspaceId: string, filter: { readonly digest?: string; readonly verdict?: string }, page: PageRequest): Promise<Page<Scan>>;
}

export interface IncidentStore {
  fetch(workspaceId: string, id: string): Promise<Incident | null>;
  list(
    workspaceId: string,
    filter: {
      readonly status?: string;
      readonly severity?: string;
      readonly detector?: string;
      readonly digest?: string;
      readonly repositoryId?: string;
    },
    page: PageRequest,
  ): Promise<Page<Incident>>;
  /** Changes it and writes one activity row. */
  update(
    workspaceId: string,
    id: string,
    change: Partial<Pick<Incident, 'status' | 'severity' | 'assignee' | 'ignoreReason' | 'resolvedAt'>>,
    activity: IncidentActivity,
  ): Promise<boolean>;
  createNote(workspaceId: string, incidentId: string, note: IncidentNote): Promise<boolean>;
  listNotes(workspaceId: string, incidentId: string, page: PageRequest): Promise<Page<IncidentNote>>;
  listActivity(workspaceId: string, incidentId: string, page: PageRequest): Promise<Page<IncidentActivity>>;
  /** Ordered by (finding, image, repository). */
  listOccurrences(workspaceId: string, incidentId: string, page: PageRequest): Promise<Page<Occurrence>>;
  count(workspaceId: string): Promise<Readonly<Record<string, number>>>;
}

export interface IssuerKeyStore {
  list(): Promise<readonly IssuerKey[]>;
  /** Creates the key as the only one in its state ('pending' or 'active'); false when there is one already. Safe with replicas. */
  create(key: IssuerKey): Promise<boolean>;
  update(kid: string, from: IssuerKey['state'], to: IssuerKey['state'], nowMs: number): Promise<boolean>;
}

/** Wakes whoever waits, across replicas; a hint only, the tables are the truth. Topics: `assignments:<workspaceId>`, `verdicts:<workspaceId>`. */
export interface Wakeups {
  notify(topic: string): Promise<void>;
  /** Returns how to stop listening. */
  listen(topic: string, wake: () => void): () => void;
}

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
