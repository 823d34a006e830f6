/*
 * Texts of variables as values. Each throws an Error whose message says what would be valid: readConfig makes config.invalid of it, with
 * the variable's name.
 */

/** A whole number in decimal digits. */
export function integerOf(text: string, minimum: number, maximum: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
  throw new Error(`an integer from ${minimum} to ${maximum}`);
}

/** One of a few words, as written. */
export function oneOf<const T extends string>(text: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === text);
  if (found !== undefined) return found;
  throw new Error(`one of ${allowed.join(', ')}`);
}

/** `true` or `false`. */
export function booleanOf(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new Error('true or false');
}

/** Names and addresses of this machine as URLs write them: what plain http may be allowed for. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname);
}

/** How much a program logs (pino's levels). */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/**
 * What a variable holds, for a message of what is wrong with it: without what a URL may hold of secrets, a user and password before `@` and
 * a query. Passwords that nobody escaped may hold any character, so all up to the last `@` goes.
 */
export function shownText(text: string): string {
  const bare = text.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, '$1…@');
  return JSON.stringify(bare.replace(/\?.+$/s, '?…'));
}
