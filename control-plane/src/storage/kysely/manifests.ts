import { createHash } from 'node:crypto';
import { type EngineIdentity, engineKey, type LayerSummary } from '@tidewaiter/shared/findings';
import { platformName } from '@tidewaiter/shared/images';
import type { Selectable } from 'kysely';
import type { FactStore, ImageFacts, RootFacts, StoredFinding, StoredManifest } from '../port/facts.ts';
import { canonicalJson, chunksOf, fromJson, groupBy, toJson } from './columns.ts';
import { underCurrentKey } from './current-key.ts';
import type { Database, Session } from './database.ts';
import { countedIn, layersNamedBy, walk } from './manifest-tree.ts';
import type { Scope } from './roots.ts';
import type { Tables } from './tables.ts';
import { addWitness, beginWitnesses, holdTrust, registriesOf, standingOf } from './witnesses.ts';

export function manifestVerbs(database: Database): Pick<FactStore, 'createManifest' | 'isComplete' | 'fetchRoot'> {
  return {
    createManifest: (workspaceId, sensorId, manifest, newId, nowMs) =>
      database.write(async (session) => {
        if (!(await holdTrust(database, session, workspaceId, sensorId))) return 'refused';
        return createManifest(session, workspaceId, sensorId, manifest, newId, nowMs);
      }),
    isComplete: (workspaceId, digest, engine) =>
      database.read((session) => isComplete(session, { workspaceId, engineKey: engineKey(engine) }, digest)),
    fetchRoot: (workspaceId, digest, engine) => database.read((session) => fetchRoot(session, workspaceId, digest, engine)),
  };
}

async function createManifest(
  session: Session,
  workspaceId: string,
  sensorId: string,
  manifest: StoredManifest,
  newId: () => string,
  nowMs: number,
): Promise<'created' | 'known' | 'conflict'> {
  const key = { workspaceId, digest: manifest.digest, engineKey: engineKey(manifest.engine) };
  const { mediaType, shape } = manifest;
  const bodyHash = createHash('sha256')
    .update(canonicalJson({ ...manifest, findings: manifest.findings.map(underCurrentKey) }))
    .digest('hex');
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
  if ((inserted.numInsertedOrUpdatedRows ?? 0n) === 0n) return compare(session, key, sensorId, bodyHash);
  await beginWitnesses(session, 'manifestWitnesses', key, sensorId);
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

async function compare(session: Session, key: ManifestKey, sensorId: string, bodyHash: string): Promise<'known' | 'conflict'> {
  const known = await session
    .selectFrom('manifests')
    .select('bodyHash')
    .where('workspaceId', '=', key.workspaceId)
    .where('digest', '=', key.digest)
    .where('engineKey', '=', key.engineKey)
    .executeTakeFirst();
  const isSame = known?.bodyHash === bodyHash;
  await addWitness(session, 'manifestWitnesses', key, sensorId, isSame ? 1 : 0);
  return isSame ? 'known' : 'conflict';
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

async function fetchRoot(session: Session, workspaceId: string, digest: string, engine: EngineIdentity): Promise<RootFacts | null> {
  const scope = { workspaceId, engineKey: engineKey(engine) };
  const registryIds = await registriesOf(session, scope, digest);
  const { manifests, missing, disputed, platforms } = await walk(session, scope, digest, countedIn(session, scope, registryIds));
  // Of a root that others, who do not count here, told otherwise, this is all there is to say.
  const own = manifests.get(digest);
  if (!own) return disputed.length > 0 ? { digest, images: [], missing, reportedAt: null, disputed, registryIds } : null;
  const rows = [...manifests.values()];
  const layers = await fetchLayerRows(session, scope, [...manifests.keys()]);
  const named = [...new Set(layers.map((row) => row.layerDigest))];
  const standing = await standingOf(session, 'layerWitnesses', scope, named, registryIds);
  const summaries = await fetchSummaries(session, scope, [...standing.counted]);
  const ofLayers = await fetchFindings(session, scope, 'layerDigest', [...summaries.keys()]);
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
  return { digest, images, missing, reportedAt: own.createdAt, disputed: [...disputed, ...standing.disputed], registryIds };
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

/** Whether a layer is nobody's fact at all is asked first: it is the common reason, and found without looking at the others. */
async function isComplete(session: Session, scope: Scope, digest: string): Promise<boolean> {
  const registryIds = await registriesOf(session, scope, digest);
  const { manifests, missing, disputed } = await walk(session, scope, digest, countedIn(session, scope, registryIds));
  const digests = [...manifests.keys()];
  if (missing.length + disputed.length > 0 || (await hasOpenLayer(session, scope, digests))) return false;
  const named = await layersNamedBy(session, scope, digests);
  const standing = await standingOf(session, 'layerWitnesses', scope, [...named], registryIds);
  return standing.disputed.size === 0 && standing.counted.size === named.size;
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
