import type { CompiledRule } from './compile.ts';
import type { Match } from './engine.ts';
import { isPlaceholder } from './placeholder.ts';
import type { Candidate, Found, Window } from './rule.ts';
import { type Source, textOf } from './source.ts';

/** A match before its line is known. */
export interface Hit {
  readonly rule: CompiledRule;
  readonly match: Omit<Match, 'line' | 'column'>;
}

/** Pass 2 at one place: the rule's expression and check over a window, whatever the window's file offset. */
export function confirm(source: Source, rule: CompiledRule, offset: number, reach: number): Hit[] {
  const from = Math.max(0, offset - rule.before);
  const to = Math.min(reach, source.to);
  const window: Window = { text: textOf(source, from, to), hit: offset - from, path: source.path };
  const cutLeft = from > 0;
  const cutRight = !(source.last && to === source.to);
  const hits: Hit[] = [];
  for (const found of matchesOf(rule.expression, window)) {
    // What touches a cut side of the window may go on beyond it: it is no token of a known length.
    if (cutRight && found.index + found[0].length === window.text.length) continue;
    if (cutLeft && found.index === 0) continue;
    const hit = hitOf(rule, candidateOf(found, window), from);
    if (hit !== null) hits.push(hit);
  }
  return hits;
}

function* matchesOf(expression: RegExp, { text, hit }: Window): Generator<RegExpExecArray> {
  expression.lastIndex = expression.sticky ? hit : 0;
  for (let found = expression.exec(text); found !== null; found = expression.exec(text)) {
    const next = expression.lastIndex;
    yield found;
    if (expression.sticky) return;
    expression.lastIndex = Math.max(next, found.index + 1);
  }
}

function candidateOf(found: RegExpExecArray, window: Window): Candidate {
  const span = found.indices?.groups?.['secret'] ?? found.indices?.[0] ?? [found.index, found.index + found[0].length];
  const [start, end] = span;
  return { secret: window.text.slice(start, end), start, end, groups: found.groups ?? {}, window };
}

function hitOf(compiled: CompiledRule, candidate: Candidate, from: number): Hit | null {
  const { rule } = compiled;
  const found: Found | null = rule.check === undefined ? {} : rule.check(candidate);
  if (found === null) return null;
  const start = found.start ?? candidate.start;
  const end = found.end ?? candidate.end;
  const text = candidate.window.text.slice(start, end);
  if (found.proven !== true && isPlaceholder(text)) return null;
  const canonical = found.canonical ?? Buffer.from(text, 'latin1');
  const preview = previewOf(rule.prefix ?? '', text);
  const confidence = found.confidence ?? rule.confidence;
  return { rule: compiled, match: { detector: rule.id, confidence, canonical, text, preview, offset: from + start, length: end - start } };
}

/** At most 8 characters that the provider gives every token, and the length: nothing of the secret itself. */
function previewOf(prefix: string, secret: string): string {
  return `${secret.startsWith(prefix) ? prefix.slice(0, 8) : ''}…(${secret.length})`;
}
