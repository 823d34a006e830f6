import { type Assignments, SCANS_PER_BATCH } from '../assignments/index.ts';
import type { Context, Placement } from '../storage/index.ts';
import type { Distrusted } from './face.ts';

/** Placements looked at per image: one for each repository it stands in. */
const PLACES_MAX = 1_000;

/** A crash before the last image is queued leaves it without a verdict: its registry's next listing finds it so. */
export async function distrust(
  context: Context,
  assignments: Pick<Assignments, 'queueScans'>,
  workspaceId: string,
  sensorId: string,
): Promise<Distrusted | null> {
  const { store, log } = context;
  const dropped = await store.facts.deleteBySensor(workspaceId, sensorId, context.now());
  if (!dropped) return null;
  const { facts } = dropped;
  let images = 0;
  const scans: Target[] = [];
  for (const digest of dropped.images) {
    const found = await placesOf(context, workspaceId, digest);
    if (found.length > 0) images += 1;
    scans.push(...found);
    while (scans.length >= SCANS_PER_BATCH) await assignments.queueScans(workspaceId, scans.splice(0, SCANS_PER_BATCH));
  }
  if (scans.length > 0) await assignments.queueScans(workspaceId, scans);
  log.warn({ workspaceId, sensorId, facts, images }, 'a sensor is compromised: its facts were dropped, their images are scanned anew');
  return { facts, images };
}

type Target = Parameters<Assignments['queueScans']>[1][number];

/** Once in each live registry: a fact counts by who may serve it. Empty when it stands in none. */
async function placesOf({ store }: Context, workspaceId: string, digest: string): Promise<readonly Target[]> {
  const { items } = await store.catalog.listPlacements(workspaceId, { digest }, { cursor: null, limit: PLACES_MAX });
  const placed = new Map<string, Placement>();
  for (const placement of [...items].sort(pullableFirst))
    if (!placed.has(placement.registryId)) placed.set(placement.registryId, placement);
  const isChild = (await store.catalog.listChildren(workspaceId, [digest])).has(digest);
  const found: Target[] = [];
  for (const { registryId, repository, tags } of placed.values()) {
    if ((await store.registries.fetch(workspaceId, registryId))?.deletedAt !== null) continue;
    found.push({ registryId, repository, digest, trigger: 'reconcile', mayBeChild: tags.length === 0 && isChild });
  }
  return found;
}

/** Also what is gone or archived is asked for: the sensor may have said so. */
const pullableFirst = (one: Placement, other: Placement): number => rank(one) - rank(other);
const rank = ({ presence, tags }: Placement): number => (presence === 'present' ? 0 : 2) + (tags.length > 0 ? 0 : 1);
