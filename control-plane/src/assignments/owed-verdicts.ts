import { engineKey } from '@tidewaiter/shared/findings';
import type { Findings } from '../findings/index.ts';
import type { Assignment, Context } from '../storage/index.ts';

/** Failed work looked at per query. */
const PER_PAGE = 100;

/**
 * What failed without a word of its sensor gets its verdict, too: who waits for one must not wait for ever. The store marks it in the
 * transaction that ends it; what a crash or a fault leaves marked, the next sweep takes up.
 */
export async function settleFailed(context: Context, findings: Findings, failed: readonly Assignment[], why: string): Promise<void> {
  for (const { workspaceId, id, digest, sensorId, failure } of failed)
    context.log.warn({ workspaceId, assignmentId: id, digest, sensorId, code: failure?.code }, why);
  for (const assignment of failed) await settleOne(context, findings, assignment);
}

/** See Assignments.settleOwed. One that cannot be settled does not keep those behind it from it. */
export async function settleOwed(context: Context, findings: Findings): Promise<number> {
  const { assignments } = context.store;
  let settled = 0;
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof assignments.listUnjudged>> = await assignments.listUnjudged({ cursor, limit: PER_PAGE });
    for (const assignment of page.items) settled += Number(await settleOne(context, findings, assignment));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return settled;
}

async function settleOne(context: Context, findings: Findings, assignment: Assignment): Promise<boolean> {
  const { workspaceId, id, digest } = assignment;
  try {
    await judge(findings, assignment);
    return await context.store.assignments.updateJudged(workspaceId, id);
  } catch (error) {
    context.log.warn({ workspaceId, assignmentId: id, digest, err: error }, 'the verdict on failed work could not be made; it comes again');
    return false;
  }
}

async function judge(findings: Findings, { workspaceId, kind, digest, engine, failure, finishedAt }: Assignment): Promise<void> {
  if (kind !== 'scan' || digest === null || engine === null) return;
  const last = await findings.fetchScan(workspaceId, digest);
  // Judged under another engine since: this end, late as it is, must not make a replaced engine's verdict the latest.
  if (last && last.engineKey !== engineKey(engine) && last.scannedAt > (finishedAt ?? 0)) return;
  await findings.settle(workspaceId, digest, engine, { state: 'failed', failure, unread: [] });
}
