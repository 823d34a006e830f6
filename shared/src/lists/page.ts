import { TidewaiterError } from '../errors/index.ts';

/** One page of a list. `nextCursor` is null on the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** `cursor` as a former page gave it, or null for the first; `limit` is at least 1. */
export interface PageRequest {
  readonly cursor: string | null;
  readonly limit: number;
}

/** An opaque cursor over the key of the last item. Every list is ordered by a unique string key (mostly its UUIDv7). */
export function encodeCursor(lastKey: string): string {
  return btoa(unescapeUtf8(lastKey)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @throws request.invalid when `cursor` was not made by {@link encodeCursor}. */
export function decodeCursor(cursor: string): string {
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TidewaiterError('request.invalid', { which: 'cursor', remedy: 'Use nextCursor of the page before, unchanged.', cause });
  }
}

const unescapeUtf8 = (text: string): string => Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
