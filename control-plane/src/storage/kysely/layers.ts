import { createHash } from 'node:crypto';
import { type EngineIdentity, engineKey, type LayerFinding, type LayerSummary } from '@tidewaiter/shared/findings';
import type { Selectable } from 'kysely';
import type { FactStore, LayerPart } from '../port/facts.ts';
import { freeClaim } from './claims.ts';
import { canonicalJson, chunksOf, fromJson, toJson } from './columns.ts';
import type { Database, Session } from './database.ts';
import { underCurrentKey } from './current-key.ts';
import { blocksOf } from './paths.ts';
import { listOpenRoots } from './roots.ts';
import type { PathKind, Tables } from './tables.ts';
import { addWitness, beginWitnesses, holdTrust, wordOf } from './witnesses.ts';

/*
 * A layer's result comes in parts, which wait under (layer, engine, sensor). The closing summary turns them into the fact: findings
 * as rows, path hashes as sorted blocks, the hash of each part to know the same body again. Two sensors' parts never mix.
 */

const PATH_ROWS_PER_STATEMENT = 50;

export function layerVerbs(database: Database): Pick<FactStore, 'createLayerPart' | 'createLayer' | 'prune' | 'listRootsOfLayer'> {
  return {
    createLayerPart: (workspaceId, sensorId, engine, digest, part, nowMs) =>
      database.write((session) => createPart(session, keyOf(workspaceId, sensorId, engine, digest), part, nowMs)),
    createLayer: (workspaceId, sensorId, engine, summary, pages, ids, nowMs) =>
      database.write(async (session) => {
        const key = keyOf(workspaceId, sensorId, engine, summary.digest);
        if (!(await holdTrust(database, session, workspaceId, sensorId)) || !(await isGranted(session, key))) return 'unclaimed';
        await database.lock(session, `layer ${workspaceId} ${summary.digest} ${key.engineKey}`);
        const fact = await fetchFact(session, key);
        const made = fact ? await compare(session, key, fact, summary, pages) : await build(session, key, summary, pages, ids, nowMs);
        // Who waits for it may not take this sensor's word: it is theirs to read now.
        if (made !== 'parts-missing') await freeClaim(session, key);
        return made;
      }),
    async prune(beforeMs) {
      const pruned = await database.write((session) =>
        session.deleteFrom('layerParts').where('receivedAt', '<', beforeMs).executeTakeFirst(),
      );
      return Number(pruned.numDeletedRows);
    },
    listRootsOfLayer: (workspaceId, layerDigest, engine) =>
      database.read((session) => listOpenRoots(session, workspaceId, layerDigest, engineKey(engine))),
  };
}

interface PartKey {
  readonly workspaceId: string;
  readonly digest: string;
  readonly engineKey: string;
  readonly sensorId: string;
}

const keyOf = (workspaceId: string, sensorId: string, engine: EngineIdentity, digest: string): PartKey => ({
  workspaceId,
  digest,
  engineKey: engineKey(engine),
  sensorId,
});

async function isGranted(session: Session, key: PartKey): Promise<boolean> {
  const row = await session
    .selectFrom('layerGrants')
    .select('grantedAt')
    .where('workspaceId', '=', key.workspaceId)
    .where('digest', '=', key.digest)
    .where('engineKey', '=', key.engineKey)
    .where('sensorId', '=', key.sensorId)
    .executeTakeFirst();
  return row !== undefined;
}

async function createPart(session: Session, key: PartKey, part: LayerPart, nowMs: number): Promise<boolean> {
  if (!(await isGranted(session, key))) return false;
  const partHash = hashOf(part);
  const fact = await fetchFact(session, key);
  const isAgain =
    fact && fromJson(fact.partHashes)[part.page] === partHash && (await wordOf(session, 'layerWitnesses', key, key.sensorId)) === 1;
  if (isAgain) return true;
  const body = {
    kind: part.paths?.kind ?? null,
    hashes: part.paths?.hashes ?? null,
    findings: toJson(part.findings),
    partHash,
    receivedAt: nowMs,
  };
  await session
    .insertInto('layerParts')
    .values({ ...key, page: part.page, ...body })
    .onConflict((conflict) =>
      // A sensor that reads a layer anew after a restart may cut it otherwise: until the fact is made, its last word counts.
      conflict.columns(['workspaceId', 'digest', 'engineKey', 'sensorId', 'page']).doUpdateSet(body),
    )
    .execute();
  return true;
}

function hashOf(part: LayerPart): string {
  const hash = createHash('sha256').update(canonicalJson([part.paths?.kind ?? null, part.findings.map(underCurrentKey)]));
  return hash.update(part.paths?.hashes ?? '').digest('hex');
}

