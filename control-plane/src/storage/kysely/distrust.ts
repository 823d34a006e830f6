import type { FactStore } from '../port/facts.ts';
import { chunksOf, groupBy } from './columns.ts';
import type { Database, Session } from './database.ts';
import { ancestorsOf, holdersOf, type Scope } from './roots.ts';
import { fetchSensor } from './sensors.ts';
import { lockTrust, type Reach, serves, voicesOn, type WitnessTable } from './witnesses.ts';

/*
 * What becomes of a sensor's words when it is found to be compromised. A fact that others witness, too, stays: theirs was the same body.
 * Where they may not serve all that this sensor may, the verdicts that needed its word go all the same.
 */

export function distrustVerbs(database: Database): Pick<FactStore, 'deleteBySensor'> {
  return {
    deleteBySensor: (workspaceId, sensorId, nowMs) =>
      database.write(async (session) => {
        await lockTrust(database, session, workspaceId, sensorId);
        const sensor = await fetchSensor(session, workspaceId, sensorId);
        if (!sensor) return null;
        await session
          .updateTable('sensors')
          .set({ revokedAt: sensor.revokedAt ?? nowMs, compromisedAt: sensor.compromisedAt ?? nowMs })
          .where('workspaceId', '=', workspaceId)
          .where('id', '=', sensorId)
          .execute();
        return distrust(session, workspaceId, sensorId, sensor.registryIds);
      }),
  };
}

async function distrust(
  session: Session,
  workspaceId: string,
  sensorId: string,
  reach: Reach,
): Promise<{ facts: number; images: readonly string[] }> {
  for (const table of ['layerParts', 'layerGrants', 'layerClaims'] as const)
    await session.deleteFrom(table).where('workspaceId', '=', workspaceId).where('sensorId', '=', sensorId).execute();
  const layers = await takeBack(session, 'layerWitnesses', workspaceId, sensorId);
  const manifests = await takeBack(session, 'manifestWitnesses', workspaceId, sensorId);
  const images = new Set<string>(await deleteClosings(session, workspaceId, sensorId));
  let facts = 0;
  for (const engineKey of new Set([...layers.keys(), ...manifests.keys()])) {
    const scope = { workspaceId, engineKey };
    const ofLayers = await weigh(session, 'layerWitnesses', scope, layers.get(engineKey) ?? [], reach);
    const ofManifests = await weigh(session, 'manifestWitnesses', scope, manifests.get(engineKey) ?? [], reach);
    // Before the manifests go, which say what stands on what.
    const holders = await holdersOf(session, scope, ofLayers.weaker);
    const roots = await ancestorsOf(session, scope, [...holders, ...ofManifests.weaker]);
    for (const digest of await deleteVerdicts(session, scope, roots)) images.add(digest);
    await deleteFindings(session, scope, 'layerDigest', ofLayers.lost);
    await deleteFindings(session, scope, 'manifestDigest', ofManifests.lost);
    for (const table of ['layerPaths', 'layerWitnesses', 'layers'] as const) await deleteFacts(session, table, scope, ofLayers.lost);
    for (const table of ['manifestChildren', 'manifestLayers', 'manifestWitnesses', 'manifests'] as const)
      await deleteFacts(session, table, scope, ofManifests.lost);
    facts += ofLayers.lost.length + ofManifests.lost.length;
  }
  return { facts, images: [...images].sort() };
}

/** The digests it witnessed, by engine. */
async function takeBack(
  session: Session,
  table: WitnessTable,
  workspaceId: string,
  sensorId: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await session
    .deleteFrom(table)
    .where('workspaceId', '=', workspaceId)
    .where('sensorId', '=', sensorId)
    .returning(['digest', 'engineKey', 'agrees'])
    .execute();
  const byEngine = groupBy(rows, (row) => row.engineKey);
  return new Map([...byEngine].map(([engineKey, said]) => [engineKey, said.map((row) => row.digest)]));
}

/**
 * `lost`: nobody witnesses it any more. `weaker`: these, and those that nobody witnesses any more for some registry that `reach` holds, or
 * of which it was only said that they are otherwise: a verdict may change without that word, too.
 */
async function weigh(
  session: Session,
  table: WitnessTable,
  scope: Scope,
  digests: readonly string[],
  reach: Reach,
): Promise<{ lost: readonly string[]; weaker: readonly string[] }> {
  const voices = await voicesOn(session, table, scope, digests);
  const agreeingOn = (digest: string): readonly Reach[] => voices.get(digest)?.agreeing ?? [];
  return {
    lost: digests.filter((digest) => agreeingOn(digest).length === 0),
    weaker: digests.filter((digest) => !covers(agreeingOn(digest), reach)),
  };
}

