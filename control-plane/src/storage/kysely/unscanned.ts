import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import { sql } from 'kysely';
import type { Placement } from '../port/catalog.ts';
import { pageOfPlaced, selectPlaced } from './catalog-rows.ts';
import { digestsFor } from './columns.ts';
import type { Session } from './database.ts';

/*
 * What stands where is read page by page, and of each page what is known of its digests. As one query with its three `not exists`,
 * PostgreSQL joins all with all until it has statistics, which it has not right after a first listing: 10,000 images took 85 s.
 */

/** @internal Present, watched, without a lasting verdict, not at work, and not merely a part of an index that is there. */
export async function unscanned(
  session: Session,
  workspaceId: string,
  registryId: string,
  engineKey: string | null,
  page: PageRequest,
): Promise<Page<Placement>> {
  const rows = selectPlaced(session, workspaceId)
    .where('placements.registryId', '=', registryId)
    .where('placements.presence', '=', 'present')
    .where('repositories.watched', '=', 1);
  const { items, nextCursor } = await pageOfPlaced(session, workspaceId, rows, page);
  const digests = [...new Set(items.map((placement) => placement.digest))];
  const untagged = new Set(items.filter((placement) => placement.tags.length === 0).map((placement) => placement.digest));
  const judged = await digestsFor(digests, (chunk) => selectJudged(session, workspaceId, engineKey, chunk).execute());
  const working = await digestsFor(digests, (chunk) => selectWorking(session, workspaceId, registryId, chunk).execute());
  const parts = await digestsFor([...untagged], (chunk) => selectParts(session, workspaceId, chunk).execute());
  const isOpen = ({ digest, tags }: Placement): boolean =>
    !judged.has(digest) && !working.has(digest) && (tags.length > 0 || !parts.has(digest));
  return { items: items.filter(isOpen), nextCursor };
}

const selectJudged = (session: Session, workspaceId: string, engineKey: string | null, digests: readonly string[]) =>
  session
    .selectFrom('scans')
    .select('digest')
    .where('workspaceId', '=', workspaceId)
    .where('digest', 'in', digests)
    // These say that the image could not be read then, not what is in it: it is tried again with the next listing.
    .where('verdict', 'not in', ['failed', 'gone', 'archived'])
    .where(sql<boolean>`unread = '[]'`)
    .$if(engineKey !== null, (query) => query.where('engineKey', '=', engineKey ?? ''));

const selectWorking = (session: Session, workspaceId: string, registryId: string, digests: readonly string[]) =>
  session
    .selectFrom('assignments')
    .select('digest')
    .where('workspaceId', '=', workspaceId)
    .where('digest', 'in', digests)
    .where('registryId', '=', registryId)
    .where('state', 'in', ['pending', 'offered', 'running']);

const selectParts = (session: Session, workspaceId: string, digests: readonly string[]) =>
  session
    .selectFrom('manifestChildren')
    .select('childDigest as digest')
    .where('workspaceId', '=', workspaceId)
    .where('childDigest', 'in', digests);
