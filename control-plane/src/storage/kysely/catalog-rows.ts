import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import { type Selectable, sql } from 'kysely';
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
  placements: readonly { readonly repository: Pick<Repository, 'workspaceId' | 'registryId' | 'id'>; readonly image: PlacedImage }[],
  listing: string | null,
  nowMs: number,
): Promise<void> {
  const rows = placements.map(({ repository: { workspaceId, registryId, id }, image }) => ({
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

/** @internal Ordered by repository and digest. */
export async function placementsOf(
  session: Session,
  workspaceId: string,
  filter: { readonly registryId?: string; readonly repositoryId?: string; readonly digest?: string },
  page: PageRequest,
): Promise<Page<Placement>> {
  const rows = selectPlaced(session, workspaceId)
    .$if(filter.registryId !== undefined, (query) => query.where('placements.registryId', '=', filter.registryId ?? ''))
    .$if(filter.repositoryId !== undefined, (query) => query.where('placements.repositoryId', '=', filter.repositoryId ?? ''))
    .$if(filter.digest !== undefined, (query) => query.where('placements.digest', '=', filter.digest ?? ''));
  return pageOfPlaced(session, workspaceId, rows, page);
}

/** @internal One page of them, by repository and digest, with their tags. */
export function pageOfPlaced(
  session: Session,
  workspaceId: string,
  rows: ReturnType<typeof selectPlaced>,
  page: PageRequest,
): Promise<Page<Placement>> {
  return pageOf(
    page,
    async (after, limit) => {
      const [repositoryId = '', digest = ''] = after.split(' ');
      const found = await rows
        .where(sql<boolean>`(placements.repository_id, placements.digest) > (${repositoryId}, ${digest})`)
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

/** @internal Placements with the names of their repositories. */
export const selectPlaced = (session: Session, workspaceId: string) =>
  session
    .selectFrom('placements')
    .innerJoin('repositories', (join) =>
      join.onRef('repositories.workspaceId', '=', 'placements.workspaceId').onRef('repositories.id', '=', 'placements.repositoryId'),
    )
    .selectAll('placements')
    .select('repositories.name as repository')
    .where('placements.workspaceId', '=', workspaceId);

type PlacementRow = Selectable<Tables['placements']> & { readonly repository: string };

/** @internal */
export async function withTags(session: Session, workspaceId: string, rows: readonly PlacementRow[]): Promise<readonly Placement[]> {
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
