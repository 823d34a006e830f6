import { chunksOf, fromJson, groupBy, type Json } from './columns.ts';
import type { Database, Session } from './database.ts';
import { listParents, type Scope } from './roots.ts';

/*
 * Who vouches for a fact. A fact counts for a registry when a sensor that delivered its body may serve that registry. A sensor that
 * delivered another body is kept beside them: it changes nothing, but says why the fact does not count where only that sensor reads.
 */

/** @internal */
export type WitnessTable = 'layerWitnesses' | 'manifestWitnesses';
/** @internal Registries a sensor may serve; null: all. */
export type Reach = readonly string[] | null;
/** @internal Those who may say something: revoked as compromised is not among them. */
export interface Voices {
  readonly agreeing: readonly Reach[];
  readonly dissenting: readonly Reach[];
}
/** @internal Of the digests asked for: those that count, and those of which somebody who may be heard says otherwise, unopposed in a registry. */
export interface Standing {
  readonly counted: ReadonlySet<string>;
  readonly disputed: ReadonlySet<string>;
}

/** Stands for the registries of a root that is placed nowhere: only who may serve every registry counts. */
const ANY_REGISTRY = '';

/** @internal */
export const serves = (reaches: readonly Reach[], registryId: string): boolean =>
  reaches.some((reach) => reach === null || reach.includes(registryId));

/** @internal */
export async function voicesOn(
  session: Session,
  table: WitnessTable,
  scope: Scope,
  digests: readonly string[],
): Promise<ReadonlyMap<string, Voices>> {
  const voices = new Map<string, Voices>();
  const reaches = new Map<string, Reach>();
  const reachOf = (text: Json<Reach>): Reach => {
    const known = reaches.get(text);
    if (known !== undefined) return known;
    const reach = fromJson(text);
    reaches.set(text, reach);
    return reach;
  };
  for (const chunk of chunksOf(digests)) {
    const rows = await session
      .selectFrom(table)
      .innerJoin('sensors', (join) =>
        join.onRef('sensors.workspaceId', '=', `${table}.workspaceId`).onRef('sensors.id', '=', `${table}.sensorId`),
      )
      .select([`${table}.digest`, `${table}.agrees`, 'sensors.registryIds'])
      .where(`${table}.workspaceId`, '=', scope.workspaceId)
      .where(`${table}.engineKey`, '=', scope.engineKey)
      .where(`${table}.digest`, 'in', chunk)
      .where('sensors.compromisedAt', 'is', null)
      .execute();
    for (const [digest, said] of groupBy(rows, (row) => row.digest)) {
      const of = (agrees: 0 | 1) => said.filter((row) => row.agrees === agrees).map((row) => reachOf(row.registryIds));
      voices.set(digest, { agreeing: of(1), dissenting: of(0) });
    }
  }
  return voices;
}

/** @internal */
export async function standingOf(
  session: Session,
  table: WitnessTable,
  scope: Scope,
  digests: readonly string[],
  registryIds: readonly string[],
): Promise<Standing> {
  const registries = registryIds.length > 0 ? registryIds : [ANY_REGISTRY];
  const counted = new Set<string>();
  const disputed = new Set<string>();
  for (const [digest, { agreeing, dissenting }] of await voicesOn(session, table, scope, digests)) {
    if (registries.some((id) => serves(agreeing, id))) counted.add(digest);
    if (registries.some((id) => serves(dissenting, id) && !serves(agreeing, id))) disputed.add(digest);
  }
  return { counted, disputed };
}

/** @internal The registries a root is placed in; the part of an index that has no place of its own is where the indexes above it are. */
export async function registriesOf(session: Session, scope: Scope, digest: string): Promise<readonly string[]> {
  const seen = new Set<string>();
  let level: readonly string[] = [digest];
  while (level.length > 0) {
    const found = await placesOf(session, scope.workspaceId, level);
    if (found.length > 0) return found;
    for (const one of level) seen.add(one);
    level = [...(await listParents(session, scope, level))].filter((parent) => !seen.has(parent));
  }
  return [];
}

async function placesOf(session: Session, workspaceId: string, digests: readonly string[]): Promise<readonly string[]> {
  const registryIds = new Set<string>();
  for (const chunk of chunksOf(digests)) {
    const rows = await session
      .selectFrom('placements')
      .select('registryId')
      .distinct()
      .where('workspaceId', '=', workspaceId)
      .where('digest', 'in', chunk)
      .execute();
    for (const row of rows) registryIds.add(row.registryId);
  }
  return [...registryIds];
}

interface FactKey {
  readonly workspaceId: string;
  readonly digest: string;
  readonly engineKey: string;
}

/** @internal What this sensor said of a fact: 1 the same, 0 otherwise, null nothing yet. */
export async function wordOf(session: Session, table: WitnessTable, key: FactKey, sensorId: string): Promise<0 | 1 | null> {
  const row = await session
    .selectFrom(table)
    .select('agrees')
    .where('workspaceId', '=', key.workspaceId)
    .where('digest', '=', key.digest)
    .where('engineKey', '=', key.engineKey)
    .where('sensorId', '=', sensorId)
    .executeTakeFirst();
  return row?.agrees ?? null;
}

/** @internal Once a witness, always one: a sensor that contradicts itself changes nothing. */
export async function addWitness(session: Session, table: WitnessTable, key: FactKey, sensorId: string, agrees: 0 | 1): Promise<void> {
  const { workspaceId, digest, engineKey } = key;
  await session
    .insertInto(table)
    .values({ workspaceId, digest, engineKey, sensorId, agrees })
    .onConflict((conflict) =>
      agrees === 0 ? conflict.doNothing() : conflict.columns(['workspaceId', 'digest', 'engineKey', 'sensorId']).doUpdateSet({ agrees }),
    )
    .execute();
}

/** @internal A fact made just now has one witness: whoever spoke of an earlier body, dropped since, did not speak of this one. */
export async function beginWitnesses(session: Session, table: WitnessTable, key: FactKey, sensorId: string): Promise<void> {
  await session
    .deleteFrom(table)
    .where('workspaceId', '=', key.workspaceId)
    .where('digest', '=', key.digest)
    .where('engineKey', '=', key.engineKey)
    .execute();
  await addWitness(session, table, key, sensorId, 1);
}

/** @internal Within a write: false when the sensor is unknown here or compromised, else it is not marked so before this write ends. */
export async function holdTrust(database: Database, session: Session, workspaceId: string, sensorId: string): Promise<boolean> {
  await lockTrust(database, session, workspaceId, sensorId);
  const row = await session
    .selectFrom('sensors')
    .select('compromisedAt')
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', sensorId)
    .executeTakeFirst();
  return row !== undefined && row.compromisedAt === null;
}

/** @internal */
export const lockTrust = (database: Database, session: Session, workspaceId: string, sensorId: string): Promise<void> =>
  database.lock(session, `trust ${workspaceId} ${sensorId}`);
