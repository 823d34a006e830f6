import { isRecord, SetupError } from '../http/index.ts';

/** An event pattern: members of the event, each a list of which one must fit, or an object of further members. */
export interface EventPattern {
  readonly [member: string]: readonly PatternValue[] | EventPattern;
}
type PatternValue = string | { readonly prefix: string } | { readonly 'anything-but': readonly string[] } | { readonly exists: boolean };

/** Refuses what this cloud would have to ignore: of the content filters it knows prefix, anything-but (a list) and exists. */
export function parsePattern(pattern: unknown, path = 'pattern'): EventPattern {
  if (!isRecord(pattern)) throw new SetupError(`${path} must be an object`);
  const parsed: Record<string, readonly PatternValue[] | EventPattern> = {};
  for (const [member, value] of Object.entries(pattern)) {
    const place = `${path}.${member}`;
    parsed[member] = Array.isArray(value) ? value.map((item: unknown) => parseValue(item, place)) : parsePattern(value, place);
  }
  return parsed;
}

/** True if every member of the pattern fits the event. */
export function patternMatches(pattern: EventPattern, event: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(pattern).every(([member, wanted]) => {
    const value = event[member];
    if (isValues(wanted)) return wanted.some((item) => fits(item, value));
    return isRecord(value) && patternMatches(wanted, value);
  });
}

function isValues(wanted: readonly PatternValue[] | EventPattern): wanted is readonly PatternValue[] {
  return Array.isArray(wanted);
}

function fits(wanted: PatternValue, value: unknown): boolean {
  if (typeof wanted === 'string') return value === wanted;
  if ('exists' in wanted) return wanted.exists === (value !== undefined);
  if (typeof value !== 'string') return false;
  return 'prefix' in wanted ? value.startsWith(wanted.prefix) : !wanted['anything-but'].includes(value);
}

function parseValue(value: unknown, place: string): PatternValue {
  if (typeof value === 'string') return value;
  if (isRecord(value) && Object.keys(value).length === 1) {
    const { prefix, exists, 'anything-but': others } = value;
    if (typeof prefix === 'string') return { prefix };
    if (typeof exists === 'boolean') return { exists };
    if (Array.isArray(others)) return { 'anything-but': others.map(String) };
  }
  throw new SetupError(`${place} holds a filter the development cloud does not know`);
}
