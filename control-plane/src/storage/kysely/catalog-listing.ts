import type { CatalogPage } from '@tidewaiter/shared/protocol';
import type { Presence, Repository } from '../port/catalog.ts';
import type { Registry } from '../port/registries.ts';
import { ensureRepository, isWatchedFromBirth, upsertPlacements } from './catalog-rows.ts';
import { chunksOf, groupBy } from './columns.ts';
import type { Database, Session } from './database.ts';
import { fetchRegistry } from './registries.ts';

type ListedImage = CatalogPage['images'][number];

/** A listing as its pages see it: what was moved or seen after it began is newer than what it says. */
interface Listing {
  readonly key: string;
  readonly startedAt: number;
  readonly registry: Registry;
  readonly newId: () => string;
}

/** @internal One page of a listing, within one write. False when its grant is stale. */
export async function updateFromListing(
  database: Database,
  session: Session,
  workspaceId: string,
  registryId: string,
  page: Omit<CatalogPage, 'kind'>,
  newId: () => string,
  nowMs: number,
): Promise<boolean> {
  await database.lock(session, `catalog ${workspaceId} ${registryId}`);
  const startedAt = await fetchStart(database, session, workspaceId, registryId, page.grant);
  const registry = await fetchRegistry(session, workspaceId, registryId);
  if (startedAt === null || !registry) return false;
  const listing = { key: `${page.grant.assignmentId} ${page.grant.attempt}`, startedAt, registry, newId };
  await writePage(session, listing, page, nowMs);
  await session
    .insertInto('listingPages')
    .values({ workspaceId, registryId, listing: listing.key, page: page.page })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  if (page.last && (await isWhole(session, listing, page.page))) await closeListing(session, listing, nowMs);
  return true;
}

async function fetchStart(
  database: Database,
  session: Session,
  workspaceId: string,
  registryId: string,
  grant: CatalogPage['grant'],
): Promise<number | null> {
  const row = await session
    .selectFrom('assignments')
    .select('acceptedAt')
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', grant.assignmentId)
    .where('registryId', '=', registryId)
    .where('kind', '=', 'sync')
    .where('state', '=', 'running')
    .where('attempt', '=', grant.attempt)
    .modifyEnd(database.rows('wait'))
    .executeTakeFirst();
  return row?.acceptedAt ?? null;
}

async function writePage(session: Session, listing: Listing, page: Omit<CatalogPage, 'kind'>, nowMs: number): Promise<void> {
  const created = new Map(page.repositories.map((repository) => [repository.name, repository.createdAt]));
  const names = new Set([...created.keys(), ...page.images.map((image) => image.repository)]);
  const repositories = new Map<string, Repository>();
  for (const name of names) repositories.set(name, await ensureListed(session, listing, name, created.get(name) ?? null, nowMs));
  const images = [...new Map(page.images.map((image) => [`${image.repository} ${image.digest}`, image])).values()];
  const placed = images.flatMap((image) => {
    const repository = repositories.get(image.repository);
    return repository === undefined ? [] : [{ repository, image: placedOf(image) }];
  });
  await upsertPlacements(session, placed, listing.key, nowMs);
  for (const [name, members] of groupBy(images, (image) => image.repository)) {
    const repository = repositories.get(name);
    if (repository !== undefined) await setTags(session, listing, repository, members, nowMs);
  }
}

function ensureListed(session: Session, listing: Listing, name: string, createdAt: string | null, nowMs: number): Promise<Repository> {
  const { workspaceId, id } = listing.registry;
  const watched = isWatchedFromBirth(listing.registry);
  const repository = {
    workspaceId,
    registryId: id,
    repositoryId: listing.newId(),
    name,
    watched,
    createdAt: createdAt === null ? null : Date.parse(createdAt),
  };
  return ensureRepository(session, repository, listing.key, nowMs);
}

function placedOf({
  digest,
  mediaType,
  sizeBytes,
  pushedAt,
  status,
}: ListedImage): Parameters<typeof upsertPlacements>[1][number]['image'] {
  // 'activating' comes back from the archive and cannot be pulled yet.
  const presence: Presence = status === 'active' ? 'present' : 'archived';
  return { digest, mediaType, sizeBytes, pushedAt: pushedAt === null ? null : Date.parse(pushedAt), presence };
}

async function setTags(
  session: Session,
  listing: Listing,
  repository: Repository,
  images: readonly ListedImage[],
  nowMs: number,
): Promise<void> {
  const { workspaceId, id: repositoryId } = repository;
  for (const chunk of chunksOf(images.map((image) => image.digest)))
    await session
      .deleteFrom('tags')
      .where('workspaceId', '=', workspaceId)
      .where('repositoryId', '=', repositoryId)
      .where('digest', 'in', chunk)
      .where('movedAt', '<', listing.startedAt)
      .execute();
  const tags = new Map(images.flatMap((image) => image.tags.map((tag) => [tag, image.digest] as const)));
  const rows = [...tags].map(([tag, digest]) => ({ workspaceId, repositoryId, tag, digest, movedAt: nowMs }));
  for (const chunk of chunksOf(rows))
    await session
      .insertInto('tags')
      .values(chunk)
      .onConflict((conflict) =>
        conflict
          .columns(['workspaceId', 'repositoryId', 'tag'])
          .doUpdateSet((eb) => ({ digest: eb.ref('excluded.digest'), movedAt: nowMs }))
          .where('tags.movedAt', '<', listing.startedAt),
      )
      .execute();
}

/** A listing with a hole must not take what stood in the hole for gone. */
async function isWhole(session: Session, listing: Listing, lastPage: number): Promise<boolean> {
  const { pages } = await session
    .selectFrom('listingPages')
    .select((eb) => eb.fn.countAll<number>().as('pages'))
    .where('workspaceId', '=', listing.registry.workspaceId)
    .where('registryId', '=', listing.registry.id)
    .where('listing', '=', listing.key)
    .executeTakeFirstOrThrow();
  return pages === lastPage + 1;
}

async function closeListing(session: Session, listing: Listing, nowMs: number): Promise<void> {
  const { workspaceId, id: registryId } = listing.registry;
  for (const table of ['placements', 'repositories'] as const)
    await session
      .updateTable(table)
      .set({ presence: 'gone', lastSeenAt: nowMs })
      .where('workspaceId', '=', workspaceId)
      .where('registryId', '=', registryId)
      .where('presence', '!=', 'gone')
      .where('lastSeenAt', '<', listing.startedAt)
      .where((eb) => eb.or([eb('listing', 'is', null), eb('listing', '!=', listing.key)]))
      .execute();
  await dropTagsOfGone(session, workspaceId, registryId);
  await session
    .deleteFrom('listingPages')
    .where('workspaceId', '=', workspaceId)
    .where('registryId', '=', registryId)
    .where('listing', '!=', listing.key)
    .execute();
}

async function dropTagsOfGone(session: Session, workspaceId: string, registryId: string): Promise<void> {
  await session
    .deleteFrom('tags')
    .where('workspaceId', '=', workspaceId)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('placements')
          .select('placements.digest')
          .whereRef('placements.workspaceId', '=', 'tags.workspaceId')
          .whereRef('placements.repositoryId', '=', 'tags.repositoryId')
          .whereRef('placements.digest', '=', 'tags.digest')
          .where('placements.registryId', '=', registryId)
          .where('placements.presence', '=', 'gone'),
      ),
    )
    .execute();
}
