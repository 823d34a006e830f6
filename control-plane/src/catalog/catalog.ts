import { TidewaiterError } from '@tidewaiter/shared/errors';
import { engineKey } from '@tidewaiter/shared/findings';
import type { CatalogPage } from '@tidewaiter/shared/protocol';
import { type Assignments, SCANS_PER_BATCH } from '../assignments/index.ts';
import type { Context, Placement, Sensor } from '../storage/index.ts';
import type { Catalog } from './face.ts';
import { placesOf } from './places.ts';

/** Batches queued in one go: a registry of 100,000 images; more wait for the next listing. */
const BATCHES_MAX = 100_000 / SCANS_PER_BATCH;

/** @param assignments takes the scans that a listing shows to be missing. */
export function createCatalog(context: Context, assignments: Pick<Assignments, 'queueScans'>): Catalog {
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
  assignments: Pick<Assignments, 'queueScans'>,
  workspaceId: string,
  registryId: string,
  engine: string | null,
  trigger: 'historical' | 'interval' | 'manual',
): Promise<number> {
  const seen = new Set<string>();
  let queued = 0;
  let cursor: string | null = null;
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    const page = await store.catalog.listUnscanned(workspaceId, registryId, engine, { cursor, limit: SCANS_PER_BATCH });
    // An image that stands in two repositories is scanned once: what it is depends on its digest alone.
    const fresh = page.items.filter(({ digest }) => !seen.has(digest) && seen.add(digest));
    const works = await assignments.queueScans(
      workspaceId,
      fresh.map((placement) => targetOf(placement, trigger)),
    );
    queued += works.filter(({ created }) => created).length;
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  log.info({ workspaceId, registryId, queued, trigger }, 'unscanned images were queued');
  return queued;
}

function targetOf(placement: Placement, trigger: 'historical' | 'interval' | 'manual') {
  const { registryId, repository, digest, tags, mediaType } = placement;
  const isIndex = mediaType !== null && /image\.index|manifest\.list/.test(mediaType);
  return { registryId, repository, digest, trigger, mayBeChild: tags.length === 0 && !isIndex };
}
