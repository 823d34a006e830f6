import { sql } from 'kysely';
import { digestsFor } from './columns.ts';
import type { Session } from './database.ts';

/** @internal Roots are images themselves or the indexes above them; an index nested in an index counts, too. */
export async function listOpenRoots(
  session: Session,
  workspaceId: string,
  layerDigest: string,
  engineKey: string,
): Promise<readonly string[]> {
  const scope = { workspaceId, engineKey };
  return listOpen(session, scope, await ancestorsOf(session, scope, [...(await holdersOf(session, scope, [layerDigest]))]));
}

/** @internal Manifests that name one of these layers. */
export const holdersOf = (session: Session, scope: Scope, layers: readonly string[]): Promise<ReadonlySet<string>> =>
  digestsFor(layers, (chunk) =>
    session
      .selectFrom('manifestLayers')
      .select('digest')
      .distinct()
      .where('workspaceId', '=', scope.workspaceId)
      .where('engineKey', '=', scope.engineKey)
      .where('layerDigest', 'in', chunk)
      .execute(),
  );

/** @internal These manifests and all indexes above them, however they are nested. */
export async function ancestorsOf(session: Session, scope: Scope, digests: readonly string[]): Promise<readonly string[]> {
  const seen = new Set<string>();
  let level: readonly string[] = [...new Set(digests)];
  while (level.length > 0) {
    for (const digest of level) seen.add(digest);
    level = [...(await listParents(session, scope, level))].filter((digest) => !seen.has(digest));
  }
  return [...seen];
}

/** @internal */
export type Scope = { readonly workspaceId: string; readonly engineKey: string };

/** @internal Indexes that name one of these. */
export const listParents = (session: Session, scope: Scope, digests: readonly string[]): Promise<ReadonlySet<string>> =>
  digestsFor(digests, (chunk) =>
    session
      .selectFrom('manifestChildren')
      .select('digest')
      .distinct()
      .where('workspaceId', '=', scope.workspaceId)
      .where('engineKey', '=', scope.engineKey)
      .where('childDigest', 'in', chunk)
      .execute(),
  );

async function listOpen(session: Session, scope: Scope, digests: readonly string[]): Promise<readonly string[]> {
  const open = await digestsFor(digests, (chunk) =>
    session
      .selectFrom('placements')
      .select('digest')
      .distinct()
      .where('workspaceId', '=', scope.workspaceId)
      .where('digest', 'in', chunk)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('scans')
              .select('scans.id')
              .whereRef('scans.workspaceId', '=', 'placements.workspaceId')
              .whereRef('scans.digest', '=', 'placements.digest')
              .where('scans.engineKey', '=', scope.engineKey)
              .where(sql<boolean>`scans.unread = '[]'`),
          ),
        ),
      )
      .execute(),
  );
  return [...open].sort();
}
