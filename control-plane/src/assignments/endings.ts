import type { Outcome } from '@tidewaiter/shared/protocol';
import type { Findings } from '../findings/index.ts';
import type { Assignment, Context, Sensor } from '../storage/index.ts';
import { REFUSED_MAX, retryAtOf, SEEN_MS } from './limits.ts';

/** 'passed-on': its sensor's policy refused it, and another one may do it now. */
export type Ending = 'finished' | 'retrying' | 'passed-on' | 'stale';

/**
 * Ends an assignment by its sensor's outcome. The verdict comes first: the outcome is acknowledged only when all is written, so a
 * crash in between brings it again under the same grant.
 */
export async function endOf(context: Context, findings: Findings, sensor: Sensor, outcome: Outcome): Promise<Ending> {
  const { store, now } = context;
  const { workspaceId } = sensor;
  const { grant, failure, timings } = outcome;
  const assignment = await store.assignments.fetch(workspaceId, grant.assignmentId);
  if (!assignment || !(await store.assignments.isCurrent(workspaceId, sensor.id, grant))) return 'stale';
  const passed = await passOn(context, sensor, outcome);
  if (passed !== null) return passed;
  const retryAt = outcome.state === 'failed' ? retryAtOf(failure, grant.attempt - assignment.refused, now()) : null;
  if (retryAt === null) await judge(context, findings, assignment, outcome);
  const state = outcome.state === 'failed' ? 'failed' : 'succeeded';
  const ended = await store.assignments.finish(workspaceId, sensor.id, grant, { state, failure, timings, retryAt }, now());
  if (!ended) return 'stale';
  return retryAt === null ? 'finished' : 'retrying';
}

/** Null for what its sensor ends: it did not refuse, or nobody else is there who could do it. */
async function passOn({ store, now, log }: Context, sensor: Sensor, { grant, state, failure, timings }: Outcome): Promise<Ending | null> {
  if (state !== 'failed' || failure?.code !== 'policy.refused') return null;
  const { workspaceId, id } = sensor;
  const limits = { seenSince: now() - SEEN_MS, refusedMax: REFUSED_MAX };
  const refused = await store.assignments.refuse(workspaceId, id, grant, { failure, timings }, limits, now());
  if (refused === 'last') return null;
  if (refused === null) return 'stale';
  log.info({ workspaceId, assignmentId: grant.assignmentId, sensorId: id, detail: failure.detail }, 'a sensor refused what another may do');
  await store.wakeups.notify(`assignments:${workspaceId}`);
  return refused;
}

/** Under the engine that the work was done with: its sensor may have come back with another one, which has read nothing of it. */
async function judge(context: Context, findings: Findings, assignment: Assignment, outcome: Outcome): Promise<void> {
  const { workspaceId, registryId, kind, repository, digest, engine } = assignment;
  if (kind !== 'scan' || repository === null || digest === null) return;
  if (outcome.state === 'gone' || outcome.state === 'archived')
    await context.store.catalog.updatePresence(workspaceId, registryId, repository, digest, outcome.state, context.now());
  if (engine !== null) await findings.settle(workspaceId, digest, engine, outcome);
}