async function fetchFact(session: Session, key: PartKey): Promise<Selectable<Tables['layers']> | undefined> {
  return session
    .selectFrom('layers')
    .selectAll()
    .where('workspaceId', '=', key.workspaceId)
    .where('digest', '=', key.digest)
    .where('engineKey', '=', key.engineKey)
    .executeTakeFirst();
}

const partsOf = (session: Session, key: PartKey) =>
  session
    .selectFrom('layerParts')
    .where('workspaceId', '=', key.workspaceId)
    .where('digest', '=', key.digest)
    .where('engineKey', '=', key.engineKey)
    .where('sensorId', '=', key.sensorId);

/**
 * A page that is not among a witness's parts was equal to the fact's when it came, or was dropped with its acknowledged fact. Who is no
 * witness yet has to deliver them all.
 */
async function compare(
  session: Session,
  key: PartKey,
  fact: Selectable<Tables['layers']>,
  summary: LayerSummary,
  pages: number,
): Promise<'known' | 'conflict' | 'parts-missing'> {
  const parts = await partsOf(session, key).select(['page', 'partHash']).execute();
  const word = await wordOf(session, 'layerWitnesses', key, key.sensorId);
  // Its acknowledgement was lost, and its pages are gone.
  if (word === 0 && parts.length === 0) return 'conflict';
  if (word !== 1 && parts.filter((part) => part.page < pages).length !== pages) return 'parts-missing';
  await dropParts(session, key);
  const factParts = fromJson(fact.partHashes);
  const same =
    factParts.length === pages &&
    parts.every((part) => factParts[part.page] === part.partHash) &&
    canonicalJson(fromJson(fact.summary)) === canonicalJson(summary);
  if (word !== 1) await addWitness(session, 'layerWitnesses', key, key.sensorId, same ? 1 : 0);
  return same ? 'known' : 'conflict';
}

async function build(
  session: Session,
  key: PartKey,
  summary: LayerSummary,
  pages: number,
  ids: readonly string[],
  nowMs: number,
): Promise<'created' | 'parts-missing'> {
  const parts = await partsOf(session, key).selectAll().where('page', '<', pages).orderBy('page').execute();
  const findings = parts.flatMap((part) => fromJson(part.findings));
  if (parts.length !== pages || findings.length !== summary.findings || ids.length < findings.length) return 'parts-missing';
  const { sensorId, ...layer } = key;
  await session
    .insertInto('layers')
    .values({ ...layer, summary: toJson(summary), partHashes: toJson(parts.map((part) => part.partHash)), createdAt: nowMs })
    .execute();
  await beginWitnesses(session, 'layerWitnesses', layer, sensorId);
  await createFindings(session, layer, findings, ids);
  await createPaths(session, layer, parts);
  await dropParts(session, { ...layer, sensorId });
  return 'created';
}

type LayerKey = Omit<PartKey, 'sensorId'>;

async function createFindings(session: Session, layer: LayerKey, findings: readonly LayerFinding[], ids: readonly string[]): Promise<void> {
  const rows = findings.map(({ detector, confidence, fingerprints, preview, ...location }, at) => ({
    workspaceId: layer.workspaceId,
    id: ids[at] as string,
    engineKey: layer.engineKey,
    layerDigest: layer.digest,
    manifestDigest: null,
    detector,
    confidence,
    keyId: fingerprints[0]?.keyId ?? '',
    fingerprint: fingerprints[0]?.value ?? '',
    otherKeyId: fingerprints[1]?.keyId ?? null,
    otherFingerprint: fingerprints[1]?.value ?? null,
    preview,
    location: toJson({ kind: location.inFile ? 'file' : 'blob', ...location }),
    incidentId: null,
  }));
  for (const chunk of chunksOf(rows)) await session.insertInto('findings').values(chunk).execute();
}

async function createPaths(session: Session, layer: LayerKey, parts: readonly Selectable<Tables['layerParts']>[]): Promise<void> {
  const kinds = new Set(parts.map((part) => part.kind));
  const rows = [...kinds].flatMap((kind) =>
    kind === null ? [] : blocksOfKind(kind, parts).map((block) => ({ ...layer, kind, ...block })),
  );
  for (const chunk of chunksOf(rows, PATH_ROWS_PER_STATEMENT)) await session.insertInto('layerPaths').values(chunk).execute();
}

const blocksOfKind = (kind: PathKind, parts: readonly Selectable<Tables['layerParts']>[]) =>
  blocksOf(parts.flatMap((part) => (part.kind === kind && part.hashes !== null ? [part.hashes] : [])));

async function dropParts(session: Session, key: PartKey): Promise<void> {
  await session
    .deleteFrom('layerParts')
    .where('workspaceId', '=', key.workspaceId)
    .where('digest', '=', key.digest)
    .where('engineKey', '=', key.engineKey)
    .where('sensorId', '=', key.sensorId)
    .execute();
}
