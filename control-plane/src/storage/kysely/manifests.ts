import { createHash } from 'node:crypto';
import { type EngineIdentity, engineKey, type LayerSummary } from '@tidewaiter/shared/findings';
import { type Platform, platformName } from '@tidewaiter/shared/images';
import type { Selectable } from 'kysely';
import type { ImageFacts, RootFacts, StoredFinding, StoredManifest } from '../port/facts.ts';
import type { FactStore } from '../port/store.ts';
import { canonicalJson, chunksOf, fromJson, groupBy, toJson } from './columns.ts';
import type { Database, Session } from './database.ts';
import type { Tables } from './tables.ts';

/** How deep indexes are followed; the sensor refuses deeper ones itself (manifest.too-deep). */
const INDEX_DEPTH_MAX = 8;
/** Manifests of one root that are looked at: five times what one index may name. A sensor that names more gets no clean verdict. */
const MANIFESTS_MAX = 5_000;

export function manifestVerbs(database: Database): Pick<FactStore, 'createManifest' | 'isComplete' | 'fetchRoot'> {
  return {
    createManifest: (workspaceId, manifest, newId, nowMs) =>
      database.write((session) => createManifest(session, workspaceId, manifest, newId, nowMs)),
    isComplete: (workspaceId, digest, engine) =>
      database.read(async (session) => {
        const scope = { workspaceId, engineKey: engineKey(engine) };
        const { manifests, missing } = await walk(session, scope, digest);
        return missing.length === 0 && !(await hasOpenLayer(session, scope, [...manifests.keys()]));
      }),
    fetchRoot: (workspaceId, digest, engine) => database.read((session) => fetchRoot(session, workspaceId, digest, engine)),
  };
}

