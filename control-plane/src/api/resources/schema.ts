import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import { type Static, type TObject, type TSchema, Type } from 'typebox';

/** A named schema: OpenAPI shows it once, under this name. */
export function named<T extends Parameters<typeof Type.Object>[0]>(name: string, members: T, description: string) {
  return Type.Object(members, { $id: name, description, additionalProperties: false });
}

/** A reference to a named schema, typed as what it names. */
export function ref<T extends TSchema>(schema: T) {
  const { $id } = schema as { readonly $id?: string };
  return Type.Unsafe<Static<T>>({ $ref: `${$id}#` });
}

/** The list form of every resource: `{items, nextCursor}`. */
export function listOf<T extends TObject>(item: T) {
  return Type.Object({ items: Type.Array(ref(item)), nextCursor: Type.Union([Type.String(), Type.Null()]) });
}

export const Id = Type.String({ minLength: 1, maxLength: 64, description: 'UUIDv7' });
export const Time = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' });
export const DigestSchema = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' });
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** Largest page of a list: what one answer may hold and still be read at once. */
export const PAGE_ITEMS_MAX = 200;
const PAGE_ITEMS = 50;
/** Our longest key is a push event's: its time and an id of 128 characters of 3 bytes, 400 bytes, 534 in base64. */
const CURSOR_CHARACTERS_MAX = 600;

/** Query of every list. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_ITEMS_MAX, default: PAGE_ITEMS })),
  cursor: Type.Optional(Type.String({ maxLength: CURSOR_CHARACTERS_MAX, description: '`nextCursor` of the page before' })),
};
export const PageQuery = Type.Object(pageQuery, { additionalProperties: false });

export function pageOf(query: { readonly limit?: number; readonly cursor?: string }): PageRequest {
  return { limit: query.limit ?? PAGE_ITEMS, cursor: query.cursor ?? null };
}

export function viewPage<T, V>(page: Page<T>, view: (item: T) => V): { items: V[]; nextCursor: string | null } {
  return { items: page.items.map((item) => view(item)), nextCursor: page.nextCursor };
}

export const timeOf = (ms: number): string => new Date(ms).toISOString();
export const timeOrNull = (ms: number | null): string | null => (ms === null ? null : timeOf(ms));
