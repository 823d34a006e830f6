import { engineOfKey } from '@tidewaiter/shared/findings';
import type { Context, Registry } from '../storage/index.ts';
import { settleAnew } from './settle.ts';

/** Registries and verdicts looked at per query. */
const PER_PAGE = 100;

/**
 * Makes the verdicts of registries anew whose exclusions were changed, from what is known: nothing is read. A crash on the way, or another
 * change, leaves the revision open, and it is begun again; a verdict made twice is the same.
 */
export async function judgeAnew(context: Context): Promise<number> {
  let verdicts = 0;
  for (const registry of await context.store.registries.listUnjudged(PER_PAGE)) {
    verdicts += await judgeRegistry(context, registry);
    await context.store.registries.updateJudged(registry.workspaceId, registry.id, registry.exclusionsRevision);
  }
  return verdicts;
}

async function judgeRegistry(context: Context, { workspaceId, id: registryId }: Registry): Promise<number> {
  const { scans } = context.store;
  let verdicts = 0;
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof scans.listDigests>> = await scans.listDigests(workspaceId, registryId, {
      cursor,
      limit: PER_PAGE,
    });
    for (const digest of page.items) {
      const scan = await scans.fetchLatest(workspaceId, digest);
      if (scan) verdicts += await settleAnew(context, workspaceId, digest, engineOfKey(scan.engineKey));
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  context.log.info({ workspaceId, registryId, verdicts }, 'exclusions were changed: the verdicts were made anew');
  return verdicts;
}