async function createManifest(
  session: Session,
  workspaceId: string,
  manifest: StoredManifest,
  newId: () => string,
  nowMs: number,
): Promise<'created' | 'known' | 'conflict'> {
  const key = { workspaceId, digest: manifest.digest, engineKey: engineKey(manifest.engine) };
  const { mediaType, shape } = manifest;
  const bodyHash = createHash('sha256').update(canonicalJson(manifest)).digest('hex');
  const inserted = await session
    .insertInto('manifests')
    .values({
      ...key,
      mediaType,
      shape,
      platform: toJson(manifest.platform),
      coverage: toJson(manifest.coverage),
      bodyHash,
      createdAt: nowMs,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if ((inserted.numInsertedOrUpdatedRows ?? 0n) === 0n) return compare(session, key, bodyHash);
  const children = manifest.children.map((child, position) => ({
    ...key,
    position,
    childDigest: child.digest,
    platform: toJson(child.platform),
  }));
  const layers = manifest.layers.map(({ digest, ...layer }, position) => ({ ...key, position, layerDigest: digest, ...layer }));
  for (const chunk of chunksOf(children)) await session.insertInto('manifestChildren').values(chunk).execute();
  for (const chunk of chunksOf(layers)) await session.insertInto('manifestLayers').values(chunk).execute();
  for (const chunk of chunksOf(findingRowsOf(key, manifest, newId))) await session.insertInto('findings').values(chunk).execute();
  return 'created';
}

interface ManifestKey {
  readonly workspaceId: string;
  readonly digest: string;
  readonly engineKey: string;
}

async function compare(session: Session, key: ManifestKey, bodyHash: string): Promise<'known' | 'conflict'> {
  const known = await session
    .selectFrom('manifests')
    .select('bodyHash')
    .where('workspaceId', '=', key.workspaceId)
    .where('digest', '=', key.digest)
    .where('engineKey', '=', key.engineKey)
    .executeTakeFirst();
  return known?.bodyHash === bodyHash ? 'known' : 'conflict';
}

function findingRowsOf(key: ManifestKey, manifest: StoredManifest, newId: () => string): readonly Selectable<Tables['findings']>[] {
  return manifest.findings.map(({ detector, confidence, fingerprints, preview, ...location }) => ({
    workspaceId: key.workspaceId,
    id: newId(),
    engineKey: key.engineKey,
    layerDigest: null,
    manifestDigest: key.digest,
    detector,
    confidence,
    keyId: fingerprints[0]?.keyId ?? '',
    fingerprint: fingerprints[0]?.value ?? '',
    otherKeyId: fingerprints[1]?.keyId ?? null,
    otherFingerprint: fingerprints[1]?.value ?? null,
    preview,
    location: toJson(location),
    incidentId: null,
  }));
}

type ManifestRow = Selectable<Tables['manifests']>;
type Scope = { readonly workspaceId: string; readonly engineKey: string };

async function fetchRoot(session: Session, workspaceId: string, digest: string, engine: EngineIdentity): Promise<RootFacts | null> {
  const scope = { workspaceId, engineKey: engineKey(engine) };
  const { manifests, missing, platforms } = await walk(session, scope, digest);
  if (!manifests.has(digest)) return null;
  const rows = [...manifests.values()];
  const layers = await fetchLayerRows(session, scope, [...manifests.keys()]);
  const layerDigests = [...new Set(layers.map((row) => row.layerDigest))];
  const summaries = await fetchSummaries(session, scope, layerDigests);
  const ofLayers = await fetchFindings(session, scope, 'layerDigest', layerDigests);
  const ofManifests = await fetchFindings(session, scope, 'manifestDigest', [...manifests.keys()]);
  const layersOf = groupBy(layers, (row) => row.digest);
  const images = rows.map((row): ImageFacts => {
    const platform = fromJson(row.platform) ?? platforms.get(row.digest) ?? null;
    return {
      digest: row.digest,
      platform: platform === null ? null : platformName(platform),
      layers: (layersOf.get(row.digest) ?? []).map(({ layerDigest, diffId, instruction }) => ({
        digest: layerDigest,
        diffId,
        instruction,
        summary: summaries.get(layerDigest) ?? null,
        findings: ofLayers.get(layerDigest) ?? [],
      })),
      coverage: fromJson(row.coverage),
      findings: ofManifests.get(row.digest) ?? [],
    };
  });
  return { digest, images, missing };
}

type Platforms = Map<string, Platform>;

/** The root and all below it, level by level. An index is kept, too: its annotations have findings and coverage of their own. */
async function walk(
  session: Session,
  scope: Scope,
  root: string,
): Promise<{ manifests: Map<string, ManifestRow>; missing: string[]; platforms: Platforms }> {
  const manifests = new Map<string, ManifestRow>();
  const platforms: Platforms = new Map();
  const missing: string[] = [];
  let level = [root];
  for (let depth = 0; level.length > 0 && depth <= INDEX_DEPTH_MAX && manifests.size + level.length <= MANIFESTS_MAX; depth++) {
    const found = await fetchManifests(session, scope, level);
    for (const row of found) manifests.set(row.digest, row);
    missing.push(...level.filter((digest) => !manifests.has(digest)));
    const children = await fetchChildren(
      session,
      scope,
      found.map((row) => row.digest),
    );
    for (const child of children) {
      const platform = fromJson(child.platform);
      if (platform !== null && !platforms.has(child.childDigest)) platforms.set(child.childDigest, platform);
    }
    level = [...new Set(children.map((child) => child.childDigest))].filter(
      (digest) => !manifests.has(digest) && !missing.includes(digest),
    );
  }
  return { manifests, missing: [...missing, ...level], platforms };
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

async function fetchLayerRows(
  session: Session,
  scope: Scope,
  digests: readonly string[],
): Promise<readonly Selectable<Tables['manifestLayers']>[]> {
  const rows: Selectable<Tables['manifestLayers']>[] = [];
  for (const chunk of chunksOf(digests))
    rows.push(
      ...(await session
        .selectFrom('manifestLayers')
        .selectAll()
        .where('workspaceId', '=', scope.workspaceId)
        .where('engineKey', '=', scope.engineKey)
        .where('digest', 'in', chunk)
        .orderBy('digest')
        .orderBy('position')
        .execute()),
    );
  return rows;
}

async function hasOpenLayer(session: Session, scope: Scope, digests: readonly string[]): Promise<boolean> {
  for (const chunk of chunksOf(digests)) {
    const open = await session
      .selectFrom('manifestLayers')
      .leftJoin('layers', (join) =>
        join
          .onRef('layers.workspaceId', '=', 'manifestLayers.workspaceId')
          .onRef('layers.engineKey', '=', 'manifestLayers.engineKey')
          .onRef('layers.digest', '=', 'manifestLayers.layerDigest'),
      )
      .select('manifestLayers.layerDigest')
      .where('manifestLayers.workspaceId', '=', scope.workspaceId)
      .where('manifestLayers.engineKey', '=', scope.engineKey)
      .where('manifestLayers.digest', 'in', chunk)
      .where('layers.digest', 'is', null)
      .limit(1)
      .executeTakeFirst();
    if (open) return true;
  }
  return false;
}

async function fetchSummaries(session: Session, scope: Scope, digests: readonly string[]): Promise<ReadonlyMap<string, LayerSummary>> {
  const summaries = new Map<string, LayerSummary>();
  for (const chunk of chunksOf(digests)) {
    const rows = await session
      .selectFrom('layers')
      .select(['digest', 'summary'])
      .where('workspaceId', '=', scope.workspaceId)
      .where('engineKey', '=', scope.engineKey)
      .where('digest', 'in', chunk)
      .execute();
    for (const row of rows) summaries.set(row.digest, fromJson(row.summary));
  }
  return summaries;
}

async function fetchFindings(
  session: Session,
  scope: Scope,
  column: 'layerDigest' | 'manifestDigest',
  digests: readonly string[],
): Promise<ReadonlyMap<string, readonly StoredFinding[]>> {
  const found: Selectable<Tables['findings']>[] = [];
  for (const chunk of chunksOf(digests))
    found.push(
      ...(await session
        .selectFrom('findings')
        .selectAll()
        .where('workspaceId', '=', scope.workspaceId)
        .where('engineKey', '=', scope.engineKey)
        .where(column, 'in', chunk)
        .orderBy('id')
        .execute()),
    );
  const grouped = groupBy(found, (row) => row[column] ?? '');
  return new Map([...grouped].map(([digest, rows]) => [digest, rows.map(findingOf)]));
}

function findingOf(row: Selectable<Tables['findings']>): StoredFinding {
  const { id, detector, confidence, keyId, fingerprint, preview, layerDigest, manifestDigest } = row;
  return { id, detector, confidence, keyId, fingerprint, preview, layerDigest, manifestDigest, location: fromJson(row.location) };
}
