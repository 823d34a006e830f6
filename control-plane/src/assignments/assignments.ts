import { TidewaiterError } from '@tidewaiter/shared/errors';
import { LEASE_MS, OFFER_MS } from '@tidewaiter/shared/protocol';
import type { Findings } from '../findings/index.ts';
import type { Assignment, Context, Refusal, Sensor } from '../storage/index.ts';
import { endOf } from './endings.ts';
import type { Accepted, Assignments, Queued, ScanTarget, Work } from './face.ts';
import { ATTEMPTS_MAX, CHILD_SETTLE_MS, priorityOf, REFUSALS_SHOWN_MAX, SEEN_MS, STRANDED_MS } from './limits.ts';
import { settleFailed, settleOwed } from './owed-verdicts.ts';
import { taskOf } from './tasks.ts';

/** @param findings gets the verdicts of scans that ended. */
export function createAssignments(context: Context, findings: Findings): Assignments {
  const { store, now } = context;
  return {
    queueScan: ({ workspaceId, ...target }) => enqueue(context, workspaceId, { ...target, kind: 'scan' }),
    queueScans: (workspaceId, targets) => queueScans(context, workspaceId, targets),
    async queue(workspaceId, registryId, kind, trigger) {
      const registry = await store.registries.fetch(workspaceId, registryId);
      if (!registry || registry.deletedAt !== null) throw new TidewaiterError('resource.not-found', { which: `registry ${registryId}` });
      return enqueue(context, workspaceId, { registryId, kind, trigger, repository: null, digest: null });
    },
    offer: (sensor, limit) => store.assignments.offer(sensor.workspaceId, sensor.id, limit, OFFER_MS, now()),
    accept: (sensor, assignmentId) => accept(context, sensor, assignmentId),
    async renew(sensor, leases) {
      const verdicts = [];
      for (const { grant, progress } of leases) {
        const current = await store.assignments.renew(sensor.workspaceId, sensor.id, grant, progress, LEASE_MS, now());
        verdicts.push({ assignmentId: grant.assignmentId, verdict: current ? ('continue' as const) : ('cancel' as const) });
      }
      return verdicts;
    },
    async resume(sensor, held) {
      const released = await store.assignments.release(sensor.workspaceId, sensor.id, held, ATTEMPTS_MAX, now());
      await settleFailed(context, findings, released.failed, SILENT);
      if (released.freed > 0) await wake(context, sensor.workspaceId);
      return released.held;
    },
    async reconsider(sensor) {
      await store.assignments.deleteRefusals(sensor.workspaceId, sensor.id);
    },
    async fetch(workspaceId, id) {
      const assignment = await store.assignments.fetch(workspaceId, id);
      return assignment && ((await withRefusals(context, workspaceId, [assignment]))[0] ?? null);
    },
    async list(workspaceId, filter, page) {
      const { items, nextCursor } = await store.assignments.list(workspaceId, filter, page);
      return { items: await withRefusals(context, workspaceId, items), nextCursor };
    },
    async listNewest(workspaceId, digest, limit) {
      return withRefusals(context, workspaceId, await store.assignments.listNewest(workspaceId, digest, limit));
    },
    fetchLive: (workspaceId, digest) => store.assignments.fetchLive(workspaceId, digest),
    isCurrent: (sensor, grant) => store.assignments.isCurrent(sensor.workspaceId, sensor.id, grant),
    finish: (sensor, outcome) => endOf(context, findings, sensor, outcome),
    cancel: (workspaceId, filter) => store.assignments.cancel(workspaceId, filter, now()),
    async expire() {
      const { freed, failed } = await store.assignments.expire(now(), ATTEMPTS_MAX);
      await settleFailed(context, findings, failed, SILENT);
      for (const workspaceId of new Set(freed.map((assignment) => assignment.workspaceId))) await wake(context, workspaceId);
      return freed.length + failed.length;
    },
    async strand() {
      const limits = { seenSince: now() - SEEN_MS, strandedSince: now() - STRANDED_MS };
      const failed = await store.assignments.strand(now(), limits);
      await settleFailed(context, findings, failed, 'an assignment failed: sensors refused it, and no other is there');
      return failed.length;
    },
    settleOwed: () => settleOwed(context, findings),
  };
}

async function queueScans(
  context: Context,
  workspaceId: string,
  targets: readonly Omit<ScanTarget, 'workspaceId'>[],
): Promise<readonly Queued[]> {
  const work = targets.map((target) => pendingOf(context, { ...target, kind: 'scan' }));
  const queued = await context.store.assignments.createAll(workspaceId, work);
  if (queued.some(({ created }) => created)) await wake(context, workspaceId);
  return queued;
}

async function enqueue(context: Context, workspaceId: string, work: Asked): Promise<Queued> {
  const queued = await context.store.assignments.create(workspaceId, pendingOf(context, work));
  if (queued.created) await wake(context, workspaceId);
  return queued;
}

type Asked = Pick<Assignment, 'registryId' | 'kind' | 'trigger' | 'repository' | 'digest'> & { readonly mayBeChild?: boolean };

function pendingOf({ now, newId }: Context, { mayBeChild = false, ...work }: Asked): Omit<Assignment, 'workspaceId'> {
  const createdAt = now();
  return {
    ...work,
    id: newId(),
    priority: priorityOf(work.trigger, mayBeChild),
    state: 'pending',
    attempt: 0,
    sensorId: null,
    engine: null,
    leaseExpiresAt: null,
    progress: null,
    failure: null,
    timings: null,
    notBefore: mayBeChild ? createdAt + CHILD_SETTLE_MS : createdAt,
    createdAt,
    offeredAt: null,
    acceptedAt: null,
    finishedAt: null,
    refused: 0,
    strandedAt: null,
  };
}

const wake = (context: Context, workspaceId: string): Promise<void> => context.store.wakeups.notify(`assignments:${workspaceId}`);

async function accept(context: Context, sensor: Sensor, assignmentId: string): Promise<Accepted> {
  const { store, now } = context;
  const { workspaceId } = sensor;
  const assignment = await store.assignments.accept(workspaceId, sensor.id, assignmentId, LEASE_MS, now());
  const registry = assignment && (await store.registries.fetch(workspaceId, assignment.registryId));
  if (!assignment || !registry) throw taken(assignmentId);
  if (registry.deletedAt !== null) {
    await store.assignments.cancel(workspaceId, { id: assignmentId }, now());
    throw taken(assignmentId);
  }
  return {
    grant: { assignmentId, attempt: assignment.attempt },
    task: taskOf(assignment, registry),
    leaseExpiresAt: assignment.leaseExpiresAt ?? now(),
  };
}

const taken = (assignmentId: string): TidewaiterError =>
  new TidewaiterError('assignment.taken', { which: `assignment ${assignmentId}`, remedy: 'Wait for the next offer.' });

async function withRefusals({ store }: Context, workspaceId: string, assignments: readonly Assignment[]): Promise<readonly Work[]> {
  const ids = assignments.map(({ id }) => id);
  const refusals = new Map<string, Refusal[]>(ids.map((id) => [id, []]));
  for (const refusal of await store.assignments.listRefusals(workspaceId, ids, REFUSALS_SHOWN_MAX))
    refusals.get(refusal.assignmentId)?.push(refusal);
  return assignments.map((assignment) => ({ ...assignment, refusals: refusals.get(assignment.id) ?? [] }));
}

const SILENT = 'an assignment failed: its sensor fell silent at every try';
