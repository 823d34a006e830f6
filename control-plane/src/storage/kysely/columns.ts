import { decodeCursor, encodeCursor, type Page, type PageRequest } from '@tidewaiter/shared/lists';

declare const shape: unique symbol;

/** Text that holds T as JSON. */
export type Json<T> = string & { readonly [shape]: T };

export function toJson<T>(value: T): Json<T> {
  return JSON.stringify(value) as Json<T>;
}

export function fromJson<T>(text: Json<T>): T {
  return JSON.parse(text) as T;
}

/** One page of a list ordered by the text `keyOf` gives; `rowsAfter` answers up to `limit` rows whose key lies after `after`. */
export async function pageOf<R, T>(
  { cursor, limit }: PageRequest,
  rowsAfter: (after: string, limit: number) => Promise<readonly R[]>,
  keyOf: (row: R) => string,
  map: (row: R) => T,
): Promise<Page<T>> {
  const rows = await rowsAfter(cursor === null ? '' : decodeCursor(cursor), limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(map), nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null };
}

/** Rows of one insert: below SQLite's 32,766 and PostgreSQL's 65,535 parameters at our widest table (22 columns). */
const ROWS_PER_STATEMENT = 500;

export function chunksOf<T>(items: readonly T[], size = ROWS_PER_STATEMENT): readonly (readonly T[])[] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}

/** The digests that `fetch` finds for `keys`, asked a statement's worth at a time. */
export async function digestsFor(
  keys: readonly string[],
  fetch: (chunk: readonly string[]) => Promise<readonly { readonly digest: string | null }[]>,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const chunk of chunksOf(keys)) for (const { digest } of await fetch(chunk)) if (digest !== null) found.add(digest);
  return found;
}

/** Members of `change` that are present: Kysely would write an undefined one as null. */
export function present<T extends object>(change: T): Partial<T> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<T>;
}

export function groupBy<K, T>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** One text for equal values, whatever the order in which their members were written. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member) ? sortedMembers(member) : member,
  );
}

const sortedMembers = (members: object): object => Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)));
