import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Assignments } from '../assignments/index.ts';
import type { Context, Placement, Registry, Repository } from '../storage/index.ts';
import type { ManualTarget } from './face.ts';

/** Images of one repository queued by one request (ECR's quota of images in a repository). */
const IMAGES_MAX = 100_000;
const PAGE = 500;

/** Queues what a person asks for, whatever was scanned before. */
export async function request(
  context: Context,
  assignments: Pick<Assignments, 'queue' | 'queueScan'>,
  workspaceId: string,
  target: ManualTarget,
): Promise<{ readonly assignmentIds: readonly string[] }> {
  const registry = await context.store.registries.fetch(workspaceId, target.registryId);
  if (!registry || registry.deletedAt !== null) throw missing(`registry ${target.registryId}`);
  if (target.kind === 'registry') {
    const { id } = await assignments.queue(workspaceId, registry.id, 'sync', 'manual');
    return { assignmentIds: [id] };
  }
  const repository = await context.store.catalog.fetchRepositoryByName(workspaceId, registry.id, target.repository);
  if (!repository) throw missing(`repository ${target.repository}`);
  const digests = await digestsOf(context, registry, repository, target);
  const assignmentIds: string[] = [];
  for (const digest of digests) {
    const scan = { workspaceId, registryId: registry.id, repository: repository.name, digest, trigger: 'manual' as const };
    assignmentIds.push((await assignments.queueScan(scan)).id);
  }
  return { assignmentIds };
}

async function digestsOf(
  context: Context,
  registry: Registry,
  repository: Repository,
  target: Exclude<ManualTarget, { kind: 'registry' }>,
): Promise<readonly string[]> {
  switch (target.kind) {
    case 'digest':
      await ensurePlaced(context, registry, repository, target.digest);
      return [target.digest];
    case 'tag': {
      const tagged = (await listPresent(context, repository)).find((placement) => placement.tags.includes(target.tag));
      if (!tagged) throw missing(`tag ${target.tag} in ${repository.name}`);
      return [tagged.digest];
    }
    case 'repository':
      return roots(context, await listPresent(context, repository));
  }
}

/** A digest whose push event was lost is asked for by hand: it gets its place, or the scan finds it gone. */
async function ensurePlaced({ store, now }: Context, registry: Registry, repository: Repository, digest: string): Promise<void> {
  const { workspaceId } = registry;
  const { items } = await store.catalog.listPlacements(workspaceId, { repositoryId: repository.id, digest }, { cursor: null, limit: 1 });
  if (items.length > 0) return;
  const placed = { repository: repository.name, digest, tag: null, mediaType: null, pushedAt: now() };
  await store.catalog.updateFromPush(workspaceId, registry.id, placed, { repositoryId: repository.id }, now());
}

async function listPresent({ store }: Context, { workspaceId, id: repositoryId }: Repository): Promise<readonly Placement[]> {
  const found: Placement[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.catalog.listPlacements(workspaceId, { repositoryId }, { cursor, limit: PAGE });
    found.push(...page.items.filter((placement) => placement.presence === 'present'));
    cursor = page.nextCursor;
  } while (cursor !== null && found.length < IMAGES_MAX);
  return found;
}

/** Untagged parts of an index are read with it. */
async function roots({ store }: Context, placements: readonly Placement[]): Promise<readonly string[]> {
  const digests: string[] = [];
  for (const { workspaceId, digest, tags } of placements)
    if (tags.length > 0 || !(await store.catalog.isChild(workspaceId, digest))) digests.push(digest);
  return digests;
}

const missing = (which: string): TidewaiterError =>
  new TidewaiterError('resource.not-found', { which, remedy: 'List the registry anew if it was made just now.' });
