import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Assignments } from '../assignments/index.ts';
import type { Context, EventOutcome, Placement, PushEvent, Registry } from '../storage/index.ts';
import type { PushNotice, PushReceipt } from './face.ts';
import { noticeOf } from './notice.ts';

/** How long an untagged image waits for the index that it is a part of: children are pushed before it, mostly within a second. */
const SETTLE_MS = 2_000;
const SETTLE_BATCH = 200;

/** A push event as it is stored first. */
type Received = Omit<PushEvent, 'duplicates'>;

interface Applied {
  readonly outcome: EventOutcome;
  readonly outcomeReason: string | null;
  readonly assignmentId: string | null;
}

const told = (outcome: EventOutcome, outcomeReason: string | null = null, assignmentId: string | null = null): Applied => ({
  outcome,
  outcomeReason,
  assignmentId,
});

/** What push events do. An event is written before it is acted on, so that a crash in between leaves it to the sweep. */
export class Pushes {
  readonly #context: Context;
  readonly #assignments: Pick<Assignments, 'queueScan'>;

  constructor(context: Context, assignments: Pick<Assignments, 'queueScan'>) {
    this.#context = context;
    this.#assignments = assignments;
  }

  async receive(registry: Registry, rawBody: string): Promise<PushReceipt> {
    const { store, now } = this.#context;
    const notice = noticeOf(rawBody, now());
    const foreign = foreignReason(registry, notice) ?? emptyReason(notice);
    const event = eventOf(registry, notice, rawBody, now(), foreign);
    const { eventId } = event;
    if (!(await store.events.create(registry.workspaceId, event)))
      return { eventId, outcome: 'duplicate', outcomeReason: 'received before', assignmentId: null };
    if (foreign !== null) return { eventId, outcome: 'ignored', outcomeReason: foreign, assignmentId: null };
    const applied = await this.#apply(registry, event, notice, false);
    if (applied.outcome !== 'waiting') await this.#close(event, applied);
    return { eventId, ...applied };
  }

  /** Events whose wait is over, or that a crash left behind. */
  async settle(): Promise<number> {
    const { store, now } = this.#context;
    const due = await store.events.listSettled(now(), SETTLE_BATCH);
    for (const event of due) await this.#close(event, await this.#settleOne(event));
    return due.length;
  }

