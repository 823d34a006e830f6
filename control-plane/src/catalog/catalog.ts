import { TidewaiterError } from '@tidewaiter/shared/errors';
import { engineKey } from '@tidewaiter/shared/findings';
import type { CatalogPage } from '@tidewaiter/shared/protocol';
import type { Assignments } from '../assignments/index.ts';
import type { Context, Placement, Sensor } from '../storage/index.ts';
import type { Catalog } from './face.ts';
import { placesOf } from './places.ts';

/** Placements queued at once; what is queued no longer counts as unscanned, so the next look finds the next ones. */
const QUEUE_BATCH = 500;
/** Looks in one go: a registry of 100,000 images; more wait for the next listing. */
const QUEUE_BATCHES_MAX = 200;

/** @param assignments takes the scans that a listing shows to be missing. */
export function createCatalog(context: Context, assignments: Pick<Assignments, 'queueScan'>): Catalog {
  const queueUnscanned: Catalog['queueUnscanned'] = (workspaceId, registryId, engine, trigger) =>
    queueAll(context, assignments, workspaceId, registryId, engine, trigger);
  return {
    queueUnscanned,
    accept: (sensor, page) => accept(context, queueUnscanned, sensor, page),
    ...placesOf(context),
  };
}

async function accept(context: Context, queueUnscanned: Catalog['queueUnscanned'], sensor: Sensor, page: CatalogPage): Promise<void> {
  const { store, now, newId } = context;
  const { workspaceId } = sensor;
  const { kind: _kind, ...listed } = page;
  const assignment = await store.assignments.fetch(workspaceId, page.grant.assignmentId);
  if (!assignment || !(await store.assignments.isCurrent(workspaceId, sensor.id, page.grant))) throw stale(page);
  const { registryId } = assignment;
  if (!(await store.catalog.update(workspaceId, registryId, listed, newId, now()))) throw stale(page);
  if (!page.last) return;
  const registry = await store.registries.fetch(workspaceId, registryId);
  const engine = sensor.engine ?? (await store.sensors.fetch(workspaceId, sensor.id))?.engine ?? null;
  const trigger = registry?.syncedAt === null ? 'historical' : 'interval';
  await queueUnscanned(workspaceId, registryId, engine === null ? null : engineKey(engine), trigger);
  await store.registries.update(workspaceId, registryId, { syncedAt: now() });
}

const stale = ({ grant }: CatalogPage): TidewaiterError =>
  new TidewaiterError('assignment.stale', { which: `assignment ${grant.assignmentId}`, got: `attempt ${grant.attempt}` });

async function queueAll(
  { store, log }: Context,
  assignments: Pick<Assignments, 'queueScan'>,
  workspaceId: string,
  registryId: string,
  engine: string | null,
  trigger: 'historical' | 'interval' | 'manual',
): Promise<number> {
  const queued = new Set<string>();
  for (let batch = 0; batch < QUEUE_BATCHES_MAX; batch++) {
    const found = await store.catalog.listUnscanned(workspaceId, registryId, engine, QUEUE_BATCH);
    const fresh = [...new Map(found.map((placement) => [placement.digest, placement])).values()].filter(
      ({ digest }) => !queued.has(digest),
    );
    if (fresh.length === 0) break;
    for (const placement of fresh) {
      queued.add(placement.digest);
      await assignments.queueScan(targetOf(placement, trigger));
    }
  }
  log.info({ workspaceId, registryId, queued: queued.size, trigger }, 'unscanned images were queued');
  return queued.size;
}

function targetOf(placement: Placement, trigger: 'historical' | 'interval' | 'manual') {
  const { workspaceId, registryId, repository, digest, tags, mediaType } = placement;
  const isIndex = mediaType !== null && /image\.index|manifest\.list/.test(mediaType);
  return { workspaceId, registryId, repository, digest, trigger, mayBeChild: tags.length === 0 && !isIndex };
}
