import type { Selectable } from 'kysely';
import type { Scan } from '../port/incidents.ts';
import type { ScanStore } from '../port/store.ts';
import { chunksOf, fromJson, pageOf, toJson } from './columns.ts';
import type { Database, Session } from './database.ts';
import { linkIncidents } from './incident-links.ts';
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
        await replaceSightings(session, scan, seen);
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
    list: (workspaceId, filter, page) =>
      database.read((session) => {
        const rows = session
          .selectFrom('scans')
          .selectAll()
          .where('workspaceId', '=', workspaceId)
          .$if(filter.digest !== undefined, (query) => query.where('digest', '=', filter.digest ?? ''))
          .$if(filter.verdict !== undefined, (query) => query.where('verdict', '=', filter.verdict as Scan['verdict']));
        return pageOf(
          page,
          (after, limit) => rows.where('id', '>', after).orderBy('id').limit(limit).execute(),
          (row) => row.id,
          scanOf,
        );
      }),
  };
}

async function upsert(session: Session, scan: Scan): Promise<void> {
  const row = { ...scan, coverage: toJson(scan.coverage), counts: toJson(scan.counts), unread: toJson(scan.unread) };
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
        chunk.map(({ findingId, imageDigest, visibility, reported }) => ({
          ...key,
          findingId,
          imageDigest,
          visibility,
          reported: reported ? (1 as const) : (0 as const),
        })),
      )
      .execute();
}

function scanOf(row: Selectable<Tables['scans']>): Scan {
  return { ...row, coverage: fromJson(row.coverage), counts: fromJson(row.counts), unread: fromJson(row.unread) };
}
