/** A JSON object whose members are not yet known to be anything. */
export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Null when the text is no JSON object. */
export function parseObject(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : null;
  } catch {
    return null;
  }
}

/** An own member; undefined where `value` is no object or has none. */
export const member = (value: unknown, key: string): unknown => (isJson(value) && Object.hasOwn(value, key) ? value[key] : undefined);
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
/** A text that is not empty, or null. */
export const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/**
 * Where the string that opens at `start` ends, behind its closing quote. A loop, no expression: V8 gives up on those ("Maximum call stack
 * size exceeded") when a string is megabytes long.
 */
export function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '"') return at + 1;
  }
  return text.length;
}

/**
 * The JSON text with every string as it reads: Go escapes `&`, `<` and `>`, and a key file has its line ends escaped, so that a secret
 * would look like another one than where it is named.
 * @param text JSON that JSON.parse has taken.
 */
export function withStringsDecoded(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let open = text.indexOf('"'); open >= 0; open = text.indexOf('"', from)) {
    const end = stringEnd(text, open);
    parts.push(text.slice(from, open), '"', String(JSON.parse(text.slice(open, end))), '"');
    from = end;
  }
  return parts.join('') + text.slice(from);
}