  /** An event that cannot be acted on must not hold up the ones behind it; a database that is away holds up all. */
  async #settleOne(event: PushEvent): Promise<Applied> {
    try {
      return await this.#settleDue(event);
    } catch (error) {
      if (!(error instanceof TidewaiterError) || error.retryable) throw error;
      this.#context.log.warn({ eventId: event.eventId, code: error.code }, 'a push event could not be acted on');
      return told('ignored', error.message);
    }
  }

  async #settleDue(event: PushEvent): Promise<Applied> {
    const registry = await this.#context.store.registries.fetch(event.workspaceId, event.registryId);
    if (!registry || registry.deletedAt !== null) return told('ignored', 'the registry was disconnected');
    return this.#apply(registry, event, noticeOf(event.body, event.receivedAt), true);
  }

  async #close({ workspaceId, registryId, eventId }: Received, { outcome, outcomeReason }: Applied): Promise<void> {
    await this.#context.store.events.update(workspaceId, registryId, eventId, { outcome, outcomeReason });
  }

  async #apply(registry: Registry, event: Received, notice: PushNotice, settled: boolean): Promise<Applied> {
    const { repository, digest } = event;
    if (repository === null || digest === null) return told('ignored', 'it names no image');
    switch (event.action) {
      case 'push':
        return this.#push(registry, { ...notice, repository, digest }, settled);
      case 'delete':
        return this.#delete(registry, { ...notice, repository, digest });
      case 'update-storage-class':
        return this.#moveStorage(registry, repository, digest, notice);
      case 'other':
        return told('ignored', 'not an event that changes an image');
    }
  }

  async #push(registry: Registry, pushed: Named, settled: boolean): Promise<Applied> {
    const { store, now, newId } = this.#context;
    const { workspaceId, id: registryId } = registry;
    const { repository: name, digest, tag, mediaType, happenedAt: pushedAt } = pushed;
    const known = await store.catalog.fetchRepositoryByName(workspaceId, registryId, name);
    if (!known && !watchesUnknown(registry)) return told('ignored', `repository ${name} is unknown and not in the perimeter`);
    const ids = { repositoryId: newId() };
    const placed = { repository: name, digest, tag, mediaType, pushedAt };
    const repository = await store.catalog.updateFromPush(workspaceId, registryId, placed, ids, now());
    if (!repository.watched) return told('ignored', `repository ${name} is not in the perimeter`);
    if (tag === null && !settled) return told('waiting');
    if (tag === null && (await store.catalog.listChildren(workspaceId, [digest])).has(digest))
      return told('applied', 'scanned with its index');
    const { id } = await this.#assignments.queueScan({ workspaceId, registryId, repository: name, digest, trigger: 'push' });
    return told('queued', null, id);
  }

  /** ECR names the tag in the event, too, when only the tag was taken off; the image stays while it has another. */
  async #delete(registry: Registry, { repository, digest, tag, happenedAt }: Named): Promise<Applied> {
    const { store, now } = this.#context;
    const { workspaceId, id: registryId } = registry;
    const placed = await this.#placement(registry, repository, digest);
    if (!placed) return told('ignored', 'the image was not known');
    if (placed.pushedAt !== null && placed.pushedAt > happenedAt) return told('ignored', 'the image was pushed again since');
    if (tag !== null) await store.catalog.deleteTag(workspaceId, placed.repositoryId, tag, digest);
    if (tag !== null && placed.tags.some((other) => other !== tag)) return told('applied', 'the image keeps other tags');
    await store.catalog.updatePresence(workspaceId, registryId, repository, digest, 'gone', now());
    return told('applied');
  }

  async #placement({ workspaceId, id: registryId }: Registry, repository: string, digest: string): Promise<Placement | null> {
    const { catalog } = this.#context.store;
    const known = await catalog.fetchRepositoryByName(workspaceId, registryId, repository);
    if (!known) return null;
    const { items } = await catalog.listPlacements(workspaceId, { repositoryId: known.id, digest }, { cursor: null, limit: 1 });
    return items[0] ?? null;
  }

  async #moveStorage(registry: Registry, repository: string, digest: string, { storageClass }: PushNotice): Promise<Applied> {
    const { store, now } = this.#context;
    const { workspaceId, id: registryId } = registry;
    if (storageClass === null) return told('ignored', 'unknown storage class');
    const presence = storageClass === 'ARCHIVE' ? 'archived' : 'present';
    const found = await store.catalog.updatePresence(workspaceId, registryId, repository, digest, presence, now());
    if (!found) return told('ignored', 'the image was not known');
    const known = await store.catalog.fetchRepositoryByName(workspaceId, registryId, repository);
    if (presence === 'archived' || !known?.watched) return told('applied');
    const { id } = await this.#assignments.queueScan({ workspaceId, registryId, repository, digest, trigger: 'push' });
    return told('queued', null, id);
  }
}

/** A notice that names an image. */
type Named = PushNotice & { readonly repository: string; readonly digest: string };

/** A repository that a push names first: new ones are watched where all are, or where the perimeter says so. */
function watchesUnknown({ perimeter }: Registry): boolean {
  return perimeter.mode === 'entire' || perimeter.automatic;
}

const differs = (ours: string | null, theirs: string | null): boolean => ours !== null && theirs !== null && ours !== theirs;

function foreignReason(registry: Registry, notice: PushNotice): string | null {
  if (differs(registry.account, notice.account)) return `account ${notice.account} is not this registry's`;
  if (differs(registry.region, notice.region)) return `region ${notice.region} is not this registry's`;
  return null;
}

function emptyReason(notice: PushNotice): string | null {
  if (!notice.succeeded) return 'the action failed in the registry';
  if (notice.action === 'other') return 'not an event that changes an image';
  if (notice.misnamed !== null) return `it names a ${notice.misnamed} that ECR cannot have`;
  return notice.repository === null || notice.digest === null ? 'it names no repository or no sha256 digest' : null;
}

function eventOf(registry: Registry, notice: PushNotice, body: string, nowMs: number, ignored: string | null): Received {
  const { eventId, action, repository, digest, tag } = notice;
  return {
    workspaceId: registry.workspaceId,
    registryId: registry.id,
    eventId,
    receivedAt: nowMs,
    action,
    repository,
    digest,
    tag,
    body,
    outcome: ignored === null ? 'waiting' : 'ignored',
    outcomeReason: ignored,
    settleAt: ignored === null ? nowMs + SETTLE_MS : null,
  };
}
