import { type Platform, platformName } from '@tidewaiter/shared/images';
import { decodeCursor, encodeCursor, type Page, type PageRequest } from '@tidewaiter/shared/lists';
import { sql } from 'kysely';
import type { Occurrence } from '../port/incidents.ts';
import { tagsOf } from './catalog-rows.ts';
import { fromJson } from './columns.ts';
import type { Session } from './database.ts';

/** @internal Ordered by finding, image, repository, root; of each root's latest verdict only. */
export async function occurrencesOf(
  session: Session,
  workspaceId: string,
  incidentId: string,
  { cursor, limit }: PageRequest,
): Promise<Page<Occurrence>> {
  const after = cursor === null ? [] : decodeCursor(cursor).split(' ');
  const rows = await select(session, workspaceId, incidentId, after)
    .limit(limit + 1)
    .execute();
  const shown = rows.slice(0, limit);
  const tags = await tagsOf(session, workspaceId, [...new Set(shown.map((row) => row.rootDigest))]);
  const images = await fetchImages(session, workspaceId, shown);
  const items = shown.map(({ repositoryId, engineKey, location, ...row }): Occurrence => {
    const image = images.get(`${row.imageDigest} ${engineKey}`);
    return {
      ...row,
      tags: tags.get(`${repositoryId} ${row.rootDigest}`) ?? [],
      platform: image?.platform ?? null,
      location: fromJson(location),
      instruction: row.layerDigest === null ? null : (image?.instructions.get(row.layerDigest) ?? null),
    };
  });
  const last = shown.at(-1);
  const nextCursor =
    rows.length > limit && last ? encodeCursor([last.findingId, last.imageDigest, last.repositoryId, last.rootDigest].join(' ')) : null;
  return { items, nextCursor };
}

function select(session: Session, workspaceId: string, incidentId: string, after: readonly string[]) {
  const [findingId = '', imageDigest = '', repositoryId = '', rootDigest = ''] = after;
  const key = sql`(${sql.ref('sightings.findingId')}, ${sql.ref('sightings.imageDigest')}, ${sql.ref('placements.repositoryId')}, ${sql.ref('sightings.rootDigest')})`;
  return session
    .selectFrom('findings')
    .innerJoin('sightings', (join) =>
      join.onRef('sightings.workspaceId', '=', 'findings.workspaceId').onRef('sightings.findingId', '=', 'findings.id'),
    )
    .innerJoin('placements', (join) =>
      join.onRef('placements.workspaceId', '=', 'sightings.workspaceId').onRef('placements.digest', '=', 'sightings.rootDigest'),
    )
    .innerJoin('repositories', (join) =>
      join.onRef('repositories.workspaceId', '=', 'placements.workspaceId').onRef('repositories.id', '=', 'placements.repositoryId'),
    )
    .select([
      'sightings.findingId',
      'sightings.imageDigest',
      'sightings.rootDigest',
      'sightings.engineKey',
      'sightings.visibility',
      'placements.registryId',
      'placements.repositoryId',
      'placements.presence',
      'repositories.name as repository',
      'findings.layerDigest',
      'findings.location',
    ])
    .where('findings.workspaceId', '=', workspaceId)
    .where('findings.incidentId', '=', incidentId)
    .where('sightings.reported', '=', 1)
    .where((eb) => eb.not(eb.exists(laterScan(session))))
    .where(sql<boolean>`${key} > (${findingId}, ${imageDigest}, ${repositoryId}, ${rootDigest})`)
    .orderBy('sightings.findingId')
    .orderBy('sightings.imageDigest')
    .orderBy('placements.repositoryId')
    .orderBy('sightings.rootDigest');
}

/** @internal A verdict on the same root under another engine that came after the sighting's own. */
export const laterScan = (session: Session) =>
  session
    .selectFrom('scans as own')
    .innerJoin('scans as later', (join) => join.onRef('later.workspaceId', '=', 'own.workspaceId').onRef('later.digest', '=', 'own.digest'))
    .select('later.id')
    .where(sql<boolean>`own.workspace_id = sightings.workspace_id and own.digest = sightings.root_digest
      and own.engine_key = sightings.engine_key and later.scanned_at > own.scanned_at and later.verdict in ('clean', 'findings', 'incomplete')`);

interface ImageDescription {
  readonly platform: string | null;
  readonly instructions: ReadonlyMap<string, string | null>;
}

async function fetchImages(
  session: Session,
  workspaceId: string,
  rows: readonly { readonly imageDigest: string; readonly engineKey: string }[],
): Promise<ReadonlyMap<string, ImageDescription>> {
  const digests = [...new Set(rows.map((row) => row.imageDigest))];
  if (digests.length === 0) return new Map();
  const manifests = await session
    .selectFrom('manifests')
    .select(['digest', 'engineKey', 'platform'])
    .where('workspaceId', '=', workspaceId)
    .where('digest', 'in', digests)
    .execute();
  const layers = await session
    .selectFrom('manifestLayers')
    .select(['digest', 'engineKey', 'layerDigest', 'instruction'])
    .where('workspaceId', '=', workspaceId)
    .where('digest', 'in', digests)
    .orderBy('position')
    .execute();
  const byIndex = await platformsByIndex(session, workspaceId, digests);
  return new Map(
    manifests.map((manifest) => {
      const own = layers.filter((layer) => layer.digest === manifest.digest && layer.engineKey === manifest.engineKey);
      const platform = fromJson(manifest.platform) ?? byIndex.get(manifest.digest) ?? null;
      const instructions = new Map(own.map((layer) => [layer.layerDigest, layer.instruction]));
      return [
        `${manifest.digest} ${manifest.engineKey}`,
        { platform: platform === null ? null : platformName(platform), instructions },
      ] as const;
    }),
  );
}

async function platformsByIndex(session: Session, workspaceId: string, digests: readonly string[]): Promise<ReadonlyMap<string, Platform>> {
  const rows = await session
    .selectFrom('manifestChildren')
    .select(['childDigest', 'platform'])
    .where('workspaceId', '=', workspaceId)
    .where('childDigest', 'in', digests)
    .execute();
  const platforms = new Map<string, Platform>();
  for (const row of rows) {
    const platform = fromJson(row.platform);
    if (platform !== null) platforms.set(row.childDigest, platform);
  }
  return platforms;
}
