import type { Outcome } from '@tidewaiter/shared/protocol';
import type { Findings } from '../findings/index.ts';
import type { Assignment, Context, Sensor } from '../storage/index.ts';
import { retryAtOf } from './limits.ts';

/**
 * Ends an assignment by its sensor's outcome. The verdict comes first: the outcome is acknowledged only when all is written, so a
 * crash in between brings it again under the same grant.
 */
export async function endOf(
  context: Context,
  findings: Findings,
  sensor: Sensor,
  outcome: Outcome,
): Promise<'finished' | 'retrying' | 'stale'> {
  const { store, now } = context;
  const { workspaceId } = sensor;
  const { grant, failure, timings } = outcome;
  const assignment = await store.assignments.fetch(workspaceId, grant.assignmentId);
  if (!assignment || !(await store.assignments.isCurrent(workspaceId, sensor.id, grant))) return 'stale';
  const retryAt = outcome.state === 'failed' ? retryAtOf(failure, grant.attempt, now()) : null;
  if (retryAt === null) await judge(context, findings, assignment, outcome);
  const state = outcome.state === 'failed' ? 'failed' : 'succeeded';
  const ended = await store.assignments.finish(workspaceId, sensor.id, grant, { state, failure, timings, retryAt }, now());
  if (!ended) return 'stale';
  return retryAt === null ? 'finished' : 'retrying';
}

/** Under the engine that the work was done with: its sensor may have come back with another one, which has read nothing of it. */
async function judge(context: Context, findings: Findings, assignment: Assignment, outcome: Outcome): Promise<void> {
  const { workspaceId, registryId, kind, repository, digest, engine } = assignment;
  if (kind !== 'scan' || repository === null || digest === null) return;
  if (outcome.state === 'gone' || outcome.state === 'archived')
    await context.store.catalog.updatePresence(workspaceId, registryId, repository, digest, outcome.state, context.now());
  if (engine !== null) await findings.settle(workspaceId, digest, engine, outcome);
}
