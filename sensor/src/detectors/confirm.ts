import type { CompiledRule } from './compile.ts';
import type { Drop, DropListener, Match } from './engine.ts';
import { isKnownTestKey } from './known-keys.ts';
import { isPlaceholder } from './placeholder.ts';
import type { Candidate, Found, PatternMatch, Window } from './rule.ts';
import { bytesOf, type Source, textOf } from './source.ts';
import { unescapeWindow } from './unescape.ts';

/** A match before its line is known. */
export interface Hit {
  readonly rule: CompiledRule;
  readonly match: Omit<Match, 'line' | 'column'>;
}

/** Pass 2 at one place: the rule's expression and check over a window, whatever the window's file offset. */
export function confirm(source: Source, rule: CompiledRule, offset: number, reach: number): Hit[] {
  const from = Math.max(0, offset - rule.before);
  const to = Math.min(reach, source.to);
  const { requires } = rule.rule;
  if (typeof requires === 'string' && !bytesOf(source, from, to).includes(requires, 0, 'latin1')) return [];
  const window: Window = { text: windowText(source, from, to), hit: offset - from, path: source.path };
  if (typeof requires === 'object' && !requires.test(window.text)) return [];
  const sides = { cutLeft: from > 0, cutRight: !(source.last && to === source.to), dropped: source.dropped };
  const hits = hitsIn(window, sides, rule, (index) => from + index, rule.rule.lead ?? window.hit);
  const unescaped = unescapeWindow(window);
  if (unescaped === null) return hits;
  const inner = hitsIn(unescaped.window, sides, rule, (index) => from + unescaped.placeOf(index), unescaped.window.hit);
  return [
    ...hits,
    ...inner.map(({ match }) => ({ rule, match: { ...match, text: textOf(source, match.offset, match.offset + match.length) } })),
  ];
}

interface Sides {
  readonly cutLeft: boolean;
  readonly cutRight: boolean;
  readonly dropped: DropListener | undefined;
}

/**
 * @param placeOf the file offset of an index into the window's text.
 * @param lead how far before the anchor to begin.
 */
function hitsIn(
  window: Window,
  { cutLeft, cutRight, dropped }: Sides,
  rule: CompiledRule,
  placeOf: (index: number) => number,
  lead: number,
): Hit[] {
  const hits: Hit[] = [];
  for (const found of matchesOf(rule, window, lead)) {
    // What touches a cut side of the window may go on beyond it: it is no token of a known length.
    if (cutRight && found.index + found[0].length === window.text.length) continue;
    if (cutLeft && found.index === 0) continue;
    const hit = hitOf(rule, candidateOf(found, window), placeOf, dropped);
    if (hit !== null) hits.push(hit);
  }
  return hits;
}

let lastWindow: { readonly source: Source; readonly from: number; readonly to: number; readonly text: string } | undefined;

/** The file is over: none of its text is kept, nor by the last expression's `RegExp.input`. */
export function forgetWindow(): void {
  if (lastWindow === undefined) return;
  lastWindow = undefined;
  /(?:)/.test('');
}

/** Rules that look at one place the same way share the text. */
function windowText(source: Source, from: number, to: number): string {
  if (lastWindow?.source !== source || lastWindow.from !== from || lastWindow.to !== to) {
    lastWindow = { source, from, to, text: textOf(source, from, to) };
  }
  return lastWindow.text;
}

/** A match may begin this much after the anchor: behind a prefix that is not part of it. */
const LAG_MAX = 32;

/** Matches that cover the anchor, but for those in the whole of a file's window. Others in the window have anchors of their own, and looking at them here would be quadratic. */
function* matchesOf({ expression, sticky, whole }: CompiledRule, { text, hit }: Window, lead: number): Generator<PatternMatch> {
  expression.lastIndex = sticky ? hit : Math.max(0, hit - lead);
  for (let found = expression.exec(text); found !== null; found = expression.exec(text)) {
    const next = expression.lastIndex;
    if (!whole && found.index > hit + LAG_MAX) return;
    if (whole || next > hit) yield found;
    if (sticky) return;
    expression.lastIndex = Math.max(next, found.index + 1);
  }
}

function candidateOf(found: PatternMatch, window: Window): Candidate {
  // Not by the `d` flag, which makes V8 run the expression twice. A secret ends its match but for a quote.
  const secret = found.groups?.['secret'] ?? found[0];
  const start = found.index + found[0].lastIndexOf(secret);
  return { secret, start, end: start + secret.length, groups: found.groups ?? {}, window };
}

function hitOf(
  compiled: CompiledRule,
  candidate: Candidate,
  placeOf: (index: number) => number,
  dropped: DropListener | undefined,
): Hit | null {
  const { rule } = compiled;
  const drop = (reason: Drop['reason']): null => {
    dropped?.({ detector: rule.id, reason, offset: placeOf(candidate.start) });
    return null;
  };
  const found: Found | null = rule.check === undefined ? {} : rule.check(candidate);
  if (found === null) return drop('check');
  const start = found.start ?? candidate.start;
  const end = found.end ?? candidate.end;
  const text = candidate.window.text.slice(start, end);
  if (found.proven !== true && isPlaceholder(text)) return drop('placeholder');
  const canonical = found.canonical ?? Buffer.from(text, 'latin1');
  if (isKnownTestKey(canonical)) return null;
  const preview = previewOf(rule.prefix ?? '', text);
  const confidence = found.confidence ?? rule.confidence;
  const offset = placeOf(start);
  return { rule: compiled, match: { detector: rule.id, confidence, canonical, text, preview, offset, length: placeOf(end) - offset } };
}

/** At most 8 characters that the provider gives every token, and the length: nothing of the secret itself. */
function previewOf(prefix: string, secret: string): string {
  return `${secret.startsWith(prefix) ? prefix.slice(0, 8) : ''}…(${secret.length})`;
}
