import type { Assignment, Context, StoredManifest } from '../storage/index.ts';

/** Live assignments looked at per child; a digest has one per repository. */
const PLACES_MAX = 100;

/** An index is read with all its children: an untagged one that waits for a scan of its own waits in vain. */
export async function absorbChildren(
  { store, now }: Context,
  workspaceId: string,
  parent: Assignment,
  manifest: Pick<StoredManifest, 'children'>,
): Promise<void> {
  const { registryId } = parent;
  for (const { digest } of manifest.children) {
    const { items } = await store.assignments.list(
      workspaceId,
      { registryId, digest, state: 'pending' },
      { cursor: null, limit: PLACES_MAX },
    );
    const waiting = items.filter((assignment) => assignment.trigger !== 'manual' && assignment.id !== parent.id);
    if (waiting.length === 0) continue;
    const placed = await store.catalog.listPlacements(workspaceId, { registryId, digest }, { cursor: null, limit: PLACES_MAX });
    const tagged = new Set(placed.items.filter((placement) => placement.tags.length > 0).map((placement) => placement.repository));
    for (const { id, repository } of waiting) if (!tagged.has(repository ?? '')) await store.assignments.cancel(workspaceId, { id }, now());
  }
}