const covers = (reaches: readonly Reach[], reach: Reach): boolean =>
  reaches.includes(null) || (reach !== null && reach.every((registryId) => serves(reaches, registryId)));

/** Verdicts it gave by its mere word, on images that it could, or would, not read. */
async function deleteClosings(session: Session, workspaceId: string, sensorId: string): Promise<readonly string[]> {
  const ended = await session
    .selectFrom('scans')
    .select(['digest', 'engineKey'])
    .where('workspaceId', '=', workspaceId)
    .where('verdict', 'in', ['gone', 'archived', 'failed', 'incomplete'])
    .where('digest', 'in', (eb) =>
      eb
        .selectFrom('assignments')
        .select((select) => select.ref('assignments.digest').$notNull().as('digest'))
        .where('assignments.workspaceId', '=', workspaceId)
        .where('assignments.sensorId', '=', sensorId)
        .where('assignments.digest', 'is not', null),
    )
    .execute();
  const deleted: string[] = [];
  for (const [engineKey, scans] of groupBy(ended, (scan) => scan.engineKey)) {
    const digests = scans.map((scan) => scan.digest);
    deleted.push(...(await deleteVerdicts(session, { workspaceId, engineKey }, digests)));
  }
  return deleted;
}

/** Answers the digests that had one. */
async function deleteVerdicts(session: Session, scope: Scope, digests: readonly string[]): Promise<readonly string[]> {
  const deleted: string[] = [];
  for (const chunk of chunksOf(digests)) {
    await rememberImages(session, scope, 'sightings.rootDigest', chunk);
    await session
      .deleteFrom('sightings')
      .where('workspaceId', '=', scope.workspaceId)
      .where('engineKey', '=', scope.engineKey)
      .where('rootDigest', 'in', chunk)
      .execute();
    const rows = await session
      .deleteFrom('scans')
      .where('workspaceId', '=', scope.workspaceId)
      .where('engineKey', '=', scope.engineKey)
      .where('digest', 'in', chunk)
      .returning('digest')
      .execute();
    deleted.push(...rows.map((row) => row.digest));
  }
  return deleted;
}

/** What a person closed knowing of these images is not new when they are scanned anew and the secret is found there again. */
async function rememberImages(
  session: Session,
  scope: Scope,
  column: 'sightings.rootDigest' | 'findings.layerDigest' | 'findings.manifestDigest',
  digests: readonly string[],
): Promise<void> {
  await session
    .insertInto('incidentImages')
    .columns(['workspaceId', 'incidentId', 'imageDigest'])
    .expression((eb) =>
      eb
        .selectFrom('sightings')
        .innerJoin('findings', (join) =>
          join.onRef('findings.workspaceId', '=', 'sightings.workspaceId').onRef('findings.id', '=', 'sightings.findingId'),
        )
        .select((select) => [
          'findings.workspaceId',
          select.ref('findings.incidentId').$notNull().as('incidentId'),
          'sightings.imageDigest',
        ])
        .distinct()
        .where('sightings.workspaceId', '=', scope.workspaceId)
        .where('sightings.engineKey', '=', scope.engineKey)
        .where('sightings.reported', '=', 1)
        .where('findings.incidentId', 'is not', null)
        .where(column, 'in', digests),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function deleteFindings(
  session: Session,
  scope: Scope,
  column: 'layerDigest' | 'manifestDigest',
  digests: readonly string[],
): Promise<void> {
  for (const chunk of chunksOf(digests)) {
    await rememberImages(session, scope, `findings.${column}`, chunk);
    await session
      .deleteFrom('sightings')
      .where('workspaceId', '=', scope.workspaceId)
      .where('findingId', 'in', (eb) =>
        eb
          .selectFrom('findings')
          .select('findings.id')
          .where('findings.workspaceId', '=', scope.workspaceId)
          .where('findings.engineKey', '=', scope.engineKey)
          .where(`findings.${column}`, 'in', chunk),
      )
      .execute();
    await session
      .deleteFrom('findings')
      .where('workspaceId', '=', scope.workspaceId)
      .where('engineKey', '=', scope.engineKey)
      .where(column, 'in', chunk)
      .execute();
  }
}

type FactTable = 'layerPaths' | 'layers' | 'manifestChildren' | 'manifestLayers' | 'manifests' | WitnessTable;

async function deleteFacts(session: Session, table: FactTable, scope: Scope, digests: readonly string[]): Promise<void> {
  for (const chunk of chunksOf(digests))
    await session
      .deleteFrom(table)
      .where('workspaceId', '=', scope.workspaceId)
      .where('engineKey', '=', scope.engineKey)
      .where('digest', 'in', chunk)
      .execute();
}
