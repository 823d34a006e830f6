import { invalidParameter } from './errors.ts';

/** One page and, if more follows, the token of the next. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/**
 * Cuts a list that is sorted by `keyOf` after the token's key, so that what is created or deleted between two pages neither
 * repeats nor hides another item. A token belongs to one list (`scope`): AWS refuses it elsewhere.
 */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  scope: string,
  token: string | undefined,
  maxResults: number,
): Page<T> {
  const after = token === undefined ? undefined : readToken(token, scope);
  const rest = after === undefined ? items : items.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, maxResults);
  const last = page.at(-1);
  if (last === undefined || rest.length <= maxResults) return { items: page };
  return { items: page, nextToken: Buffer.from(JSON.stringify([scope, keyOf(last)])).toString('base64') };
}

function readToken(token: string, scope: string): string {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64').toString('utf8'));
    if (Array.isArray(value) && value[0] === scope && typeof value[1] === 'string') return value[1];
  } catch {
    // Not one of ours: refused below.
  }
  throw invalidParameter('nextToken', 'Invalid token');
}
