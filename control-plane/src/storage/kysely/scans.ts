import { type Selectable, sql } from 'kysely';
import type { Scan, ScanStore } from '../port/incidents.ts';
import { chunksOf, fromJson, pageOf, toJson } from './columns.ts';
import type { Database, Session } from './database.ts';
import { closeExcluded, reportedIncidents } from './excluded-incidents.ts';
import { linkIncidents } from './incident-links.ts';
import { laterScan } from './occurrences.ts';
import type { Tables } from './tables.ts';

type Seen = Parameters<ScanStore['create']>[2][number];

export function scanStore(database: Database): ScanStore {
  return {
    create: (workspaceId, verdict, seen, newId, nowMs = verdict.scannedAt) =>
      database.write(async (session) => {
        const scan = { ...verdict, workspaceId };
        // One at a time in a workspace: two verdicts that hold the same new secret must make one incident of it.
        await database.lock(session, `scans ${workspaceId}`);
        await upsert(session, scan);
        const links = await linkIncidents(session, scan, seen, newId, nowMs);
        const reportedBefore = await reportedIncidents(session, scan);
        await replaceSightings(session, scan, seen);
        await closeExcluded(session, scan, reportedBefore, newId, nowMs);
        return links;
      }),
    async fetchLatest(workspaceId, digest) {
      const row = await database.read((session) =>
        session
          .selectFrom('scans')
          .selectAll()
          .where('workspaceId', '=', workspaceId)
          .where('digest', '=', digest)
          .orderBy('scannedAt', 'desc')
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirst(),
      );
      return row ? scanOf(row) : null;
    },
    ...exclusionVerbs(database),
    list: (workspaceId, filter, page) =>
      database.read((session) => {
        const rows = session
          .selectFrom('scans')
          .selectAll()
          .where('workspaceId', '=', workspaceId)
          .$if(filter.digest !== undefined, (query) => query.where('digest', '=', filter.digest ?? ''))
          .$if(filter.verdict !== undefined, (query) => query.where('verdict', '=', filter.verdict ?? 'clean'));
        return pageOf(
          page,
          (after, limit) => rows.where('id', '>', after).orderBy('id').limit(limit).execute(),
          (row) => row.id,
          scanOf,
        );
      }),
  };
}

function exclusionVerbs(database: Database): Pick<ScanStore, 'listDigests' | 'countExcluded'> {
  return {
    listDigests: (workspaceId, registryId, page) =>
      database.read((session) =>
        pageOf(
          page,
          (after, limit) => selectPlacedScans(session, workspaceId, registryId).where('scans.digest', '>', after).limit(limit).execute(),
          ({ digest }) => digest,
          ({ digest }) => digest,
        ),
      ),
    async countExcluded(workspaceId, registryId) {
      const rows = await database.read((session) => selectExcluded(session, workspaceId, registryId).execute());
      return rows.map(({ excludedBy, reported, findings }) => ({ excludedBy: fromJson(excludedBy), reported: reported === 1, findings }));
    },
  };
}

const selectPlacedScans = (session: Session, workspaceId: string, registryId: string) =>
  session
    .selectFrom('scans')
    .innerJoin('placements', (join) =>
      join.onRef('placements.workspaceId', '=', 'scans.workspaceId').onRef('placements.digest', '=', 'scans.digest'),
    )
    .select('scans.digest')
    .distinct()
    .where('scans.workspaceId', '=', workspaceId)
    .where('placements.registryId', '=', registryId)
    .orderBy('scans.digest');

const selectExcluded = (session: Session, workspaceId: string, registryId: string) =>
  session
    .selectFrom('sightings')
    .select(['sightings.excludedBy', 'sightings.reported'])
    .select((eb) => eb.fn.count<number>('sightings.findingId').distinct().as('findings'))
    .where('sightings.workspaceId', '=', workspaceId)
    .where(sql<boolean>`sightings.excluded_by <> '[]'`)
    .where('sightings.rootDigest', 'in', (eb) =>
      eb
        .selectFrom('placements')
        .select('placements.digest')
        .where('placements.workspaceId', '=', workspaceId)
        .where('placements.registryId', '=', registryId),
    )
    .where((eb) => eb.not(eb.exists(laterScan(session))))
    .groupBy(['sightings.excludedBy', 'sightings.reported'])
    .orderBy('sightings.excludedBy');

async function upsert(session: Session, scan: Scan): Promise<void> {
  const row = {
    ...scan,
    coverage: toJson(scan.coverage),
    counts: toJson(scan.counts),
    unread: toJson(scan.unread),
    excluded: toJson(scan.excluded),
  };
  const { id: _, workspaceId: __, ...change } = row;
  await session
    .insertInto('scans')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspaceId', 'digest', 'engineKey']).doUpdateSet(change))
    .execute();
}

async function replaceSightings(session: Session, scan: Scan, seen: readonly Seen[]): Promise<void> {
  const key = { workspaceId: scan.workspaceId, rootDigest: scan.digest, engineKey: scan.engineKey };
  await session
    .deleteFrom('sightings')
    .where('workspaceId', '=', key.workspaceId)
    .where('rootDigest', '=', key.rootDigest)
    .where('engineKey', '=', key.engineKey)
    .execute();
  const rows = new Map(seen.map((one) => [`${one.findingId} ${one.imageDigest}`, one]));
  for (const chunk of chunksOf([...rows.values()]))
    await session
      .insertInto('sightings')
      .values(
        chunk.map(({ findingId, imageDigest, visibility, reported, excludedBy }) => ({
          ...key,
          findingId,
          imageDigest,
          visibility,
          reported: reported ? (1 as const) : (0 as const),
          excludedBy: toJson(excludedBy),
        })),
      )
      .execute();
}

function scanOf(row: Selectable<Tables['scans']>): Scan {
  return {
    ...row,
    coverage: fromJson(row.coverage),
    counts: fromJson(row.counts),
    unread: fromJson(row.unread),
    excluded: fromJson(row.excluded),
  };
}
