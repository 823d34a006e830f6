import type { Selectable } from 'kysely';
import type { EnrolmentToken, Sensor, SensorStore } from '../port/sensors.ts';
import { fromJson, pageOf, present, toJson } from './columns.ts';
import type { Database, Session } from './database.ts';
import type { Tables } from './tables.ts';

/** No assertion is accepted that lives longer, so what expires this long before a new one has expired for good. */
const ASSERTION_MS_MAX = 3_600_000;

export function sensorStore(database: Database): SensorStore {
  return { ...enrolmentTokens(database), ...sensors(database) };
}

function enrolmentTokens(
  database: Database,
): Pick<SensorStore, 'createEnrolmentToken' | 'listEnrolmentTokens' | 'updateEnrolmentToken' | 'enrol'> {
  return {
    async createEnrolmentToken(workspaceId, token) {
      const row = { ...token, workspaceId, registryIds: toJson(token.registryIds) };
      await database.write((session) => session.insertInto('enrolmentTokens').values(row).execute());
    },
    listEnrolmentTokens: (workspaceId, page) =>
      database.read((session) => {
        const tokens = session.selectFrom('enrolmentTokens').selectAll().where('workspaceId', '=', workspaceId);
        return pageOf(
          page,
          (after, limit) => tokens.where('id', '>', after).orderBy('id').limit(limit).execute(),
          (row) => row.id,
          enrolmentTokenOf,
        );
      }),
    async updateEnrolmentToken(workspaceId, id, { revokedAt }) {
      const updated = await database.write((session) =>
        session
          .updateTable('enrolmentTokens')
          .set((eb) => ({ revokedAt: eb.fn.coalesce('revokedAt', eb.val(revokedAt)) }))
          .where('workspaceId', '=', workspaceId)
          .where('id', '=', id)
          .executeTakeFirst(),
      );
      return updated.numUpdatedRows > 0n;
    },
    enrol: (tokenHash, sensor, nowMs) =>
      database.write(async (session) => {
        const token = await spend(session, tokenHash, nowMs);
        if (!token) return null;
        const enrolled: Sensor = {
          ...sensor,
          workspaceId: token.workspaceId,
          registryIds: fromJson(token.registryIds),
          compromisedAt: null,
        };
        await session.insertInto('sensors').values(rowOf(enrolled)).execute();
        return enrolled;
      }),
  };
}

/** One statement, so that two sensors cannot spend the last use both. */
function spend(session: Session, tokenHash: string, nowMs: number): Promise<Selectable<Tables['enrolmentTokens']> | undefined> {
  return session
    .updateTable('enrolmentTokens')
    .set((eb) => ({ usesLeft: eb('usesLeft', '-', 1) }))
    .where('tokenHash', '=', tokenHash)
    .where('usesLeft', '>', 0)
    .where('expiresAt', '>', nowMs)
    .where('revokedAt', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

function sensors(database: Database): Omit<SensorStore, keyof ReturnType<typeof enrolmentTokens>> {
  return {
    async fetchById(sensorId) {
      const row = await database.read((session) => session.selectFrom('sensors').selectAll().where('id', '=', sensorId).executeTakeFirst());
      return row ? sensorOf(row) : null;
    },
    fetch: (workspaceId, sensorId) => database.read((session) => fetchSensor(session, workspaceId, sensorId)),
    list: (workspaceId, page) =>
      database.read((session) => {
        const rows = session.selectFrom('sensors').selectAll().where('workspaceId', '=', workspaceId);
        return pageOf(
          page,
          (after, limit) => rows.where('id', '>', after).orderBy('id').limit(limit).execute(),
          (row) => row.id,
          sensorOf,
        );
      }),
    async update(workspaceId, sensorId, { engine, revokedAt, ...change }) {
      const updated = await database.write((session) =>
        session
          .updateTable('sensors')
          .set((eb) => ({
            id: sensorId,
            ...present(change),
            ...(engine === undefined ? {} : { engine: toJson(engine) }),
            ...(revokedAt === undefined ? {} : { revokedAt: eb.fn.coalesce('revokedAt', eb.val(revokedAt)) }),
          }))
          .where('workspaceId', '=', workspaceId)
          .where('id', '=', sensorId)
          .executeTakeFirst(),
      );
      return updated.numUpdatedRows > 0n;
    },
    createAssertion: (workspaceId, sensorId, jti, expiresAt) =>
      database.write((session) => createAssertion(session, workspaceId, sensorId, jti, expiresAt)),
  };
}

async function createAssertion(session: Session, workspaceId: string, sensorId: string, jti: string, expiresAt: number): Promise<boolean> {
  if (!(await fetchSensor(session, workspaceId, sensorId))) return false;
  await session
    .deleteFrom('sensorAssertions')
    .where('workspaceId', '=', workspaceId)
    .where('sensorId', '=', sensorId)
    .where('expiresAt', '<', expiresAt - ASSERTION_MS_MAX)
    .execute();
  const inserted = await session
    .insertInto('sensorAssertions')
    .values({ workspaceId, sensorId, jti, expiresAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** @internal for the queue, which asks what a sensor may serve within its own transaction. */
export async function fetchSensor(session: Session, workspaceId: string, sensorId: string): Promise<Sensor | null> {
  const row = await session
    .selectFrom('sensors')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', sensorId)
    .executeTakeFirst();
  return row ? sensorOf(row) : null;
}

function sensorOf(row: Selectable<Tables['sensors']>): Sensor {
  return {
    ...row,
    signingKey: fromJson(row.signingKey),
    encryptionKey: fromJson(row.encryptionKey),
    registryIds: fromJson(row.registryIds),
    engine: fromJson(row.engine),
  };
}

function rowOf(sensor: Sensor): Selectable<Tables['sensors']> {
  return {
    ...sensor,
    signingKey: toJson(sensor.signingKey),
    encryptionKey: toJson(sensor.encryptionKey),
    registryIds: toJson(sensor.registryIds),
    engine: toJson(sensor.engine),
  };
}

function enrolmentTokenOf(row: Selectable<Tables['enrolmentTokens']>): EnrolmentToken {
  return { ...row, registryIds: fromJson(row.registryIds) };
}
