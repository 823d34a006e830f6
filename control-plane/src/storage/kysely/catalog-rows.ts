import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Placement, Presence, Repository } from '../port/catalog.ts';
import type { Registry } from '../port/registries.ts';
import { chunksOf, groupBy, pageOf } from './columns.ts';
import type { Session } from './database.ts';
import type { Tables } from './tables.ts';

/** @internal A repository that appears after the first listing is new; before that, it was only unknown to us. */
export function isWatchedFromBirth({ perimeter, syncedAt }: Registry): boolean {
  return perimeter.mode === 'entire' || (perimeter.automatic && syncedAt !== null);
}

export interface NewRepository {
  readonly workspaceId: string;
  readonly registryId: string;
  readonly repositoryId: string;
  readonly name: string;
  readonly watched: boolean;
  readonly createdAt?: number | null;
}

/** @internal The repository of that name, made if need be, and seen just now. */
export async function ensureRepository(
  session: Session,
  { repositoryId, watched, createdAt, ...named }: NewRepository,
  listing: string | null,
  nowMs: number,
): Promise<Repository> {
  const row = await session
    .insertInto('repositories')
    .values({
      ...named,
      id: repositoryId,
      watched: watched ? 1 : 0,
      presence: 'present',
      createdAt: createdAt ?? nowMs,
      listing,
      lastSeenAt: nowMs,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['workspaceId', 'registryId', 'name'])
        .doUpdateSet({ presence: 'present', lastSeenAt: nowMs, ...(listing === null ? {} : { listing }) }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  return repositoryOf(row);
}

export interface PlacedImage {
  readonly digest: string;
  readonly mediaType: string | null;
  readonly sizeBytes: number | null;
  readonly pushedAt: number | null;
  readonly presence: Presence;
}

/** @internal What is not said this time (null) stays as it was said before. */
export async function upsertPlacement(
  session: Session,
  repository: Pick<Repository, 'workspaceId' | 'registryId' | 'id'>,
  image: PlacedImage,
  listing: string | null,
  nowMs: number,
): Promise<void> {
  await upsertPlacements(session, [{ repository, image }], listing, nowMs);
}

/** @internal No (repository, digest) twice. */
export async function upsertPlacements(
  session: Session,
  placed: readonly { readonly repository: Pick<Repository, 'workspaceId' | 'registryId' | 'id'>; readonly image: PlacedImage }[],
  listing: string | null,
  nowMs: number,
): Promise<void> {
  const rows = placed.map(({ repository: { workspaceId, registryId, id }, image }) => ({
    workspaceId,
    registryId,
    repositoryId: id,
    ...image,
    firstSeenAt: nowMs,
    lastSeenAt: nowMs,
    listing,
  }));
  for (const chunk of chunksOf(rows))
    await session
      .insertInto('placements')
      .values(chunk)
      .onConflict((conflict) =>
        conflict.columns(['workspaceId', 'repositoryId', 'digest']).doUpdateSet((eb) => ({
          mediaType: eb.fn.coalesce('excluded.mediaType', 'placements.mediaType'),
          sizeBytes: eb.fn.coalesce('excluded.sizeBytes', 'placements.sizeBytes'),
          pushedAt: eb.fn.coalesce('excluded.pushedAt', 'placements.pushedAt'),
          presence: eb.ref('excluded.presence'),
          lastSeenAt: nowMs,
          listing: eb.fn.coalesce('excluded.listing', 'placements.listing'),
        })),
      )
      .execute();
}

/** @internal Present, watched, without a lasting verdict, not at work, and not merely a part of an index that is there. */
export async function unscanned(
  session: Session,
  workspaceId: string,
  registryId: string,
  engineKey: string | null,
  limit: number,
): Promise<readonly Placement[]> {
  const rows = await joined(session, workspaceId)
    .where('placements.registryId', '=', registryId)
    .where('placements.presence', '=', 'present')
    .where('repositories.watched', '=', 1)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('scans')
            .select('scans.id')
            .whereRef('scans.workspaceId', '=', 'placements.workspaceId')
            .whereRef('scans.digest', '=', 'placements.digest')
            // These say that the image could not be read then, not what is in it: it is tried again with the next listing.
            .where('scans.verdict', 'not in', ['failed', 'gone', 'archived'])
            .where(sql<boolean>`scans.unread = '[]'`)
            .$if(engineKey !== null, (query) => query.where('scans.engineKey', '=', engineKey ?? '')),
        ),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('assignments')
            .select('assignments.id')
            .whereRef('assignments.workspaceId', '=', 'placements.workspaceId')
            .whereRef('assignments.digest', '=', 'placements.digest')
            .whereRef('assignments.registryId', '=', 'placements.registryId')
            .where('assignments.state', 'in', ['pending', 'offered', 'running']),
        ),
      ),
    )
    .where((eb) =>
      eb.or([
        eb.not(
          eb.exists(
            eb
              .selectFrom('manifestChildren')
              .select('position')
              .whereRef('manifestChildren.workspaceId', '=', 'placements.workspaceId')
              .whereRef('manifestChildren.childDigest', '=', 'placements.digest'),
          ),
        ),
        eb.exists(
          eb
            .selectFrom('tags')
            .select('tag')
            .whereRef('tags.workspaceId', '=', 'placements.workspaceId')
            .whereRef('tags.repositoryId', '=', 'placements.repositoryId')
            .whereRef('tags.digest', '=', 'placements.digest'),
        ),
      ]),
    )
    .orderBy('placements.repositoryId')
    .orderBy('placements.digest')
    .limit(limit)
    .execute();
  return withTags(session, workspaceId, rows);
}

