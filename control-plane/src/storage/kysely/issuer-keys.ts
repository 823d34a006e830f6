import type { IssuerKeyStore } from '../port/issuer-keys.ts';
import { fromJson, toJson } from './columns.ts';
import type { Database } from './database.ts';

export function issuerKeyStore(database: Database): IssuerKeyStore {
  return {
    async list() {
      const rows = await database.read((session) =>
        session.selectFrom('issuerKeys').selectAll().orderBy('createdAt').orderBy('kid').execute(),
      );
      return rows.map((row) => ({ ...row, publicJwk: fromJson(row.publicJwk) }));
    },
    async create(key) {
      const inserted = await database.write((session) =>
        session
          .insertInto('issuerKeys')
          .values({ ...key, publicJwk: toJson(key.publicJwk) })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst(),
      );
      return (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    async update(kid, from, to, nowMs) {
      const updated = await database.write((session) =>
        session
          .updateTable('issuerKeys')
          .set({ state: to, ...(to === 'active' ? { activatedAt: nowMs } : {}), ...(to === 'retiring' ? { retiredAt: nowMs } : {}) })
          .where('kid', '=', kid)
          .where('state', '=', from)
          .executeTakeFirst(),
      );
      return updated.numUpdatedRows > 0n;
    },
  };
}
