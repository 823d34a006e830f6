import type { Platform } from '@tidewaiter/shared/images';
import type { Selectable } from 'kysely';
import { chunksOf, digestsFor, fromJson } from './columns.ts';
import type { Session } from './database.ts';
import type { Scope } from './roots.ts';
import type { Tables } from './tables.ts';
import { type Standing, standingOf } from './witnesses.ts';

/** How deep indexes are followed; the sensor refuses deeper ones itself (manifest.too-deep). */
const INDEX_DEPTH_MAX = 8;
/** Manifests of one root that are looked at: five times what one index may name. A sensor that names more gets no clean verdict. */
const MANIFESTS_MAX = 5_000;

/** @internal */
export type ManifestRow = Selectable<Tables['manifests']>;

/** @internal */
export interface ManifestTree {
  readonly manifests: ReadonlyMap<string, ManifestRow>;
  /** Named, but not known by anybody who counts. */
  readonly missing: readonly string[];
  readonly disputed: readonly string[];
  /** What the indexes say of their parts. */
  readonly platforms: ReadonlyMap<string, Platform>;
}

/** @internal Which of some manifests are to be followed. */
export type Judge = (digests: readonly string[]) => Promise<Standing>;

/** @internal Manifests that count where the root is placed. */
export const countedIn =
  (session: Session, scope: Scope, registryIds: readonly string[]): Judge =>
  (digests) =>
    standingOf(session, 'manifestWitnesses', scope, digests, registryIds);

/** @internal Manifests that this sensor reported. One it told otherwise is among them: what the kept one names is there to be read. */
export const reportedBy =
  (session: Session, scope: Scope, sensorId: string): Judge =>
  async (digests) => ({
    counted: await digestsFor(digests, (chunk) =>
      session
        .selectFrom('manifestWitnesses')
        .select('digest')
        .where('workspaceId', '=', scope.workspaceId)
        .where('engineKey', '=', scope.engineKey)
        .where('sensorId', '=', sensorId)
        .where('digest', 'in', chunk)
        .execute(),
    ),
    disputed: new Set(),
  });

/** @internal The root and all below it, level by level. An index is kept, too: its annotations have findings and coverage of their own. */
export async function walk(session: Session, scope: Scope, root: string, judge: Judge): Promise<ManifestTree> {
  const manifests = new Map<string, ManifestRow>();
  const platforms = new Map<string, Platform>();
  const missing = new Set<string>();
  const disputed: string[] = [];
  let level = [root];
  for (let depth = 0; level.length > 0 && depth <= INDEX_DEPTH_MAX && manifests.size + level.length <= MANIFESTS_MAX; depth++) {
    const standing = await judge(level);
    const found = (await fetchManifests(session, scope, level)).filter((row) => standing.counted.has(row.digest));
    for (const row of found) manifests.set(row.digest, row);
    for (const digest of level) if (!manifests.has(digest)) missing.add(digest);
    disputed.push(...level.filter((digest) => standing.disputed.has(digest)));
    const children = await fetchChildren(
      session,
      scope,
      found.map((row) => row.digest),
    );
    for (const child of children) {
      const platform = fromJson(child.platform);
      if (platform !== null && !platforms.has(child.childDigest)) platforms.set(child.childDigest, platform);
    }
    level = [...new Set(children.map((child) => child.childDigest))].filter((digest) => !manifests.has(digest) && !missing.has(digest));
  }
  return { manifests, missing: [...missing, ...level], disputed, platforms };
}

async function fetchManifests(session: Session, scope: Scope, digests: readonly string[]): Promise<readonly ManifestRow[]> {
  const rows: ManifestRow[] = [];
  for (const chunk of chunksOf(digests))
    rows.push(
      ...(await session
        .selectFrom('manifests')
        .selectAll()
        .where('workspaceId', '=', scope.workspaceId)
        .where('engineKey', '=', scope.engineKey)
        .where('digest', 'in', chunk)
        .execute()),
    );
  return rows;
}

async function fetchChildren(
  session: Session,
  scope: Scope,
  digests: readonly string[],
): Promise<readonly Selectable<Tables['manifestChildren']>[]> {
  const rows: Selectable<Tables['manifestChildren']>[] = [];
  for (const chunk of chunksOf(digests))
    rows.push(
      ...(await session
        .selectFrom('manifestChildren')
        .selectAll()
        .where('workspaceId', '=', scope.workspaceId)
        .where('engineKey', '=', scope.engineKey)
        .where('digest', 'in', chunk)
        .orderBy('position')
        .execute()),
    );
  return rows;
}

/** @internal Each once, whatever the manifests that name it. */
export const layersNamedBy = (session: Session, scope: Scope, manifests: readonly string[]): Promise<ReadonlySet<string>> =>
  digestsFor(manifests, (chunk) =>
    session
      .selectFrom('manifestLayers')
      .select('layerDigest as digest')
      .distinct()
      .where('workspaceId', '=', scope.workspaceId)
      .where('engineKey', '=', scope.engineKey)
      .where('digest', 'in', chunk)
      .execute(),
  );