/** @internal Ordered by repository and digest. */
export async function placementsOf(
  session: Session,
  workspaceId: string,
  filter: { readonly registryId?: string; readonly repositoryId?: string; readonly digest?: string },
  page: PageRequest,
): Promise<Page<Placement>> {
  const rows = joined(session, workspaceId)
    .$if(filter.registryId !== undefined, (query) => query.where('placements.registryId', '=', filter.registryId ?? ''))
    .$if(filter.repositoryId !== undefined, (query) => query.where('placements.repositoryId', '=', filter.repositoryId ?? ''))
    .$if(filter.digest !== undefined, (query) => query.where('placements.digest', '=', filter.digest ?? ''));
  return pageOf(
    page,
    async (after, limit) => {
      const [repositoryId = '', digest = ''] = after.split(' ');
      const found = await rows
        .where((eb) =>
          eb.or([
            eb('placements.repositoryId', '>', repositoryId),
            eb.and([eb('placements.repositoryId', '=', repositoryId), eb('placements.digest', '>', digest)]),
          ]),
        )
        .orderBy('placements.repositoryId')
        .orderBy('placements.digest')
        .limit(limit)
        .execute();
      return withTags(session, workspaceId, found);
    },
    (placement) => `${placement.repositoryId} ${placement.digest}`,
    (placement) => placement,
  );
}

const joined = (session: Session, workspaceId: string) =>
  session
    .selectFrom('placements')
    .innerJoin('repositories', (join) =>
      join.onRef('repositories.workspaceId', '=', 'placements.workspaceId').onRef('repositories.id', '=', 'placements.repositoryId'),
    )
    .selectAll('placements')
    .select('repositories.name as repository')
    .where('placements.workspaceId', '=', workspaceId);

type PlacementRow = Selectable<Tables['placements']> & { readonly repository: string };

async function withTags(session: Session, workspaceId: string, rows: readonly PlacementRow[]): Promise<readonly Placement[]> {
  const tags = await tagsOf(session, workspaceId, [...new Set(rows.map((row) => row.digest))]);
  return rows.map(({ listing: _listing, ...row }) => ({ ...row, tags: tags.get(`${row.repositoryId} ${row.digest}`) ?? [] }));
}

/** @internal Tags by `repositoryId digest`. */
export async function tagsOf(
  session: Session,
  workspaceId: string,
  digests: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found: { repositoryId: string; digest: string; tag: string }[] = [];
  for (const chunk of chunksOf(digests))
    found.push(
      ...(await session
        .selectFrom('tags')
        .select(['repositoryId', 'digest', 'tag'])
        .where('workspaceId', '=', workspaceId)
        .where('digest', 'in', chunk)
        .orderBy('tag')
        .execute()),
    );
  const grouped = groupBy(found, (row) => `${row.repositoryId} ${row.digest}`);
  return new Map([...grouped].map(([key, members]) => [key, members.map((row) => row.tag)]));
}

/** @internal */
export function repositoryOf(row: Selectable<Tables['repositories']>): Repository {
  const { listing: _listing, lastSeenAt: _seen, watched, ...repository } = row;
  return { ...repository, watched: watched === 1 };
}
