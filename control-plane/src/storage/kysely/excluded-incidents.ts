import { sql } from 'kysely';
import type { Scan } from '../port/incidents.ts';
import { chunksOf, digestsFor, toJson } from './columns.ts';
import type { Session } from './database.ts';
import { laterScan } from './occurrences.ts';

/*
 * Exclusions and incidents. A rule that hides what was reported resolves the incident, unless another image still reports its secret; a rule
 * that goes brings it back. What a person resolved stays resolved.
 */

/** @internal Activity of an incident that exclusions closed. */
export const EXCLUDED = 'excluded';

/** @internal Open incidents of what the verdict on this root reports as it stands. */
export async function reportedIncidents(session: Session, scan: Scan): Promise<readonly string[]> {
  const rows = await sightedIn(session, scan)
    .where('sightings.reported', '=', 1)
    .innerJoin('incidents', (join) =>
      join.onRef('incidents.workspaceId', '=', 'findings.workspaceId').onRef('incidents.id', '=', 'findings.incidentId'),
    )
    .where('incidents.status', 'in', ['triggered', 'assigned'])
    .execute();
  return rows.flatMap(({ incidentId }) => incidentId ?? []);
}

const sightedIn = (session: Session, { workspaceId, digest, engineKey }: Scan) =>
  session
    .selectFrom('sightings')
    .innerJoin('findings', (join) =>
      join.onRef('findings.workspaceId', '=', 'sightings.workspaceId').onRef('findings.id', '=', 'sightings.findingId'),
    )
    .select('findings.incidentId')
    .distinct()
    .where('sightings.workspaceId', '=', workspaceId)
    .where('sightings.rootDigest', '=', digest)
    .where('sightings.engineKey', '=', engineKey);

/** @internal within the write that replaces a verdict, after its sightings were replaced. */
export async function closeExcluded(
  session: Session,
  scan: Scan,
  before: readonly string[],
  newId: () => string,
  nowMs: number,
): Promise<void> {
  if (before.length === 0) return;
  const hidden = await sightedIn(session, scan)
    .where('sightings.reported', '=', 0)
    .where(sql<boolean>`sightings.excluded_by <> '[]'`)
    .execute();
  const candidates = before.filter((id) => hidden.some(({ incidentId }) => incidentId === id));
  const reported = await digestsFor(candidates, (chunk) => selectReported(session, scan.workspaceId, chunk).execute());
  for (const chunk of chunksOf(candidates.filter((id) => !reported.has(id)))) await close(session, scan, chunk, newId, nowMs);
}

/** Those that a latest verdict still reports. */
const selectReported = (session: Session, workspaceId: string, incidentIds: readonly string[]) =>
  session
    .selectFrom('findings')
    .innerJoin('sightings', (join) =>
      join.onRef('sightings.workspaceId', '=', 'findings.workspaceId').onRef('sightings.findingId', '=', 'findings.id'),
    )
    .select(sql<string>`findings.incident_id`.as('digest'))
    .distinct()
    .where('findings.workspaceId', '=', workspaceId)
    .where('findings.incidentId', 'in', incidentIds)
    .where('sightings.reported', '=', 1)
    .where((eb) => eb.not(eb.exists(laterScan(session))));

async function close(session: Session, scan: Scan, incidentIds: readonly string[], newId: () => string, at: number): Promise<void> {
  const { workspaceId, digest } = scan;
  await session
    .updateTable('incidents')
    .set({ status: 'resolved', resolvedAt: at, updatedAt: at })
    .where('workspaceId', '=', workspaceId)
    .where('id', 'in', incidentIds)
    .execute();
  const details = toJson({ digest });
  const notes = incidentIds.map((incidentId) => ({ workspaceId, incidentId, id: newId(), at, actor: 'system', action: EXCLUDED, details }));
  await session.insertInto('incidentActivities').values(notes).execute();
}

/** @internal Whether it was exclusions that closed the incident, and nobody touched it since. */
export async function isClosedByExclusion(session: Session, workspaceId: string, incidentId: string): Promise<boolean> {
  const last = await session
    .selectFrom('incidentActivities')
    .select('action')
    .where('workspaceId', '=', workspaceId)
    .where('incidentId', '=', incidentId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last?.action === EXCLUDED;
}
