import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type Assignments, SCANS_PER_BATCH } from '../assignments/index.ts';
import type { Context, Placement, Registry, Repository } from '../storage/index.ts';
import type { ManualTarget } from './face.ts';

/** Scans queued by one request: ECR's quota of images in a repository is 100,000. */
const IMAGES_MAX = 100_000;

type Queue = Pick<Assignments, 'queue' | 'queueScan' | 'queueScans'>;
type Asked = Promise<{ readonly assignmentIds: readonly string[] }>;

/**
 * Queues what a person asks for, whatever was scanned before.
 * @param imagesMax for tests.
 */
export async function request(
  context: Context,
  assignments: Queue,
  workspaceId: string,
  target: ManualTarget,
  imagesMax = IMAGES_MAX,
): Asked {
  const registry = await context.store.registries.fetch(workspaceId, target.registryId);
  if (!registry || registry.deletedAt !== null) throw missing(`registry ${target.registryId}`);
  if (target.kind === 'registry') {
    const { id } = await assignments.queue(workspaceId, registry.id, 'sync', 'manual');
    return { assignmentIds: [id] };
  }
  const repository = await context.store.catalog.fetchRepositoryByName(workspaceId, registry.id, target.repository);
  if (!repository) throw missing(`repository ${target.repository}`);
  if (target.kind === 'repository') return queueRepository(context, assignments, repository, imagesMax);
  const digest = target.kind === 'tag' ? await digestOfTag(context, repository, target.tag) : target.digest;
  if (target.kind === 'digest') await ensurePlaced(context, registry, repository, digest);
  const { id } = await assignments.queueScan({ workspaceId, ...scanOf(repository, digest) });
  return { assignmentIds: [id] };
}

const scanOf = ({ registryId, name }: Repository, digest: string) => ({ registryId, repository: name, digest, trigger: 'manual' as const });

async function digestOfTag({ store }: Context, { workspaceId, id, name }: Repository, tag: string): Promise<string> {
  const tagged = await store.catalog.fetchPlacementByTag(workspaceId, id, tag);
  if (!tagged) throw missing(`tag ${tag} in ${name}`);
  return tagged.digest;
}

/** All or none: what lies beyond the bound would never be reached by asking again. A crash on the way leaves a part queued. */
async function queueRepository({ store }: Context, assignments: Queue, repository: Repository, imagesMax: number): Asked {
  const { workspaceId, id: repositoryId } = repository;
  const targets: ReturnType<typeof scanOf>[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.catalog.listPlacements(workspaceId, { repositoryId }, { cursor, limit: SCANS_PER_BATCH });
    for (const digest of await rootsOf(store, workspaceId, page.items)) targets.push(scanOf(repository, digest));
    if (targets.length > imagesMax) throw tooMany(repository, imagesMax);
    cursor = page.nextCursor;
  } while (cursor !== null);
  const assignmentIds: string[] = [];
  for (let at = 0; at < targets.length; at += SCANS_PER_BATCH) {
    const queued = await assignments.queueScans(workspaceId, targets.slice(at, at + SCANS_PER_BATCH));
    assignmentIds.push(...queued.map(({ id }) => id));
  }
  return { assignmentIds };
}

/** What can be pulled. Untagged parts of an index are read with it. */
async function rootsOf({ catalog }: Context['store'], workspaceId: string, placements: readonly Placement[]): Promise<readonly string[]> {
  const present = placements.filter(({ presence }) => presence === 'present');
  const untagged = present.filter(({ tags }) => tags.length === 0).map(({ digest }) => digest);
  const children = await catalog.listChildren(workspaceId, untagged);
  return present.filter(({ digest, tags }) => tags.length > 0 || !children.has(digest)).map(({ digest }) => digest);
}

/** A digest whose push event was lost is asked for by hand: it gets its place, or the scan finds it gone. */
async function ensurePlaced({ store, now }: Context, registry: Registry, repository: Repository, digest: string): Promise<void> {
  const { workspaceId } = registry;
  const { items } = await store.catalog.listPlacements(workspaceId, { repositoryId: repository.id, digest }, { cursor: null, limit: 1 });
  if (items.length > 0) return;
  const placed = { repository: repository.name, digest, tag: null, mediaType: null, pushedAt: now() };
  await store.catalog.updateFromPush(workspaceId, registry.id, placed, { repositoryId: repository.id }, now());
}

const missing = (which: string): TidewaiterError =>
  new TidewaiterError('resource.not-found', { which, remedy: 'List the registry anew if it was made just now.' });

const tooMany = ({ name }: Repository, imagesMax: number): TidewaiterError =>
  new TidewaiterError('resource.conflict', {
    which: `repository ${name}`,
    got: `more than ${imagesMax} images`,
    want: `at most ${imagesMax} in one request`,
    remedy: 'Ask for tags or digests; what was never scanned is queued when the registry is listed.',
  });
