import { TidewaiterError } from '@tidewaiter/shared/errors';
import { openPostgres } from './dialects/postgres/database.ts';
import { openSqlite } from './dialects/sqlite/database.ts';
import { storeOn } from './kysely/store.ts';
import type { Clock } from './port/context.ts';
import type { Store } from './port/store.ts';

/**
 * Opens the database that `url` names and brings its schema up to date: `sqlite:<path>` (`sqlite::memory:` for none on disk) or
 * `postgres://user:password@host:port/database`.
 * @throws config.invalid for another kind of URL, config.conflict when a newer build wrote the database, storage.unavailable,
 * storage.full, storage.damaged.
 */
export async function openStore(url: string, clock: Clock): Promise<Store> {
  if (url.startsWith('sqlite:')) return storeOn(await openSqlite(url.slice('sqlite:'.length), clock));
  if (/^postgres(ql)?:\/\//.test(url)) return storeOn(await openPostgres(url, clock.now));
  // The URL is not shown: it may hold a password.
  throw new TidewaiterError('config.invalid', { which: 'database URL', want: 'sqlite:<path> or postgres://...' });
}
