/**
 * Finds a key that an object of a JSON text holds twice, or in two spellings. Parsers differ in which one counts (Go's also takes
 * `Layers` for `layers`), so a manifest with both may show a scanner other layers than it gives a runtime.
 * @param text JSON that JSON.parse has taken.
 * @returns the key, or null.
 */
export function ambiguousKey(text: string, isStructural: (foldedKey: string) => boolean): string | null {
  const open: (Set<string> | null)[] = [];
  let mayBeKey = false;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    const keys = open.at(-1);
    if (token === '{' || token === '[') open.push(token === '{' ? new Set() : null);
    else if (token === '}' || token === ']') open.pop();
    else if (token.startsWith('"') && mayBeKey && keys) {
      const key = String(JSON.parse(token));
      const name = isStructural(key.toLowerCase()) ? key.toLowerCase() : key;
      if (keys.has(name)) return key;
      keys.add(name);
    }
    mayBeKey = token === '{' || (token === ',' && open.at(-1) instanceof Set);
  }
  return null;
}
