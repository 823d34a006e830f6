/** Shorter ones are in most windows anyway. */
const LITERAL_MIN = 3;

/**
 * The longest text of letters, digits, `_` and `-` (what no wrapping escapes) that stands in every match of an expression, as far as its form shows without
 * doubt; null where it does not. Alternatives, classes, escapes and whatever is repeated or optional end such a text.
 */
export function requiredLiteral(pattern: string): string | null {
  // Groups of alternatives, or optional, may be without it.
  const fixed = withoutGroups(pattern);
  if (fixed === null || fixed.includes('|')) return null;
  const texts = withoutClasses(fixed.replaceAll(/\\x\{[^}]*\}|\\x..|\\[pPQE].*|\\[0-7]{1,3}|\\./g, '\0'))
    .replaceAll(/[^\0](?=[*?{])/g, '\0')
    .replaceAll(/[*?]|\{[^{}]*\}/g, '\0')
    .match(/[A-Za-z0-9_-]+/g);
  const longest = (texts ?? []).reduce((best, text) => (text.length > best.length ? text : best), '');
  return longest.length >= LITERAL_MIN ? longest : null;
}

/** The expression with the groups that every match passes as they are opened up, and others made a break; null where that cannot be told. */
function withoutGroups(pattern: string): string | null {
  if (/\\[QE()[\]]|\[[^[\]()]*[()]/.test(pattern)) return null;
  let text = pattern.replaceAll(/\(\?[a-zA-Z-]+\)/g, '');
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(/\((?:\?P?<\w+>|\?[a-zA-Z-]*:)?([^()]*)\)([*?{]?)/, (_group, inside: string, repeated: string) =>
      repeated !== '' || inside.includes('|') ? `\0${repeated}` : `\0${inside}\0`,
    );
  }
  return /[()]/.test(text) ? null : text;
}

/** The expression with each of its classes, as RE2 has them, made a break. */
function withoutClasses(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf('['); at >= 0; at = text.indexOf('[', from)) {
    const end = endOfClass(text, at);
    parts.push(text.slice(from, at), '\0');
    from = end;
  }
  return parts.join('') + text.slice(from);
}

/** Behind the `]` that ends the class at `at`: not the first character, nor the end of a `[:name:]`. */
function endOfClass(text: string, at: number): number {
  let from = at + 1;
  if (text[from] === '^') from++;
  if (text[from] === ']') from++;
  for (let end = text.indexOf(']', from); end >= 0; end = text.indexOf(']', from)) {
    if (!(text[end - 1] === ':' && text.slice(from, end - 1).includes('[:'))) return end + 1;
    from = end + 1;
  }
  return text.length;
}
