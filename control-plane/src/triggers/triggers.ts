import type { Assignments } from '../assignments/index.ts';
import type { Context } from '../storage/index.ts';
import { distrust } from './distrust.ts';
import type { Triggers } from './face.ts';
import { Pushes } from './push.ts';
import { request } from './requests.ts';

/** Registries looked at in one sweep; the next one comes in seconds. */
const SWEEP_MAX = 100;

/** How long push events are kept to be looked at; EventBridge tries one for a day. */
const PUSH_EVENTS_MS = 30 * 86_400_000;

/** What makes work: push events, the interval of each registry, and people. */
export function createTriggers(context: Context, assignments: Pick<Assignments, 'queue' | 'queueScan' | 'queueScans'>): Triggers {
  const pushes = new Pushes(context, assignments);
  return {
    receivePush: (registry, rawBody) => pushes.receive(registry, rawBody),
    listEvents: (workspaceId, registryId, page) => context.store.events.list(workspaceId, registryId, page),
    countEvents: (workspaceId, registryId) => context.store.events.count(workspaceId, registryId),
    settle: () => pushes.settle(),
    sweep: () => sweep(context, assignments),
    prune: () => context.store.events.prune(context.now() - PUSH_EVENTS_MS),
    distrust: (workspaceId, sensorId) => distrust(context, assignments, workspaceId, sensorId),
    request: (workspaceId, target) => request(context, assignments, workspaceId, target),
  };
}

/** The assignment comes before the next date: a crash in between only asks again, and a live listing is never doubled. */
async function sweep({ store, now }: Context, assignments: Pick<Assignments, 'queue'>): Promise<number> {
  const due = await store.registries.listDue(now(), SWEEP_MAX);
  for (const { workspaceId, id, syncedAt, intervalSeconds } of due) {
    await assignments.queue(workspaceId, id, 'sync', syncedAt === null ? 'historical' : 'interval');
    await store.registries.update(workspaceId, id, { nextSyncAt: now() + intervalSeconds * 1_000 });
  }
  return due.length;
}
