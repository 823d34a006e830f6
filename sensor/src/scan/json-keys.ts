import { stringEnd } from './json.ts';

/**
 * Finds a key that an object of a JSON text holds twice, or in two spellings. Parsers differ in which one counts (Go's also takes
 * `Layers` for `layers`), so a manifest with both may show a scanner other layers than it gives a runtime.
 * @param text JSON that JSON.parse has taken.
 * @returns the key, or null.
 */
export function ambiguousKey(text: string, isStructural: (foldedKey: string) => boolean): string | null {
  /** The keys of each open object; null for an array. */
  const open: (Set<string> | null)[] = [];
  let mayBeKey = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    const keys = open.at(-1);
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(null);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = stringEnd(text, at);
      const key = mayBeKey && keys ? String(JSON.parse(text.slice(at, end))) : null;
      if (key !== null && !addKey(keys, key, isStructural)) return key;
      at = end - 1;
    } else if (character !== ',') continue;
    mayBeKey = character === '{' || (character === ',' && keys instanceof Set);
  }
  return null;
}

/** False when it is there already. */
function addKey(keys: Set<string> | null | undefined, key: string, isStructural: (foldedKey: string) => boolean): boolean {
  const name = isStructural(key.toLowerCase()) ? key.toLowerCase() : key;
  if (keys?.has(name)) return false;
  keys?.add(name);
  return true;
}
