import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { CatalogStore, Placement, Repository } from '../port/catalog.ts';
import { updateFromListing } from './catalog-listing.ts';
import {
  ensureRepository,
  isWatchedFromBirth,
  selectPlaced,
  placementsOf,
  repositoryOf,
  upsertPlacement,
  withTags,
} from './catalog-rows.ts';
import { digestsFor, pageOf } from './columns.ts';
import type { Database, Session } from './database.ts';
import { fetchRegistry } from './registries.ts';
import { unscanned } from './unscanned.ts';

export function catalogStore(database: Database): CatalogStore {
  return { ...writes(database), ...repositories(database), ...placements(database) };
}

function writes(database: Database): Pick<CatalogStore, 'update' | 'updateFromPush' | 'updatePresence' | 'deleteTag'> {
  return {
    update: (workspaceId, registryId, page, newId, nowMs) =>
      database.write((session) => updateFromListing(database, session, workspaceId, registryId, page, newId, nowMs)),
    updateFromPush: (workspaceId, registryId, push, ids, nowMs) =>
      database.write(async (session) => {
        await database.lock(session, `catalog ${workspaceId} ${registryId}`);
        return updateFromPush(session, workspaceId, registryId, push, ids, nowMs);
      }),
    async deleteTag(workspaceId, repositoryId, tag, digest) {
      const deleted = await database.write((session) =>
        session
          .deleteFrom('tags')
          .where('workspaceId', '=', workspaceId)
          .where('repositoryId', '=', repositoryId)
          .where('tag', '=', tag)
          .where('digest', '=', digest)
          .executeTakeFirst(),
      );
      return deleted.numDeletedRows > 0n;
    },
    updatePresence: (workspaceId, registryId, repository, digest, presence, nowMs) =>
      database.write(async (session) => {
        const updated = await session
          .updateTable('placements')
          .set({ presence, lastSeenAt: nowMs })
          .where('workspaceId', '=', workspaceId)
          .where('registryId', '=', registryId)
          .where('digest', '=', digest)
          .where('repositoryId', 'in', (eb) =>
            eb
              .selectFrom('repositories')
              .select('id')
              .where('workspaceId', '=', workspaceId)
              .where('registryId', '=', registryId)
              .where('name', '=', repository),
          )
          .returning('repositoryId')
          .executeTakeFirst();
        if (updated && presence === 'gone') await dropTags(session, workspaceId, updated.repositoryId, digest);
        return updated !== undefined;
      }),
  };
}

async function updateFromPush(
  session: Session,
  ...[workspaceId, registryId, push, ids, nowMs]: Parameters<CatalogStore['updateFromPush']>
): Promise<Repository> {
  const registry = await fetchRegistry(session, workspaceId, registryId);
  if (!registry) throw new TidewaiterError('resource.not-found', { which: `registry ${registryId}` });
  const born = { workspaceId, registryId, name: push.repository, watched: isWatchedFromBirth(registry), ...ids };
  const repository = await ensureRepository(session, born, null, nowMs);
  const { digest, mediaType, pushedAt } = push;
  const placed = { digest, mediaType, sizeBytes: null, pushedAt, presence: 'present' as const };
  await upsertPlacement(session, repository, placed, null, nowMs);
  if (push.tag !== null) await moveTag(session, workspaceId, repository.id, push.tag, digest, pushedAt);
  return repository;
}

async function moveTag(
  session: Session,
  workspaceId: string,
  repositoryId: string,
  tag: string,
  digest: string,
  movedAt: number,
): Promise<void> {
  await session
    .insertInto('tags')
    .values({ workspaceId, repositoryId, tag, digest, movedAt })
    .onConflict((conflict) =>
      conflict.columns(['workspaceId', 'repositoryId', 'tag']).doUpdateSet({ digest, movedAt }).where('tags.movedAt', '<=', movedAt),
    )
    .execute();
}

async function dropTags(session: Session, workspaceId: string, repositoryId: string, digest: string): Promise<void> {
  await session
    .deleteFrom('tags')
    .where('workspaceId', '=', workspaceId)
    .where('repositoryId', '=', repositoryId)
    .where('digest', '=', digest)
    .execute();
}

const repositoriesOf = (session: Session, workspaceId: string) =>
  session.selectFrom('repositories').selectAll().where('workspaceId', '=', workspaceId);

