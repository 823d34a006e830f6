import { TidewaiterError } from '@tidewaiter/shared/errors';
import { engineKey } from '@tidewaiter/shared/findings';
import type { CatalogPage } from '@tidewaiter/shared/protocol';
import { type Assignments, SCANS_PER_BATCH } from '../assignments/index.ts';
import type { Context, Placement, Sensor } from '../storage/index.ts';
import type { Catalog } from './face.ts';
import { placesOf } from './places.ts';

/** Scans queued in one go: a registry of 100,000 images; more wait for the next listing, which passes over these. */
const SCANS_MAX = 100_000;

/**
 * @param assignments takes the scans that a listing shows to be missing.
 * @param scansMax for tests.
 */
export function createCatalog(context: Context, assignments: Pick<Assignments, 'queueScans'>, scansMax = SCANS_MAX): Catalog {
  const queueUnscanned: Catalog['queueUnscanned'] = (workspaceId, registryId, engine, trigger) =>
    queueAll(context, assignments, scansMax, { workspaceId, registryId, engine, trigger });
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

interface Listed {
  readonly workspaceId: string;
  readonly registryId: string;
  readonly engine: string | null;
  readonly trigger: 'historical' | 'interval' | 'manual';
}

async function queueAll(
  { store, log }: Context,
  assignments: Pick<Assignments, 'queueScans'>,
  scansMax: number,
  { workspaceId, registryId, engine, trigger }: Listed,
): Promise<number> {
  const seen = new Set<string>();
  let queued = 0;
  let cursor: string | null = null;
  do {
    const page = await store.catalog.listUnscanned(workspaceId, registryId, engine, { cursor, limit: SCANS_PER_BATCH });
    // An image that stands in two repositories is scanned once: what it is depends on its digest alone.
    const fresh = page.items.filter(({ digest }) => !seen.has(digest) && seen.add(digest)).slice(0, scansMax - queued);
    const works = await assignments.queueScans(
      workspaceId,
      fresh.map((placement) => targetOf(placement, trigger)),
    );
    queued += works.filter(({ created }) => created).length;
    cursor = page.nextCursor;
  } while (cursor !== null && queued < scansMax);
  log.info({ workspaceId, registryId, queued, trigger }, 'unscanned images were queued');
  if (queued >= scansMax) log.warn({ workspaceId, registryId, queued }, 'as many as may be at once; others wait for the next listing');
  return queued;
}

function targetOf(placement: Placement, trigger: Listed['trigger']) {
  const { registryId, repository, digest, tags, mediaType } = placement;
  const isIndex = mediaType !== null && /image\.index|manifest\.list/.test(mediaType);
  return { registryId, repository, digest, trigger, mayBeChild: tags.length === 0 && !isIndex };
}