function repositories(
  database: Database,
): Pick<CatalogStore, 'fetchRepository' | 'fetchRepositoryByName' | 'listRepositories' | 'updateRepository'> {
  return {
    fetchRepository: (workspaceId, repositoryId) =>
      database.read(async (session) => {
        const row = await repositoriesOf(session, workspaceId).where('id', '=', repositoryId).executeTakeFirst();
        return row ? repositoryOf(row) : null;
      }),
    fetchRepositoryByName: (workspaceId, registryId, name) =>
      database.read(async (session) => {
        const named = repositoriesOf(session, workspaceId).where('registryId', '=', registryId).where('name', '=', name);
        const row = await named.executeTakeFirst();
        return row ? repositoryOf(row) : null;
      }),
    listRepositories: (workspaceId, registryId, page) =>
      database.read((session) => {
        const rows = repositoriesOf(session, workspaceId).where('registryId', '=', registryId);
        return pageOf(
          page,
          (after, limit) => rows.where('id', '>', after).orderBy('id').limit(limit).execute(),
          (row) => row.id,
          repositoryOf,
        );
      }),
    async updateRepository(workspaceId, repositoryId, { watched }) {
      const updated = await database.write((session) =>
        session
          .updateTable('repositories')
          .set({ watched: watched ? 1 : 0 })
          .where('workspaceId', '=', workspaceId)
          .where('id', '=', repositoryId)
          .executeTakeFirst(),
      );
      return updated.numUpdatedRows > 0n;
    },
  };
}

function placements(
  database: Database,
): Pick<CatalogStore, 'listPlacements' | 'countWatched' | 'fetchPlacementByTag' | 'listUnscanned' | 'listChildren'> {
  return {
    listPlacements: (workspaceId, filter, page) => database.read((session) => placementsOf(session, workspaceId, filter, page)),
    countWatched: (workspaceId, digest) => database.read((session) => countWatched(session, workspaceId, digest)),
    fetchPlacementByTag: (workspaceId, repositoryId, tag) =>
      database.read((session) => fetchTagged(session, workspaceId, repositoryId, tag)),
    listUnscanned: (workspaceId, registryId, engineKey, page) =>
      database.read((session) => unscanned(session, workspaceId, registryId, engineKey, page)),
    listChildren: (workspaceId, digests) => database.read((session) => childrenAmong(session, workspaceId, digests)),
  };
}

async function countWatched(session: Session, workspaceId: string, digest: string): Promise<number | null> {
  const { places, watched } = await session
    .selectFrom('placements')
    .innerJoin('repositories', (join) =>
      join.onRef('repositories.workspaceId', '=', 'placements.workspaceId').onRef('repositories.id', '=', 'placements.repositoryId'),
    )
    .select(({ fn }) => [fn.countAll().as('places'), fn.sum('repositories.watched').as('watched')])
    .where('placements.workspaceId', '=', workspaceId)
    .where('placements.digest', '=', digest)
    .executeTakeFirstOrThrow();
  return Number(places) === 0 ? null : Number(watched);
}

async function fetchTagged(session: Session, workspaceId: string, repositoryId: string, tag: string): Promise<Placement | null> {
  const row = await selectPlaced(session, workspaceId)
    .innerJoin('tags', (join) =>
      join
        .onRef('tags.workspaceId', '=', 'placements.workspaceId')
        .onRef('tags.repositoryId', '=', 'placements.repositoryId')
        .onRef('tags.digest', '=', 'placements.digest'),
    )
    .where('placements.repositoryId', '=', repositoryId)
    .where('tags.tag', '=', tag)
    .where('placements.presence', '=', 'present')
    .executeTakeFirst();
  const [placement] = row ? await withTags(session, workspaceId, [row]) : [];
  return placement ?? null;
}

const childrenAmong = (session: Session, workspaceId: string, digests: readonly string[]): Promise<ReadonlySet<string>> =>
  digestsFor(digests, (chunk) =>
    session
      .selectFrom('manifestChildren')
      .innerJoin('placements', (join) =>
        join
          .onRef('placements.workspaceId', '=', 'manifestChildren.workspaceId')
          .onRef('placements.digest', '=', 'manifestChildren.digest'),
      )
      .select('manifestChildren.childDigest as digest')
      .distinct()
      .where('manifestChildren.workspaceId', '=', workspaceId)
      .where('manifestChildren.childDigest', 'in', chunk)
      .where('placements.presence', '!=', 'gone')
      .execute(),
  );
